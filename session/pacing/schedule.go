package pacing

import (
	"math"
	"sync"
	"sync/atomic"
	"time"
)

// Clock reads a monotonic clock, in ns from any origin. It must be safe for
// concurrent use and never go back.
type Clock func() int64

// DefaultLagLimit is how late a slot may be before it counts as missed. Ten
// seconds outlast what a healthy broker does to its producers (a collection
// pause, an unloaded topic, a restart in six seconds), so that such a stall is
// measured in full; after a longer outage the backlog would come as a burst
// that says nothing about the wanted rate.
const DefaultLagLimit = 10 * time.Second

// longestSleep is the longest that a worker sleeps at a stretch. It keeps the
// wait for a slot that never comes within a duration.
const longestSleep = time.Hour

// Schedule says when messages are due. All workers of a group share one, so
// that their number does not change the rate, and all methods are safe for
// concurrent use.
//
// A slot falls due at a time that only the schedule determines. It is handed
// out once, at or after that time, or counted as missed; nothing else happens
// to it, so Due() is always HandedOut() plus Missed() plus what is due and
// still waits for a worker. Slots fall due whether or not a worker is there:
// pause the schedule of a group without workers.
//
// A live change ends the current segment at now and begins the next one with
// the share of a message that had accrued, so there is neither debt nor burst.
// Slots that were due before a change, or before a pause, are still handed out.
type Schedule struct {
	clock  Clock
	head   atomic.Pointer[segment] // the oldest with unclaimed slots, or the tail
	lag    atomic.Int64            // lag limit, ns; 0 for none
	missed atomic.Int64

	mu     sync.Mutex
	tail   *segment // the one that runs now
	shape  Shape
	before Rate // wanted when the shape began
	paused bool
	// The schedule's own running clock stands still while it is paused. It is
	// now − offset, or frozen while paused.
	offset, frozen int64
	begun          int64   // when the shape began, on the running clock
	factor         float64 // of the burst
	burstEnd       int64   // on the running clock

	cursors     map[*Cursor]struct{}
	gone        int64   // free messages of closed cursors
	leader      *Cursor // the one worker that sleeps until the next slot
	first, last *Cursor // the workers that wait for their turn, oldest first
}

// NewSchedule returns a schedule that wants nothing until the first Set, with
// DefaultLagLimit.
func NewSchedule(clock Clock) *Schedule {
	now := clock()
	s := &Schedule{clock: clock, offset: now, factor: 1, cursors: map[*Cursor]struct{}{}}
	s.lag.Store(int64(DefaultLagLimit))
	s.tail = newSegment(now, 0, 0.5, level(0, endless))
	s.head.Store(s.tail)
	return s
}

// Set replaces the shape from now on. The rate wanted so far (without a burst)
// is what ramp(50k,2m) and a leading spike start from. A burst goes on over the
// new shape. If the schedule is paused it stays so, and the shape begins when
// it is resumed.
func (s *Schedule) Set(shape Shape) {
	s.change(func(ran int64) {
		s.before = s.shape.At(time.Duration(ran-s.begun), s.before)
		s.shape, s.begun = shape, ran
	})
}

// Burst multiplies the wanted rate for some time, measured without pauses, and
// then returns to the shape, which goes on underneath. It replaces a burst that
// is under way. A factor that is not a positive finite number, or a duration
// that is not positive, ends it instead.
func (s *Schedule) Burst(factor float64, length time.Duration) {
	s.change(func(ran int64) {
		s.factor, s.burstEnd = 1, ran
		if factor > 0 && !math.IsInf(factor, 1) && length > 0 {
			s.factor, s.burstEnd = factor, ran+int64(min(length, longestSpan))
		}
	})
}

// Pause stops the schedule and the clock of its shape. Before the first Set it
// holds back the start until Resume.
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

// Resume goes on where Pause stopped, in the shape as in the share of a message
// that had accrued.
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

// SetLagLimit sets how late a slot may be when it is claimed; later ones are
// counted as missed instead of handed out. 0 means that slots never expire: a
// group that stands still then keeps its whole backlog, and a few kilobytes
// for each second of a sine.
func (s *Schedule) SetLagLimit(limit time.Duration) { s.lag.Store(int64(max(limit, 0))) }

// Shape returns the shape that was set last.
func (s *Schedule) Shape() Shape {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.shape
}

// Rate returns the rate wanted right now: 0 while paused, and with a burst
// included.
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

// Base returns the rate that the shape alone wants at its present place,
// without a burst and also while paused. It is what a Change applies to.
func (s *Schedule) Base() Rate {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.shape.At(time.Duration(s.ran(s.clock())-s.begun), s.before)
}

// Due returns how many slots have fallen due by now. Under max, where no slot
// has a time of its own, every message handed out counts.
func (s *Schedule) Due() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.clock()
	s.roll(now)
	return s.tail.base + max(s.tail.count(now), s.tail.claimed()) + s.unlimited()
}

// HandedOut returns how many slots workers have been given.
func (s *Schedule) HandedOut() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	head := s.head.Load()
	return head.base + head.claimed() - s.missed.Load() + s.unlimited()
}

// Missed returns how many slots were later than the lag limit.
func (s *Schedule) Missed() int64 { return s.missed.Load() }

// unlimited returns how many messages were handed out under max.
func (s *Schedule) unlimited() int64 {
	total := s.gone
	for c := range s.cursors {
		total += c.free.Load()
	}
	return total
}

// ran returns the schedule's running clock.
func (s *Schedule) ran(now int64) int64 {
	if s.paused {
		return s.frozen
	}
	return now - s.offset
}

// change runs set, which is given the running clock, and goes on from now with
// what it left.
func (s *Schedule) change(set func(ran int64)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.clock()
	s.roll(now)
	set(s.ran(now))
	s.rebase(now)
}

// rebase ends the running segment at now, begins one with what is wanted from
// now on, and wakes the worker that slept by the old one.
func (s *Schedule) rebase(now int64) {
	slots, phase := s.tail.close(now)
	s.append(now, slots, phase)
	if s.leader != nil {
		s.leader.signal()
	}
}

// roll unrolls the shape up to now, a segment at a time.
func (s *Schedule) roll(now int64) {
	for s.tail.end <= now {
		slots := s.tail.final.Load()
		s.append(s.tail.end, slots, s.tail.phaseAfter(slots, s.tail.end))
	}
}

// append makes the segment that follows the tail from start on, and drops
// segments that have become too old to be claimed.
func (s *Schedule) append(start, slots int64, phase float64) {
	p := level(0, endless)
	if !s.paused {
		ran := start - s.offset
		p = s.shape.piece(time.Duration(ran-s.begun), s.before)
		if ran < s.burstEnd {
			p = p.cut(time.Duration(s.burstEnd - ran))
			p.from, p.to = p.from.times(s.factor), p.to.times(s.factor)
		}
	}
	g := newSegment(start, s.tail.base+slots, phase, p)
	s.tail.next.Store(g)
	s.tail = g
	s.trim(start)
}

// trim counts the slots of segments that ended before the lag limit as missed,
// so that the chain stays short though no worker comes.
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
