package fake

import (
	"container/heap"
	"time"
)

// event is something to do at a time.
type event struct {
	at    time.Time
	order uint64
	do    func()
}

// agenda is a heap of events, the next one first.
type agenda []event

func (a agenda) Len() int { return len(a) }

func (a agenda) Swap(i, j int) { a[i], a[j] = a[j], a[i] }

func (a agenda) Less(i, j int) bool {
	if !a[i].at.Equal(a[j].at) {
		return a[i].at.Before(a[j].at)
	}
	return a[i].order < a[j].order
}

func (a *agenda) Push(x any) { *a = append(*a, x.(event)) }

func (a *agenda) Pop() any {
	last := len(*a) - 1
	h := (*a)[last]
	(*a)[last] = event{}
	*a = (*a)[:last]
	return h
}

// schedule puts an event on the agenda. The caller holds mu.
func (c *core) schedule(when time.Time, do func()) {
	c.order++
	heap.Push(&c.agenda, event{when, c.order, do})
	if c.agenda[0].order == c.order {
		c.wakeRun()
	}
}

// wakeRun makes run look at the agenda again.
func (c *core) wakeRun() {
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// run does each event at its time, until Close.
func (c *core) run() {
	defer close(c.done)
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		wait, open := c.step()
		if !open {
			return
		}
		timer.Reset(wait)
		select {
		case <-timer.C:
		case <-c.wake:
		}
	}
}

// step does all events that are due and returns the time until the next one.
func (c *core) step() (wait time.Duration, open bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for !c.closed {
		if len(c.agenda) == 0 {
			return time.Hour, true
		}
		if wait = time.Until(c.agenda[0].at); wait > 0 {
			return wait, true
		}
		heap.Pop(&c.agenda).(event).do()
		c.callOut()
	}
	return 0, false
}

// callOut makes the collected calls of callbacks with mu free. A callback may
// take locks that its caller holds while it calls the cluster.
func (c *core) callOut() {
	calls := c.calls
	c.calls = nil
	if len(calls) == 0 {
		return
	}
	c.mu.Unlock()
	for _, call := range calls {
		call()
	}
	c.mu.Lock()
}
