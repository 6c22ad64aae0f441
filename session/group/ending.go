package group

import (
	"fmt"
	"sync"
	"time"

	"pulsh/session/broker"
	"pulsh/session/pacing"
	"pulsh/session/snapshot"
	"pulsh/session/spec"
)

// Ending decides when a group stops by itself. Workers take the messages that they
// send or receive from its count, so that they are never more. Any goroutine may
// call its methods, except Reached, which is for the sampler.
type Ending struct {
	name string

	mu      sync.Mutex // guards the fields below; held for moments only
	ends    spec.Ends
	counted int64 // messages taken since the start

	// The sampler alone uses the fields below.
	received int64         // at the last sample
	quiet    time.Duration // running time at the last receipt
	empty    time.Time     // of the first reading of an empty backlog, zero if there is none
}

// Begin counts from 0 on, for a new run.
func (e *Ending) Begin(ends spec.Ends) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.ends, e.counted = ends, 0
}

// Set changes the ends of a run. It is an error if the run has reached its count
// already, or would have reached the new one.
func (e *Ending) Set(ends spec.Ends) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	switch {
	case ends.Count != e.ends.Count && e.spent():
		return &broker.Error{Message: fmt.Sprintf("%s has reached its count of %s and stops", e.name, spec.FormatAmount(e.ends.Count)), Try: "wait done " + e.name}
	case ends.Count > 0 && ends.Count != e.ends.Count && ends.Count <= e.counted:
		return &broker.Error{Message: fmt.Sprintf("%s has counted %d messages already, more than %s", e.name, e.counted, spec.FormatAmount(ends.Count)),
			Try: fmt.Sprintf("set %s count=%s", e.name, spec.FormatAmount(roundUp(2*e.counted)))}
	}
	e.ends = ends
	return nil
}

// roundUp returns the next thousand, for an advice.
func roundUp(n int64) int64 { return (n + 999) / 1000 * 1000 }

// Take takes up to n messages from the count and returns how many there were.
func (e *Ending) Take(n int) int {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.ends.Count > 0 {
		n = int(min(int64(n), max(e.ends.Count-e.counted, 0)))
	}
	e.counted += int64(n)
	return n
}

// GiveBack gives messages back that were taken and not sent.
func (e *Ending) GiveBack(n int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.counted -= int64(n)
}

// Spent reports whether the count is used up.
func (e *Ending) Spent() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.spent()
}

func (e *Ending) spent() bool { return e.ends.Count > 0 && e.counted >= e.ends.Count }

// Most returns the count at which the group stops, 0 for none.
func (e *Ending) Most() int64 {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.ends.Count
}

// look returns the state of the ends; ran is the running time since the start.
func (e *Ending) look(ran time.Duration) snapshot.Ending {
	e.mu.Lock()
	defer e.mu.Unlock()
	return snapshot.Ending{Ends: e.ends, Counted: e.counted, Ran: ran}
}

// Reached reports that a running group has to stop after a wait that is shorter than
// the interval of samples, and why.
func (e *Ending) Reached(g snapshot.Group, every time.Duration) (why string, wait time.Duration, ok bool) {
	ends, ran := g.Ending.Ends, g.Ending.Ran
	verb := "sent"
	if g.Consumer != nil {
		verb = "received"
		e.follow(g, ran)
	}
	switch {
	case ends.Count > 0 && g.Ending.Counted >= ends.Count && g.State.Active() && g.State != snapshot.Starting:
		return spec.FormatAmount(ends.Count) + " messages " + verb, 0, true
	case g.State != snapshot.Running:
		return "", 0, false
	case ends.For > 0 && ran+every >= ends.For:
		return pacing.FormatDuration(ends.For) + " are over", max(ends.For-ran, 0), true
	case ends.Until.Idle > 0 && g.Consumer != nil && ran-e.quiet >= ends.Until.Idle:
		return "nothing received for " + pacing.FormatDuration(ends.Until.Idle), 0, true
	case ends.Until.Empty && g.Consumer != nil && !e.empty.IsZero() && g.Consumer.Backlog.At.After(e.empty):
		if g.Consumer.Reader {
			return "the end of the topic is reached", 0, true
		}
		return "the backlog is empty", 0, true
	}
	return "", 0, false
}

// follow keeps in mind when a consumer group last received something, and since when
// its backlog is empty. One reading is not enough: it may be older than the messages
// that are on their way.
func (e *Ending) follow(g snapshot.Group, ran time.Duration) {
	c := g.Consumer
	if c.Received != e.received || ran < e.quiet || g.State != snapshot.Running {
		e.received, e.quiet, e.empty = c.Received, ran, time.Time{}
	}
	switch b := c.Backlog; {
	case !b.Known || b.Entries > 0 || c.Waiting > 0 || !b.At.After(g.Since):
		e.empty = time.Time{}
	case e.empty.IsZero():
		e.empty = b.At
	}
}

// Turn is held by the one that changes a group: a command, or the session when the
// group has reached its end.
type Turn struct {
	place chan struct{} // of capacity one

	mu  sync.Mutex // guards cut; held for moments only
	cut func()     // ends what the session does with the group, nil while it does nothing
}

func newTurn() *Turn { return &Turn{place: make(chan struct{}, 1)} }

// Take waits for the turn. After an error the caller does not have it.
func (t *Turn) Take(done <-chan struct{}) bool {
	select {
	case t.place <- struct{}{}:
		return true
	case <-done:
		return false
	}
}

// Insist is Take for a stop: the end of done cuts short what the session does.
func (t *Turn) Insist(done <-chan struct{}) {
	select {
	case t.place <- struct{}{}:
		return
	case <-done:
	}
	t.mu.Lock()
	if t.cut != nil {
		t.cut()
	}
	t.mu.Unlock()
	t.place <- struct{}{}
}

// Give ends the turn.
func (t *Turn) Give() { <-t.place }

// CutBy notes how what the session does with the group can be cut short, nil for
// nothing.
func (t *Turn) CutBy(cut func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.cut = cut
}
