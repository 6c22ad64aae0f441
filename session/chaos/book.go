package chaos

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"pulsh/session/snapshot"
)

// How long an event is observed after the fault is over.
const (
	settleTime = 10 * time.Second // once all groups are back, unless another fault begins
	giveUpTime = 5 * time.Minute  // if they are not
	// pauseTime is the time after the end of a fault in which a pause begins, if
	// there is one: clients work off what they have received before.
	pauseTime = 500 * time.Millisecond
)

// book holds the events. Chaos guards it.
type book struct {
	used   bool // something was scheduled
	begun  int  // events so far
	ended  []snapshot.ChaosEvent
	closed snapshot.ChaosSum // of the events that have ended
	open   []*observation    // of the others, oldest first

	lostThen, doubledThen int64        // before the first event
	latest                *observation // the event that began last, whether or not it has ended

	listed []snapshot.ChaosEvent // all, as they were published last; nil if that has changed
}

// observation is an event that is being observed.
type observation struct {
	event       snapshot.ChaosEvent
	over        time.Time // zero while the fault lasts
	groups      map[string]*progress
	lostThen    int64
	doubledThen int64
	ended       bool
}

// progress is how one group comes back.
type progress struct {
	receives bool
	count    int64 // at the last sample
	paused   bool  // there was a sample without progress
	back     bool
}

// countOf returns what a group has had acknowledged, or has received.
func countOf(g snapshot.Group) int64 {
	if g.Producer != nil {
		return g.Producer.Acked
	}
	return g.Consumer.Received
}

// flows reports whether a group sends or receives.
func flows(g snapshot.Group) bool {
	return g.State == snapshot.Running && (g.Producer != nil && g.Producer.Rate > 0 || g.Consumer != nil && g.Consumer.Rate > 0)
}

// begin begins an event. It returns lines for the user about events that end with it.
func (b *book) begin(f Fault, now time.Time, s *snapshot.Snapshot) (o *observation, said []string) {
	said = b.endWhere(func(o *observation) bool { return !o.over.IsZero() && o.allBack() })
	if b.begun == 0 {
		b.lostThen, b.doubledThen = s.Totals.Lost, s.Totals.Duplicated
	}
	b.begun++
	o = &observation{groups: map[string]*progress{}, lostThen: s.Totals.Lost, doubledThen: s.Totals.Duplicated}
	o.event = snapshot.ChaosEvent{Number: b.begun, At: now, Fault: f.Name}
	for _, g := range s.Groups {
		if !flows(g) || !f.Concerns(g) {
			continue
		}
		o.groups[g.Name] = &progress{receives: g.Consumer != nil, count: countOf(g)}
		if g.Consumer != nil {
			o.event.FirstRecv.Groups++
		} else {
			o.event.FirstAck.Groups++
		}
	}
	b.open, b.latest = append(b.open, o), o
	return o, said
}

// over notes the end of the fault.
func (b *book) over(o *observation, now time.Time, detail string, err error) {
	o.over, o.event.Lasted, o.event.Detail = now, now.Sub(o.event.At), detail
	if err != nil {
		o.event.Err = err.Error()
		b.endWhere(func(one *observation) bool { return one == o })
	}
}

// endWhere ends events, and returns a line for the user about each.
func (b *book) endWhere(chosen func(*observation) bool) (said []string) {
	left := b.open[:0:0]
	for _, o := range b.open {
		if !chosen(o) {
			left = append(left, o)
			continue
		}
		o.event.Ended, o.ended = true, true
		e := o.event
		b.closed.Add(e)
		b.ended, b.listed = append(b.ended, e), nil
		said = append(said, fmt.Sprintf("chaos %d %s: %s", e.Number, e.Fault, e.Outcome()))
	}
	b.open = left
	if n := len(b.ended) - snapshot.ChaosEventsMax; n > 0 {
		b.ended = slices.Clone(b.ended[n:])
	}
	return said
}

// observe takes a sample. It returns lines for the user about events that have ended.
func (b *book) observe(s *snapshot.Snapshot) []string {
	for _, o := range b.open {
		o.observe(s)
	}
	b.damage(s)
	return b.endWhere(func(o *observation) bool {
		age := s.At.Sub(o.over)
		return !o.over.IsZero() && (o.allBack() && age >= settleTime || age >= giveUpTime)
	})
}

// damage notes what was lost and duplicated so far. What turns up before the next fault
// is of the latest one, also after its end: a slow group reads for minutes what was
// stored twice.
func (b *book) damage(s *snapshot.Snapshot) {
	o := b.latest
	if o == nil || !s.At.After(o.event.At) {
		return
	}
	lost, doubled := max(s.Totals.Lost-o.lostThen, 0), max(s.Totals.Duplicated-o.doubledThen, 0)
	if lost == o.event.Lost && doubled == o.event.Duplicated {
		return
	}
	o.event.Lost, o.event.Duplicated = lost, doubled
	if i := slices.IndexFunc(b.ended, func(e snapshot.ChaosEvent) bool { return e.Number == o.event.Number }); o.ended && i >= 0 {
		b.ended, b.listed = slices.Clone(b.ended), nil // the list before was published
		b.ended[i] = o.event
	}
}

func (o *observation) observe(s *snapshot.Snapshot) {
	if !s.At.After(o.event.At) {
		return
	}
	o.event.P99 = max(o.event.P99, s.WorstP99())
	for _, g := range s.Groups {
		if p := o.groups[g.Name]; p != nil {
			o.advance(p, g, s.At)
		}
	}
}

func (o *observation) allBack() bool {
	return o.event.FirstAck.Back == o.event.FirstAck.Groups && o.event.FirstRecv.Back == o.event.FirstRecv.Groups
}

// advance notes whether a group is back.
//
// This is subtle: what a client has received before the fault is counted for a moment
// longer. So a group is back at its first progress after a sample without any. If
// there is no such sample soon after the end of the fault, the pause was shorter than
// a sample.
func (o *observation) advance(p *progress, g snapshot.Group, now time.Time) {
	count := countOf(g)
	moved := count > p.count
	p.count = count
	if p.back {
		return
	}
	p.paused = p.paused || !moved
	if o.over.IsZero() || now.Before(o.over) {
		return
	}
	after := now.Sub(o.over)
	switch {
	case moved && p.paused:
	case !p.paused && after >= pauseTime:
		after = 0
	default:
		return
	}
	p.back = true
	r := &o.event.FirstAck
	if p.receives {
		r = &o.event.FirstRecv
	}
	r.Back++
	r.After = max(r.After, after)
}

// list returns all events, oldest first.
func (b *book) list() []snapshot.ChaosEvent {
	if b.listed != nil && len(b.open) == 0 {
		return b.listed
	}
	all := slices.Clone(b.ended)
	for _, o := range b.open {
		all = append(all, o.event)
	}
	slices.SortFunc(all, func(x, y snapshot.ChaosEvent) int { return cmp.Compare(x.Number, y.Number) })
	b.listed = nil
	if len(b.open) == 0 {
		b.listed = all
	}
	return all
}

// sum adds up all events. At the end of the session nothing comes back any more.
func (b *book) sum(s *snapshot.Snapshot, closing bool) snapshot.ChaosSum {
	total := b.closed
	for _, o := range b.open {
		total.Add(o.event)
	}
	if !closing {
		total.NotBack = b.closed.NotBack
	}
	if b.begun > 0 {
		total.Lost = max(s.Totals.Lost-b.lostThen, 0)
		total.Duplicated = max(s.Totals.Duplicated-b.doubledThen, 0)
	}
	return total
}
