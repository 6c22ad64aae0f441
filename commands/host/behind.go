package host

import (
	"fmt"

	"pulsh/commands/answers"
	"pulsh/commands/lang"
	"pulsh/graphs"
	"pulsh/session/snapshot"
	"pulsh/session/spec"
)

// When a producer group counts as having fallen short of its schedule: less than
// so much of what was due was acked, or more than so much of it was given up as
// too late. A stop in full flight leaves a millisecond's worth, no more.
const (
	ackedShareMin  = 0.99
	missedShareMax = 0.001
)

// Schedule is what became of a producer group's schedule, in messages.
type Schedule struct {
	Group              string
	Due, Acked, Missed int64
	Behind             bool // it fell short
}

// String is the sentence: fast acked 41,200 of 50,000 due (82.4 %), 300 missed.
func (s Schedule) String() string {
	text := fmt.Sprintf("%s acked %s of %s due (%s)", s.Group, answers.Whole(s.Acked), answers.Whole(s.Due), graphs.Percent(100*float64(s.Acked)/float64(s.Due), 1))
	if s.Missed > 0 {
		text += ", " + answers.Whole(s.Missed) + " missed"
	}
	return text
}

// ScheduleOf is that of a producer group which had one; a group without a target
// has none. What is on its way is not short.
func ScheduleOf(g snapshot.Group) (s Schedule, ok bool) {
	p := g.Producer
	if p == nil || p.Due == 0 {
		return s, false
	}
	if r, hold := p.Shape.IsHold(); hold && r.IsMax() {
		return s, false
	}
	s = Schedule{Group: g.Name, Due: p.Due, Acked: p.Acked, Missed: p.Missed}
	due := float64(p.Due)
	s.Behind = float64(p.Acked)+float64(p.InFlight) < ackedShareMin*due || float64(p.Missed) > missedShareMax*due
	return s, true
}

// Schedules are those of all producer groups, also of what a group did before it
// was started again and of groups that were removed, in their order. A reset
// begins a group's account anew.
func Schedules(c *Host) []Schedule {
	c.mu.Lock()
	all := append([]Schedule(nil), c.schedules...)
	c.mu.Unlock()
	for _, g := range c.Env.Session.Snapshot().Groups {
		if s, ok := ScheduleOf(g); ok {
			all = append(all, s)
		}
	}
	return all
}

// BehindAllowed says that falling short of a schedule is no failure of a run.
func BehindAllowed(c *Host) bool {
	return c.Env.AllowBehind || c.Env.Session.Preferences().BehindAllowed
}

// KeepSchedule keeps what a group did before its figures go.
func KeepSchedule(c *Call, g snapshot.Group) {
	s, ok := ScheduleOf(g)
	if !ok {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.schedules = lang.AppendBounded(c.schedules, s, lang.JournalChecksMax)
}

// GroupSettings are the settings of all groups as they are typed, by group and
// by name.
func GroupSettings(c *Host) map[string]map[string]string {
	all := map[string]map[string]string{}
	for _, g := range c.Env.Session.Snapshot().Groups {
		one := map[string]string{}
		if settings, ok := c.Env.Session.Producer(g.Name); ok {
			for _, s := range spec.ProducerSettings() {
				one[s.Name] = s.Get(&settings)
			}
		}
		if settings, ok := c.Env.Session.Consumer(g.Name); ok {
			for _, s := range spec.ConsumerSettings() {
				one[s.Name] = s.Get(&settings)
			}
		}
		all[g.Name] = one
	}
	return all
}
