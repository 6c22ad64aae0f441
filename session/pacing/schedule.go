package pacing

import (
	"math"
	"sync"
	"sync/atomic"
	"time"
)

// Clock reads a monotonic clock, in ns from any origin. Any number of
// goroutines may call it at the same time, and it must never go back.
type Clock func() int64

// DefaultLagLimit is how late a slot may be before it counts as missed. Ten
// seconds are longer than a healthy broker keeps its producers waiting (a
// garbage collection, the unload of a topic, a restart in six seconds), so such
// a stall is measured in full. After a longer outage the late messages would
// come as a burst that says nothing about the target rate.
const DefaultLagLimit = 10 * time.Second

// longestSleep bounds one sleep of a worker, so that the wait for a slot that
// never comes fits a duration.
const longestSleep = time.Hour

// Schedule says when messages are due. All workers of a group share one, so
// their number does not change the rate. Any number of goroutines may call its
// methods.
//
// A slot falls due at a time that only the schedule determines. It is handed
// out once, at or after that time, or counted as missed. So Due() always equals
// HandedOut() plus Missed() plus the due slots that still wait for a worker.
// Slots fall due whether or not there is a worker: pause the schedule of a
// group without workers.
//
// A live change ends the current segment at now. The next one begins with the
// fraction of a message that had accrued, so there is neither debt nor burst.
// Slots that were due before a change or a pause are still handed out.
type Schedule struct {
	clock  Clock
	head   atomic.Pointer[segment] // the oldest with unclaimed slots, or the tail
	lag    atomic.Int64            // lag limit, ns; 0 for none
	missed atomic.Int64

	mu     sync.Mutex
	tail   *segment // the running segment
	shape  Shape
	before Rate // the rate when the shape began
	paused bool
	// The running clock of the schedule stands still during a pause. It is
	// now − offset, or frozen while paused.
	offset, frozen int64
	begun          int64   // when the shape began, on the running clock
	factor         float64 // of the burst
	burstEnd       int64   // on the running clock

	cursors     map[*Cursor]struct{}
	gone        int64   // messages handed out under max to closed cursors
	leader      *Cursor // the one worker that sleeps until the next slot
	first, last *Cursor // the waiting workers, oldest first
}

// NewSchedule returns a schedule with rate 0 until the first Set, and with
// DefaultLagLimit.
func NewSchedule(clock Clock) *Schedule {
	now := clock()
	s := &Schedule{clock: clock, offset: now, factor: 1, cursors: map[*Cursor]struct{}{}}
	s.lag.Store(int64(DefaultLagLimit))
	s.tail = newSegment(now, 0, 0.5, level(0, endless))
	s.head.Store(s.tail)
	return s
}

// Set replaces the shape from now on. ramp(50k,2m) and a leading spike start
// from the rate of the shape before, without a burst. A running burst ends, so
// that the shape is the target. If the schedule is paused it stays paused, and the
// shape begins at Resume.
func (s *Schedule) Set(shape Shape) {
	s.change(func(ran int64) {
		s.replace(shape, ran, s.shape.At(time.Duration(ran-s.begun), s.before))
	})
}

// Burst multiplies the rate of the shape for some time, not counting pauses,
// while the shape goes on. It replaces a running burst. A factor that is not a
// positive finite number, or a length that is not positive, ends the burst
// instead.
func (s *Schedule) Burst(factor float64, length time.Duration) {
	s.change(func(ran int64) {
		s.factor, s.burstEnd = 1, ran
		if factor > 0 && !math.IsInf(factor, 1) && length > 0 {
			s.factor, s.burstEnd = factor, ran+int64(min(length, longestSpan))
		}
	})
}

// Pause stops the schedule and the clock of its shape. Before the first Set it
// delays the start until Resume.
func (s *Schedule) Pause() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.paused {
		return
	}
	now := s.clock()
	s.roll(now)
	s.paused, s.frozen = true, now-s.offset
	s.rebase(now)
}

// Resume continues where Pause stopped, in the shape and in the fraction of a
// message that had accrued.
func (s *Schedule) Resume() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.paused {
		return
	}
	now := s.clock()
	s.paused, s.offset = false, now-s.frozen
	s.rebase(now)
}

// SetLagLimit sets how late a slot may be when it is claimed. Later slots are
// counted as missed instead of handed out. With 0 slots never expire: a stalled
// group then keeps all its late slots, and needs a few kilobytes for each
// second of a sine.
func (s *Schedule) SetLagLimit(limit time.Duration) { s.lag.Store(int64(max(limit, 0))) }

// Shape returns the shape of the last Set.
func (s *Schedule) Shape() Shape {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.shape
}

// Rate returns the target rate now: 0 while paused, and including a burst.
func (s *Schedule) Rate() Rate {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.paused {
		return 0
	}
	ran := s.ran(s.clock())
	rate := s.shape.At(time.Duration(ran-s.begun), s.before)
	if ran < s.burstEnd {
		rate = rate.times(s.factor)
	}
	return rate
}

// Base returns the target rate of the shape alone, without a burst and also
// while paused. A relative Change applies to it.
func (s *Schedule) Base() Rate {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.shape.At(time.Duration(s.ran(s.clock())-s.begun), s.before)
}

// Due returns how many slots have fallen due by now. Under max, where slots
// have no times, it counts every message handed out.
func (s *Schedule) Due() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.clock()
	s.roll(now)
	return s.tail.base + max(s.tail.count(now), s.tail.claimed()) + s.unlimited()
}

// HandedOut returns how many slots workers have taken.
func (s *Schedule) HandedOut() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	head := s.head.Load()
	return head.base + head.claimed() - s.missed.Load() + s.unlimited()
}

// Missed returns how many slots were later than the lag limit.
func (s *Schedule) Missed() int64 { return s.missed.Load() }

// unlimited returns how many messages were handed out under max. The caller
// holds mu.
func (s *Schedule) unlimited() int64 {
	total := s.gone
	for c := range s.cursors {
		total += c.free.Load()
	}
	return total
}

// ran returns the schedule's running clock. The caller holds mu.
func (s *Schedule) ran(now int64) int64 {
	if s.paused {
		return s.frozen
	}
	return now - s.offset
}

// change calls set with the running clock and begins a segment with the result.
func (s *Schedule) change(set func(ran int64)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.clock()
	s.roll(now)
	set(s.ran(now))
	s.rebase(now)
}

// rebase ends the running segment at now, begins the next one, and wakes the
// worker that sleeps until a slot of the old one. The caller holds mu.
func (s *Schedule) rebase(now int64) {
	slots, phase := s.tail.close(now)
	s.append(now, slots, phase)
	if s.leader != nil {
		s.leader.signal()
	}
}

// roll appends the segments of the shape up to now. The caller holds mu.
func (s *Schedule) roll(now int64) {
	for s.tail.end <= now {
		slots := s.tail.final.Load()
		s.append(s.tail.end, slots, s.tail.phaseAfter(slots, s.tail.end))
	}
}

// append adds the segment that follows the tail from start on, and drops
// segments that are too old to be claimed. The caller holds mu.
func (s *Schedule) append(start, slots int64, phase float64) {
	p := level(0, endless)
	if !s.paused {
		ran := start - s.offset
		p = s.shape.piece(time.Duration(ran-s.begun), s.before)
		if ran < s.burstEnd {
			p = p.cut(time.Duration(s.burstEnd - ran))
			p.from, p.to = p.from.times(s.factor), p.to.times(s.factor)
		}
		p = p.bounded()
	}
	g := newSegment(start, s.tail.base+slots, phase, p)
	s.tail.next.Store(g)
	s.tail = g
	s.trim(start)
}

// trim counts the slots of segments that ended before the lag limit as missed,
// so that the chain of segments stays short without a worker.
func (s *Schedule) trim(now int64) {
	lag := s.lag.Load()
	if lag == 0 {
		return
	}
	for {
		head := s.head.Load()
		next := head.next.Load()
		if next == nil || next.start > now-lag {
			return
		}
		s.missed.Add(head.skip(head.final.Load()))
		s.head.CompareAndSwap(head, next)
	}
}
