package consume

import (
	"context"

	"pulsh/session/pacing"
)

// ChangeRate changes how many messages the group takes in a second, from now on or
// from the next start on. See pacing.Schedule.Change for what becomes of a shape.
func (g *Group) ChangeRate(ctx context.Context, change pacing.Change) (pacing.Changed, error) {
	settings := g.Settings()
	changed := pacing.Changed{Before: settings.Rate}
	var err error
	if p := g.policy.Load(); g.Active() && p != nil && p.schedule != nil && !isMax(settings.Rate) {
		changed, err = p.schedule.Change(change)
	} else {
		changed.After, err = change.ApplyTo(settings.Rate, settings.Rate.At(0, 0))
	}
	if err != nil {
		return pacing.Changed{}, err
	}
	settings.Rate = changed.After
	_, err = g.Apply(ctx, settings)
	return changed, err
}

// isMax reports whether a shape takes all messages at all times.
func isMax(shape pacing.Shape) bool {
	rate, constant := shape.IsHold()
	return constant && rate.IsMax()
}
