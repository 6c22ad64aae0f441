package session

import (
	"context"

	"pulsh/session/consume"
	"pulsh/session/pacing"
	"pulsh/session/produce"
)

// ChangeRate changes the rate of a group from now on, and tells what the change
// did to the shape and to a burst. The errors are those of
// pacing.Change.ApplyTo, and that there is no such group.
func (s *Session) ChangeRate(ctx context.Context, name string, change pacing.Change) (pacing.Changed, error) {
	if g, err := named[*produce.Group](s, name); err == nil {
		return g.ChangeRate(change)
	}
	g, err := named[*consume.Group](s, name)
	if err != nil {
		return pacing.Changed{}, err
	}
	return g.ChangeRate(ctx, change)
}

// BaseRate returns the rate that a producer group wants now without a burst, in
// messages a second, also while it is paused.
func (s *Session) BaseRate(name string) (pacing.Rate, error) {
	g, err := named[*produce.Group](s, name)
	if err != nil {
		return 0, err
	}
	return g.BaseRate(), nil
}
