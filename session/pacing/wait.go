package pacing

import (
	"math"
	"time"
)

// Waiting. Of all workers that find nothing due, one leads: it alone sleeps by a
// timer, until the next slot is released. The others wait in a queue without
// timers. When the leader wakes and takes slots, it makes the oldest waiter the
// leader, which takes the slots that are left or sleeps in turn. So a group of
// any size wakes at most once per tick and once per claim, the work is divided
// evenly, and a live change has to wake only the leader.

// wait sleeps as leader or waits in the queue. now is when the caller found
// nothing due. It returns when there may be a slot, or when stop is closed.
func (c *Cursor) wait(now int64, stop <-chan struct{}) {
	s := c.schedule
	s.mu.Lock()
	s.roll(now)
	at := s.nextRelease()
	if at <= now {
		s.mu.Unlock()
		return
	}
	c.waited = true
	if s.leader == nil {
		s.leader = c
	}
	if s.leader != c {
		s.enqueue(c)
		s.mu.Unlock()
		select {
		case <-c.wake:
		case <-stop:
		}
		return
	}
	s.mu.Unlock()
	c.sleep(time.Duration(min(at-now, int64(longestSleep))), stop)
}

// nextRelease returns when something can be claimed or the running segment
// ends; the lowest int64 if the caller should look at once.
func (s *Schedule) nextRelease() int64 {
	head := s.head.Load()
	if head != s.tail || head.free {
		return math.MinInt64 // the segment has ended, or has rate max
	}
	at := head.end
	if lo := head.claimed(); lo < head.final.Load() {
		at = min(at, head.release(lo))
	}
	return at
}

// sleep waits for the timer, a token or stop.
func (c *Cursor) sleep(d time.Duration, stop <-chan struct{}) {
	if c.timer == nil {
		c.timer = time.NewTimer(d)
	} else {
		c.timer.Reset(d)
	}
	select {
	case <-c.timer.C:
	case <-c.wake:
		c.timer.Stop()
	case <-stop:
		c.timer.Stop()
	}
}

// leave takes the cursor out of the waiting. If it led, the oldest waiter
// becomes the leader.
func (c *Cursor) leave() {
	s := c.schedule
	s.mu.Lock()
	defer s.mu.Unlock()
	c.waited = false
	if c.queued {
		s.dequeue(c)
	}
	if s.leader != c {
		return
	}
	s.leader = s.first
	if s.first != nil {
		s.dequeue(s.first)
		s.leader.signal()
	}
}

// signal leaves a token for a cursor's worker, which then looks for slots.
func (c *Cursor) signal() {
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// enqueue puts a cursor at the end of the queue and removes the token of an
// earlier turn.
func (s *Schedule) enqueue(c *Cursor) {
	select {
	case <-c.wake:
	default:
	}
	c.queued, c.prev, c.next = true, s.last, nil
	if s.last == nil {
		s.first = c
	} else {
		s.last.next = c
	}
	s.last = c
}

// dequeue takes a cursor out of the queue.
func (s *Schedule) dequeue(c *Cursor) {
	if c.prev == nil {
		s.first = c.next
	} else {
		c.prev.next = c.next
	}
	if c.next == nil {
		s.last = c.prev
	} else {
		c.next.prev = c.prev
	}
	c.queued, c.prev, c.next = false, nil, nil
}
