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
	if err := g.allowChange(change); err != nil {
		return changed, err
	}
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

// allow refuses a rate that a protected cluster does not allow.
func (g *Group) allow(peak pacing.Rate) error {
	if allow := g.Host().Allow; allow != nil {
		return allow(g.Name(), peak)
	}
	return nil
}

// allowChange is allow for a change of an active group. A relative change keeps a
// burst going.
func (g *Group) allowChange(change pacing.Change) error {
	schedule := g.Schedule()
	if !g.Active() || schedule.Shape().IsZero() {
		return nil // a start checks it
	}
	base := schedule.Base()
	after, err := change.ApplyTo(schedule.Shape(), base)
	if err != nil {
		return nil // the change itself tells
	}
	peak := after.Peak(base)
	if now := schedule.Rate(); change.Relative() && base > 0 && now > base && !peak.IsMax() {
		peak *= now / base
	}
	return g.allow(peak)
}
