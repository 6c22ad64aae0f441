package client

import "sync"

// runMax is how many places move between sender and receipts at a time: one
// lock for so many messages is less than a nanosecond each.
const runMax = 64

// wakeRuns is for how many full runs of free places a sender is woken, or a
// quarter of all places where there are few: what is in flight keeps the
// broker busy meanwhile.
const wakeRuns = 4

// sendSlots are the numbers of a lane's free places, most recently used first so that the
// bodies in use stay in the cache.
type sendSlots struct {
	mu      sync.Mutex
	free    []int32
	enough  int // free places for which a sender that waits is woken
	waiting int
	closed  bool
	wake    *sync.Cond
}

func newSendSlots(free []int32) *sendSlots {
	p := &sendSlots{free: free, enough: min(wakeRuns*runMax, max(len(free)/4, 1))}
	p.wake = sync.NewCond(&p.mu)
	return p
}

// take fills run with free places, at least one, and waits for it. It returns 0
// when the places are closed.
func (p *sendSlots) take(run []int32) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	for len(p.free) == 0 && !p.closed {
		p.waiting++
		p.wake.Wait()
		p.waiting--
	}
	if p.closed {
		return 0
	}
	rest := max(len(p.free)-len(run), 0)
	n := copy(run, p.free[rest:])
	p.free = p.free[:rest]
	if rest > 0 && p.waiting > 0 {
		p.wake.Signal()
	}
	return n
}

// give brings a run of places back.
func (p *sendSlots) give(run []int32) {
	p.mu.Lock()
	p.free = append(p.free, run...)
	wake := p.waiting > 0 && len(p.free) >= p.enough
	p.mu.Unlock()
	if wake {
		p.wake.Signal() // whoever wakes and leaves places wakes the next
	}
}

// close lets every taker go, now and later.
func (p *sendSlots) close() {
	p.mu.Lock()
	p.closed = true
	p.mu.Unlock()
	p.wake.Broadcast()
}
