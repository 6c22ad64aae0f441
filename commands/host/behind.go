package host

import (
	"fmt"

	"pulsh/commands/answers"
	"pulsh/commands/lang"
	"pulsh/graphs"
	"pulsh/session/snapshot"
)

// A producer group is behind its schedule if less than ackedShareMin of the due
// messages were acked, or more than missedShareMax were skipped as too late. A stop
// under full load skips a millisecond's worth at most.
const (
	ackedShareMin  = 0.99
	missedShareMax = 0.001
)

// Schedule compares a producer group with its schedule, in messages.
type Schedule struct {
	Group              string
	Due, Acked, Missed int64
	Behind             bool // it fell short
}

// String returns a sentence: fast acked 41,200 of 50,000 due (82.4 %), 300 skipped.
func (s Schedule) String() string {
	text := fmt.Sprintf("%s acked %s of %s due (%s)", s.Group, answers.Whole(s.Acked), answers.Whole(s.Due), graphs.Percent(100*float64(s.Acked)/float64(s.Due), 1))
	if s.Missed > 0 {
		text += ", " + answers.Whole(s.Missed) + " skipped"
	}
	return text
}

// ScheduleOf returns the schedule of a producer group; ok is false for a group without
// a target rate or due messages. Pending sends do not count as behind.
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

// Schedules returns the schedules of all producer groups since their first start or
// their reset, and of removed groups.
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

// BehindAllowed reports whether a run may pass with a group behind its schedule.
func BehindAllowed(c *Host) bool {
	return c.Env.AllowBehind || c.Env.Session.Preferences().BehindAllowed
}

// KeepSchedule keeps the schedule of a group that is about to be removed.
func KeepSchedule(c *Call, g snapshot.Group) {
	s, ok := ScheduleOf(g)
	if !ok {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.schedules = lang.AppendBounded(c.schedules, s, lang.JournalChecksMax)
}
