package client

import "sync"

// runMax is how many slots move between sender and receipts under one lock,
// which then costs less than a nanosecond per message.
const runMax = 64

// wakeRuns is how many full runs of free slots wake a waiting sender, or a
// quarter of all slots if that is less. The messages in flight keep the broker
// busy meanwhile.
const wakeRuns = 4

// sendSlots are the free slots of a producer's send queue. The slot that was
// used last is used first, so that the bodies in use stay in the cache.
type sendSlots struct {
	mu      sync.Mutex
	free    []int32
	enough  int // free slots that wake a waiting sender
	waiting int
	closed  bool
	wake    *sync.Cond
}

func newSendSlots(free []int32) *sendSlots {
	s := &sendSlots{free: free, enough: min(wakeRuns*runMax, max(len(free)/4, 1))}
	s.wake = sync.NewCond(&s.mu)
	return s
}

// take fills run with free slots. It waits for at least one, and returns how
// many it took: 0 when the slots are closed.
func (s *sendSlots) take(run []int32) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.free) == 0 && !s.closed {
		s.waiting++
		s.wake.Wait()
		s.waiting--
	}
	if s.closed {
		return 0
	}
	rest := max(len(s.free)-len(run), 0)
	n := copy(run, s.free[rest:])
	s.free = s.free[:rest]
	if rest > 0 && s.waiting > 0 {
		s.wake.Signal()
	}
	return n
}

// give returns a run of slots.
func (s *sendSlots) give(run []int32) {
	s.mu.Lock()
	s.free = append(s.free, run...)
	wake := s.waiting > 0 && len(s.free) >= s.enough
	s.mu.Unlock()
	if wake {
		s.wake.Signal() // a sender that leaves slots wakes the next one
	}
}

// close makes every present and future take return.
func (s *sendSlots) close() {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.wake.Broadcast()
}
