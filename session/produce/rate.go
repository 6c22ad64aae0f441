package produce

import (
	"pulsh/session/group"
	"pulsh/session/pacing"
	"pulsh/session/spec"
)

// ChangeRate changes the rate from now on, or from the next start on. See
// pacing.Schedule.Change for what becomes of a shape and of a burst.
func (g *Group) ChangeRate(change pacing.Change) (pacing.Changed, error) {
	change, err := group.LoadChange(change, g.Name())
	if err != nil {
		return pacing.Changed{}, err
	}
	var changed pacing.Changed
	if schedule := g.Schedule(); g.Active() && !schedule.Shape().IsZero() {
		changed, err = schedule.Change(change)
	} else {
		changed.Before = g.Settings().Rate
		changed.After, err = change.ApplyTo(changed.Before, changed.Before.At(0, 0))
	}
	if err == nil {
		g.Update(func(s *spec.Producer) { s.Rate = changed.After })
	}
	return changed, err
}
