// Package chaos causes faults on a schedule, and observes how the groups of a session
// come back after each: the time to the first acknowledgement and the first receive,
// the highest p99, and what was lost or duplicated.
package chaos

import (
	"context"
	"errors"
	"sync"
	"time"

	"pulsh/session/snapshot"
)

// Fault is something that can be done to a cluster or to a connection to it.
type Fault struct {
	Name string // as it is typed after chaos: kill, unload fast
	// Concerns reports whether a group is expected to be disturbed.
	Concerns func(g snapshot.Group) bool
	// Cause causes the fault and returns when it is over. It undoes the fault if
	// ctx ends first. The detail says what was hit; it may be "".
	Cause func(ctx context.Context) (detail string, err error)
}

// Plan says when a fault is caused: at once, and then at intervals.
type Plan struct {
	Every time.Duration // 0 for once
	For   time.Duration // no fault begins later than that after the first; 0 for no end
}

// Host is the session as chaos sees it.
type Host struct {
	Say    func(format string, args ...any)
	Mark   func(kind snapshot.MarkKind, text string)
	Latest func() *snapshot.Snapshot
}

// The limits of schedules.
const (
	TasksMax    = 16 // schedules at once
	failuresMax = 3  // failures in a row after which a schedule ends
)

// Chaos causes faults, one at a time: one that falls due meanwhile follows. Any
// goroutine may call its methods.
type Chaos struct {
	host    Host
	turn    chan struct{} // of capacity one; full while a fault is caused
	running sync.WaitGroup

	mu      sync.Mutex // guards the fields below; held for moments only
	tasks   []*task
	book    book
	closing bool
}

// New returns a Chaos without schedules. Close ends it.
func New(host Host) *Chaos { return &Chaos{host: host, turn: make(chan struct{}, 1)} }

// task is a schedule of one fault.
type task struct {
	Fault
	Plan
	cancel context.CancelFunc
	ended  chan struct{}
	begin  time.Time
	next   time.Time
	done   int
}

// Refusals of Start.
var (
	ErrTooMany = errors.New("too many faults are scheduled")
	ErrClosed  = errors.New("the session ends")
)

// Start schedules a fault. A schedule of the same fault is replaced.
func (c *Chaos) Start(f Fault, p Plan) error {
	c.Off(f.Name)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closing {
		return ErrClosed
	}
	if len(c.tasks) >= TasksMax {
		return ErrTooMany
	}
	ctx, cancel := context.WithCancel(context.Background())
	now := time.Now()
	t := &task{Fault: f, Plan: p, cancel: cancel, ended: make(chan struct{}), begin: now, next: now}
	c.tasks = append(c.tasks, t)
	c.book.used = true
	c.running.Go(func() { c.run(ctx, t) }) // owned by the session: Close ends it and waits
	return nil
}

// Off ends the schedule of the fault with a name, or all schedules if it is "", and
// undoes a fault that lasts. It returns when that is done, with the names of the
// schedules.
func (c *Chaos) Off(name string) (names []string) {
	var ending []*task
	c.mu.Lock()
	for _, t := range c.tasks {
		if name == "" || t.Name == name {
			t.cancel()
			ending = append(ending, t)
		}
	}
	c.mu.Unlock()
	for _, t := range ending {
		<-t.ended
		names = append(names, t.Name)
	}
	return names
}

// Close is Off for all schedules, for good.
func (c *Chaos) Close() {
	c.mu.Lock()
	c.closing = true
	for _, t := range c.tasks {
		t.cancel()
	}
	c.mu.Unlock()
	c.running.Wait()
}

// forget removes a schedule that has ended by itself.
func (c *Chaos) forget(t *task) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i, one := range c.tasks {
		if one == t {
			c.tasks = append(c.tasks[:i:i], c.tasks[i+1:]...)
			return
		}
	}
}

// run causes the faults of a schedule until it or ctx ends.
func (c *Chaos) run(ctx context.Context, t *task) {
	defer close(t.ended)
	defer c.forget(t)
	defer t.cancel()
	failures := 0
	for {
		select {
		case <-time.After(time.Until(c.nextOf(t))):
		case <-ctx.Done():
			return
		}
		if c.cause(ctx, t) == nil {
			failures = 0
		} else if failures++; failures == failuresMax && t.Every > 0 {
			c.host.Say("chaos %s ends: it has failed %d times in a row; try: chaos", t.Name, failures)
			return
		}
		if t.Every == 0 || ctx.Err() != nil || !c.advance(t) {
			return
		}
	}
}

func (c *Chaos) nextOf(t *task) time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return t.next
}

// advance moves a schedule to its next fault. Those that fell due during the last
// one are left out. It reports whether there is a next one.
func (c *Chaos) advance(t *task) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	late := time.Since(t.next)
	t.next = t.next.Add((max(late, 0)/t.Every + 1) * t.Every)
	return t.For == 0 || t.next.Sub(t.begin) < t.For
}

// cause causes one fault.
func (c *Chaos) cause(ctx context.Context, t *task) error {
	select {
	case c.turn <- struct{}{}:
		defer func() { <-c.turn }()
	case <-ctx.Done():
		return nil
	}
	c.mu.Lock()
	t.done++
	event, said := c.book.begin(t.Fault, time.Now(), c.host.Latest())
	c.mu.Unlock()
	c.say(said)
	c.host.Mark(snapshot.MarkChaos, "chaos "+t.Name)
	detail, err := t.Cause(ctx)
	if ctx.Err() != nil {
		err = nil // it was undone on command
	}
	c.mu.Lock()
	c.book.over(event, time.Now(), detail, err)
	lasted := event.event.Lasted
	c.mu.Unlock()
	switch {
	case err != nil:
		c.host.Say("chaos %s: %s", t.Name, err)
	case lasted >= markedFrom:
		c.host.Mark(snapshot.MarkReconnect, "chaos "+t.Name+" over")
	}
	return err
}

// markedFrom is the length from which on the end of a fault has a mark of its own.
const markedFrom = 500 * time.Millisecond

func (c *Chaos) say(lines []string) {
	for _, line := range lines {
		c.host.Say("%s", line)
	}
}

// Observe takes a new snapshot that is not yet published, and returns what is to be
// published of chaos with it: nil before the first Start. The sampler calls it.
func (c *Chaos) Observe(s *snapshot.Snapshot) *snapshot.Chaos {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.book.used {
		return nil
	}
	c.say(c.book.observe(s)) // it never blocks
	out := &snapshot.Chaos{Events: c.book.list(), Sum: c.book.sum(s, c.closing)}
	for _, t := range c.tasks {
		one := snapshot.Scheduled{Fault: t.Name, Every: t.Every, Next: t.next, Done: t.done}
		if t.For > 0 {
			one.Until = t.begin.Add(t.For)
		}
		out.Scheduled = append(out.Scheduled, one)
	}
	return out
}
