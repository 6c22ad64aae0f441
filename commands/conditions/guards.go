package conditions

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"time"

	"pulsh/commands/host"
	"pulsh/commands/lang"
	"pulsh/session"
	"pulsh/session/pacing"
	"pulsh/session/snapshot"
)

// guardsMax bounds the guards of a session: more than anybody keeps in mind.
const guardsMax = 64

// Guard is a condition that every sample is compared with. A guard is broken at most
// once.
type Guard struct {
	Number    int
	Condition snapshot.Condition
	For       time.Duration // how long it may be untrue
	Abort     bool          // a break stops the load and the script
	Place     string        // FILE:LINE, "" for a typed line
	Turn      string        // of a for or repeat
	Began     time.Time

	since    time.Time // when it became untrue, or zero
	at       time.Time // of the break, or zero
	measured string    // at the break
	failure  string    // of the break
	advice   string
	samples  int
	values   []Extremes
}

// Guards are the guards of a session. Any goroutine may call their methods.
type Guards struct {
	mu        sync.Mutex // guards the fields below; held for moments only
	list      []*Guard
	last      int  // number
	suspended bool // during a warm-up
	watching  bool
}

// GuardsOf returns the guards of a session.
func GuardsOf(c *host.Host) *Guards { return host.Attached[Guards](c) }

// Add begins to watch a condition. ok is false if there are too many.
func (gs *Guards) Add(c *host.Host, g Guard) (added Guard, ok bool) {
	gs.mu.Lock()
	defer gs.mu.Unlock()
	if len(gs.list) == guardsMax {
		return g, false
	}
	gs.last++
	g.Number, g.values = gs.last, NewExtremes(g.Condition)
	gs.list = append(gs.list, &g)
	if !gs.watching {
		gs.watching = true
		session.Observe(c.Env.Session, func(s *snapshot.Snapshot) { gs.look(c, s) })
	}
	return g, true
}

// Suspend leaves the samples out until it is called with false: those of a warm-up.
func (gs *Guards) Suspend(on bool) {
	gs.mu.Lock()
	defer gs.mu.Unlock()
	gs.suspended = on
	for _, g := range gs.list {
		g.since = time.Time{}
	}
}

// Remove ends the watch over a guard, with number 0 that over all, and returns those
// that it ended.
func (gs *Guards) Remove(number int) (removed []Guard) {
	gs.mu.Lock()
	defer gs.mu.Unlock()
	gs.list = slices.DeleteFunc(gs.list, func(g *Guard) bool {
		ends := number == 0 || g.Number == number
		if ends {
			removed = append(removed, *g)
		}
		return ends
	})
	return removed
}

// List returns the guards, oldest first.
func (gs *Guards) List() (all []Guard) {
	gs.mu.Lock()
	defer gs.mu.Unlock()
	for _, g := range gs.list {
		one := *g
		one.values = slices.Clone(g.values)
		all = append(all, one)
	}
	return all
}

// Standing returns the checks of the guards that are not broken so far. The journal has
// those of the broken ones.
func (gs *Guards) Standing(now time.Time) (all []lang.Check) {
	for _, g := range gs.List() {
		if g.at.IsZero() {
			all = append(all, g.Check(now))
		}
	}
	return all
}

// look compares a sample with all guards. The sampler calls it.
func (gs *Guards) look(c *host.Host, s *snapshot.Snapshot) {
	gs.mu.Lock()
	var broken []Guard
	for _, g := range gs.list {
		if !gs.suspended && g.look(s) {
			broken = append(broken, *g)
		}
	}
	gs.mu.Unlock()
	for _, g := range broken {
		g.tell(c)
	}
}

// look reports whether the sample breaks the guard.
func (g *Guard) look(s *snapshot.Snapshot) bool {
	if s.At.Before(g.Began) {
		return false
	}
	g.samples++
	wrong := -1
	for i, t := range g.Condition.Terms {
		v := s.Value(t.Metric)
		if !judged(s, t.Metric) || math.IsNaN(v) {
			continue
		}
		g.values[i].Take(t, v, false)
		if !t.Holds(v) && wrong < 0 {
			wrong = i
		}
	}
	switch {
	case wrong < 0:
		g.since = time.Time{}
		return false
	case g.since.IsZero():
		g.since = s.At
	}
	if !g.at.IsZero() || s.At.Sub(g.since) < g.For {
		return false
	}
	t := g.Condition.Terms[wrong]
	g.at, g.advice = s.At, AdviceOn(t.Metric)
	g.measured = "was " + Measured(t, s.Value(t.Metric))
	g.failure = fmt.Sprintf("%s %s, wanted %s %s", t.Metric, g.measured, t.Op, t.Limit())
	if g.For > 0 {
		g.failure += ", untrue for " + pacing.FormatDuration(g.For)
	}
	return true
}

// judged reports whether a metric says something now: those of a group do while it
// runs.
func judged(s *snapshot.Snapshot, m snapshot.Metric) bool {
	g, ok := s.Group(m.Group)
	return !ok || g.State == snapshot.Running
}

// tell tells the user of the break, keeps it for the reports, and aborts the load if
// that is wanted.
func (g *Guard) tell(c *host.Host) {
	c.Env.Session.Mark(snapshot.MarkError, g.Label()+" is broken")
	c.Tested(g.Check(g.at))
	if !g.Abort {
		c.Env.Session.Say("guard %d is broken: %s; try: %s", g.Number, g.failure, g.advice)
		return
	}
	c.Env.Session.Say("guard %d is broken: %s; stopping all groups", g.Number, g.failure)
	session.StopInOrder(c.Env.Session)
	c.Abort(&lang.Error{Message: fmt.Sprintf("guard %d is broken: %s", g.Number, g.failure), From: -1, Code: lang.ExitFailed, Try: g.advice})
}

// Label returns the guard as it is typed, without its options.
func (g *Guard) Label() string {
	text := "guard " + g.Condition.String()
	if g.For > 0 {
		text += " for " + pacing.FormatDuration(g.For)
	}
	return text
}

// Broken returns when the guard was broken; ok is false if it is not.
func (g *Guard) Broken() (at time.Time, failure string, ok bool) {
	return g.at, g.failure, !g.at.IsZero()
}

// Worst lists the worst values so far, in the order of the comparisons.
func (g *Guard) Worst() []string {
	var parts []string
	for i, t := range g.Condition.Terms {
		parts = append(parts, Measured(t, g.values[i].Worst))
	}
	return parts
}

// Check returns the guard as a test that ended at now, or with its break.
func (g *Guard) Check(now time.Time) lang.Check {
	check := lang.Check{At: g.Began, Kind: lang.GuardCheck, Place: g.Place, Turn: g.Turn, Condition: g.Label(), Measured: g.measured, Failure: g.failure,
		Elapsed: now.Sub(g.Began), Samples: g.samples, Terms: Terms(g.Condition, g.values)}
	if g.at.IsZero() {
		check.Measured = "worst " + strings.Join(g.Worst(), ", ")
	}
	return check
}

// Row returns the condition, the worst values so far, and the state, for a table.
func (g *Guard) Row() [3]string {
	state := "holds"
	switch {
	case !g.at.IsZero():
		state = "broken at " + g.at.Format(time.TimeOnly) + ": " + g.failure
	case !g.since.IsZero():
		state = "untrue now"
	}
	if g.Abort {
		state += ", aborts"
	}
	return [3]string{g.Label()[len("guard "):], strings.Join(g.Worst(), ", "), state}
}

// Broken returns the checks of the guards that were broken, removed ones included.
func Broken(c *host.Host) (all []lang.Check) {
	for _, check := range c.Journal().Checks {
		if check.Kind == lang.GuardCheck && check.Failure != "" {
			all = append(all, check)
		}
	}
	return all
}
