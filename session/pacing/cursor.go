package pacing

import (
	"sync/atomic"
	"time"
)

// Cursor takes slots from a schedule for one worker; only its worker may use
// it. A cursor holds no slot that its worker did not get. So a worker may end
// at any time, and the slots that it did not take remain for the others.
type Cursor struct {
	schedule *Schedule
	wake     chan struct{} // holds one token
	timer    *time.Timer
	waited   bool // took part in the waiting since the last successful Next

	// Guarded by the schedule's mutex.
	queued     bool
	prev, next *Cursor

	_    [64]byte
	free atomic.Int64 // messages taken under max; written by the worker alone
	_    [56]byte
}

// Cursor returns a cursor for one more worker, which must Close it at the end.
func (s *Schedule) Cursor() *Cursor {
	c := &Cursor{schedule: s, wake: make(chan struct{}, 1)}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cursors[c] = struct{}{}
	return c
}

// Next waits until a slot is due. It fills dues with the due times, in ns on
// the schedule's clock and in ascending order, of up to len(dues) slots that
// are due now, and returns their number. The worker must send a message for
// each. Under max it fills dues with the present time. It reads the clock once,
// so with room for a few dozen slots the cost of the reading vanishes. It
// returns more than 256 slots only under max.
//
// When stop is closed it returns 0 and false, even if slots are due; they
// remain for other workers. From 1000 messages per second on, slots are
// released on a grid of 1 ms, but due times are exact.
func (c *Cursor) Next(dues []int64, stop <-chan struct{}) (n int, ok bool) {
	for {
		select {
		case <-stop:
			c.leave()
			return 0, false
		default:
		}
		now := c.schedule.clock()
		if n := c.claim(dues, now); n > 0 || len(dues) == 0 {
			if c.waited {
				c.leave()
			}
			return n, true
		}
		c.wait(now, stop)
	}
}

// Close ends the use of the cursor. The slots that its worker got remain the
// worker's to send or to count; no other slot is affected. It must not run at
// the same time as Next. A second Close does nothing.
func (c *Cursor) Close() {
	c.leave()
	s := c.schedule
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, open := s.cursors[c]; open {
		delete(s.cursors, c)
		s.gone += c.free.Load()
	}
}

// claim takes up to len(dues) slots that are due at now and writes their due
// times.
func (c *Cursor) claim(dues []int64, now int64) int {
	s := c.schedule
	for {
		g := s.head.Load()
		if g.free && g.next.Load() == nil && now < g.end {
			for i := range dues {
				dues[i] = now
			}
			c.free.Store(c.free.Load() + int64(len(dues)))
			return len(dues)
		}
		word := g.state.Load()
		lo, final := word&^closed, g.final.Load()
		if lo >= final {
			next := g.next.Load()
			if next == nil {
				return 0
			}
			s.head.CompareAndSwap(g, next)
			continue
		}
		limit := g.limit(word, final, now)
		if lo >= limit {
			return 0
		}
		if lag := s.lag.Load(); lag > 0 && g.due(lo) < now-lag {
			s.missed.Add(g.skip(min(limit, g.count(now-lag-1))))
			continue
		}
		n := min(limit-lo, g.chunk, int64(len(dues)))
		if g.state.CompareAndSwap(word, word+n) {
			g.fill(dues[:n], lo)
			return int(n)
		}
	}
}
