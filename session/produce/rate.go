package produce

import "pulsh/session/pacing"

// ChangeRate changes the rate from now on, or the rate of the next start if the
// group is not running. See pacing.Schedule.Change for what becomes of a shape and
// of a burst.
func (g *Group) ChangeRate(change pacing.Change) (pacing.Changed, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	var changed pacing.Changed
	var err error
	if g.life.State.Active() && !g.schedule.Shape().IsZero() {
		changed, err = g.schedule.Change(change)
	} else {
		changed.Before = g.spec.Rate
		changed.After, err = change.ApplyTo(g.spec.Rate, g.spec.Rate.At(0, 0))
	}
	if err == nil {
		g.spec.Rate = changed.After
	}
	return changed, err
}

// BaseRate returns the rate that is wanted now without a burst, also while the
// group is paused; before a start it is the first rate of the shape.
func (g *Group) BaseRate() pacing.Rate {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.life.State.Active() && !g.schedule.Shape().IsZero() {
		return g.schedule.Base()
	}
	return g.spec.Rate.At(0, 0)
}
