package delivery

import (
	"math/bits"
	"sync"

	"pulsh/session/payload"
)

// LateLimit is how many numbers of a producer may be taken for late messages of
// the previous period. Four receiver queues of the default size hold as many.
const LateLimit = 4096

// A sequence is the account of one producer within one period: a window that
// slides over the producer's numbers.
//
// The window holds the numbers from max(base, next−W) up to, not including,
// next, where W is its width, a power of two. Bit n mod W of seen tells whether
// n was received, and entries[n mod W] from which stored entry. Bits that stand
// for no number of the window are clear. Every number between base and the
// window is settled: it was received, or it counts as lost. Hence at all times
//
//	received − duplicated − redelivered − outsideWindow + lost + gaps = next − base
type sequence struct {
	mu sync.Mutex

	id               uint64
	closed           bool // retired, or its period has ended: look it up again
	opened           bool // the first number is known: base and next are set
	openedByProducer bool // the producer announced the first number, so all numbers from it on are judged
	announcedFirst   uint64

	next     uint64 // the highest number received, plus one
	base     uint64 // the lowest number of the account
	width    uint64 // W
	budgeted uint64 // of WindowBudget
	seen     []uint64
	entries  []uint32 // fingerprints

	received, lost, gaps                               uint64
	duplicated, redelivered, outOfOrder, outsideWindow uint64

	seconds map[uint64]uint32 // of the last numbers that are stored twice, the fingerprint of the second entry

	redeliveredByBroker uint64 // of redelivered, how many the broker counted as such

	shortestTransit int64 // since the last ShortestTransits

	announced bool   // the producer belongs to this session
	expected  uint64 // all numbers below it were acknowledged; 0 when that is not known

	replicated bool // the producer sends on another cluster

	unknown       spans            // the numbers whose send failed, see unknown.go
	unknownPassed spans            // those that left the window; after a seek they may be unknown again
	unknownLost   uint64           // of lost, how many sends failed
	aborted       aborted          // the numbers of aborted transactions, which are unknown as well
	reported      reportedFailures // by the stamps, see unknown.go

	seenPartitions []uint64 // a bit for each partition that messages came from, see partitions.go
	judgedFrom     uint64   // every number from here on is judged
	judgedAtFirst  uint64   // judgedFrom at the beginning of the period
	unjudgedLost   uint64   // of lost, how many are below judgedFrom

	unstored          bool   // the topic stores nothing, see unstored.go
	settled, settling uint64 // what is below settled and was not received is dropped; settling is the next such bound

	reachedBefore uint64 // the highest next of all previous periods, or 0

	// For late messages of the previous period, see late.go.
	previousEnd uint64 // next at the end of the previous period, or 0
	tentative   bool   // the messages so far may all be late
	late        uint64 // how many were recognised as late

	// For the search for the sequence that was idle for longest, see retire.go.
	sweptReceived uint64 // received at the last sweep
	activeAt      uint64 // the sweep that last saw it active
}

// observe accounts for one delivery of number n. The caller holds mu.
func (s *sequence) observe(n uint64, entry, redelivery uint32) Class {
	s.received++
	if n == s.next && s.opened && n <= payload.MaxSequence {
		s.push(n, entry)
		return New
	}
	return s.classify(n, entry, redelivery)
}

// push marks n, which equals next, as received.
func (s *sequence) push(n uint64, entry uint32) {
	position := n & (s.width - 1)
	word, bit := &s.seen[position>>6], uint64(1)<<(position&63)
	if *word&bit == 0 {
		if n-s.base >= s.width { // n−W leaves the window without being received
			s.lost++
			s.gaps--
			if n-s.width < s.judgedFrom {
				s.unjudgedLost++
			}
		}
		*word |= bit
	}
	s.entries[position] = entry
	s.next = n + 1
	if len(s.unknown) > 0 {
		s.unknown = s.unknown.remove(n)
	}
}

// classify accounts for a number other than next.
func (s *sequence) classify(n uint64, entry, redelivery uint32) Class {
	switch {
	case n > payload.MaxSequence:
		s.outsideWindow++
		return OutsideWindow
	case !s.opened:
		return s.first(n, entry, redelivery)
	case n >= s.next:
		return s.jump(n, entry)
	case redelivery > 0 && (n < s.base || s.next-n > s.width):
		return s.countRedelivery(redelivery)
	case s.next-n > s.width:
		return s.belowWindow(n, entry)
	case n < s.base:
		s.lowerBase(n, entry)
		return OutOfOrder
	}
	return s.inWindow(n, entry, redelivery)
}

// first begins the account at its first number. A redelivered number does not
// begin it: the numbers after it may have been acknowledged long ago.
func (s *sequence) first(n uint64, entry, redelivery uint32) Class {
	if redelivery > 0 {
		return s.countRedelivery(redelivery)
	}
	s.open(n)
	s.tentative = s.nearPreviousEnd(n)
	s.push(n, entry)
	return New
}

// open makes the window and lets it begin at n.
func (s *sequence) open(n uint64) {
	s.opened = true
	s.base, s.next = n, n
	s.seen = make([]uint64, s.width/64)
	s.entries = make([]uint32, s.width)
}

// lowerBase lowers the base to n, less than a window below next. The consumers
// of a shared subscription begin all at once, so the first number to arrive
// need not be the lowest one. After the window has filled the base stays.
func (s *sequence) lowerBase(n uint64, entry uint32) {
	s.gaps += s.base - n // n itself is a gap until it is marked
	s.base = n
	s.mark(n, entry)
}

// inWindow accounts for a number within the window.
func (s *sequence) inWindow(n uint64, entry, redelivery uint32) Class {
	switch {
	case !s.has(n):
		s.mark(n, entry)
		return OutOfOrder
	case redelivery > 0 || s.entries[n&(s.width-1)] == entry:
		return s.countRedelivery(redelivery)
	}
	if second, ok := s.seconds[n]; ok && second == entry {
		return s.countRedelivery(redelivery) // the broker does not count all redeliveries
	}
	if s.seconds == nil || len(s.seconds) >= secondsMax {
		s.seconds = map[uint64]uint32{}
	}
	s.seconds[n] = entry
	s.duplicated++
	return Duplicated
}

// secondsMax bounds the numbers whose second entry is remembered: all that one producer
// has in flight when its connection breaks.
const secondsMax = 1 << 14

// countRedelivery accounts for a redelivery. The broker may not have counted
// it.
func (s *sequence) countRedelivery(redelivery uint32) Class {
	s.redelivered++
	if redelivery > 0 {
		s.redeliveredByBroker++
	}
	return Redelivered
}

// mark fills the gap n, which is below the highest number received.
func (s *sequence) mark(n uint64, entry uint32) {
	position := n & (s.width - 1)
	s.seen[position>>6] |= 1 << (position & 63)
	s.entries[position] = entry
	s.gaps--
	s.outOfOrder++
	if len(s.unknown) > 0 {
		s.unknown = s.unknown.remove(n)
	}
}

// jump accounts for a number above next.
func (s *sequence) jump(n uint64, entry uint32) Class {
	if s.previousEnd != 0 && n-s.next-s.failedBefore(n) >= s.width {
		if class, done := s.judgeJump(n, entry); done {
			return class
		}
	}
	s.slide(n)
	s.push(n, entry)
	return New
}

// slide moves the end of the window up to next = to. The numbers in between
// become gaps, and the gaps that leave the window at the low end are lost.
func (s *sequence) slide(to uint64) {
	grow := to - s.next
	if grow >= s.width {
		// All numbers of the window leave it. Of the numbers in between all but
		// the last W pass through it without being received.
		s.unjudgedLost += s.unjudgedGaps()
		if s.judgedFrom > s.next { // of those in between
			s.unjudgedLost += min(s.judgedFrom, to-s.width) - s.next
		}
		s.lost += s.gaps + grow - s.width
		s.gaps = s.width
		clear(s.seen)
		s.next = to
		return
	}
	low := s.low()
	var leaving uint64
	if to > s.width && to-s.width > low {
		leaving = to - s.width - low
		s.unjudgedLost += s.unseen(low, min(low+leaving, s.judgedFrom))
	}
	unseen := leaving - s.clearSeen(s.next, grow)
	s.lost += unseen
	s.gaps += grow - unseen
	s.next = to
}

// low returns the lowest number of the window.
func (s *sequence) low() uint64 {
	if s.next > s.width {
		return max(s.base, s.next-s.width)
	}
	return s.base
}

// unseen counts the numbers of the window in [from, to) that were not received.
func (s *sequence) unseen(from, to uint64) (unseen uint64) {
	for from < to {
		shift := from & 63
		take := min(64-shift, to-from)
		mask := (^uint64(0) >> (64 - take)) << shift
		unseen += take - uint64(bits.OnesCount64(s.seen[from&(s.width-1)>>6]&mask))
		from += take
	}
	return unseen
}

// clearSeen clears the bits of count numbers from n on, at most a window, and
// returns how many of them were set.
func (s *sequence) clearSeen(n, count uint64) uint64 {
	set := 0
	for count > 0 {
		position := n & (s.width - 1)
		shift := position & 63
		take := min(64-shift, count)
		mask := (^uint64(0) >> (64 - take)) << shift
		set += bits.OnesCount64(s.seen[position>>6] & mask)
		s.seen[position>>6] &^= mask
		n += take
		count -= take
	}
	return uint64(set)
}

// totals returns the counts of the sequence. The caller holds mu.
func (s *sequence) totals() Totals {
	t := Totals{
		Received: s.received, Lost: s.lost - s.unjudgedLost, Gaps: s.gaps,
		Duplicated: s.duplicated, Redelivered: s.redelivered,
		OutOfOrder: s.outOfOrder, OutsideWindow: s.outsideWindow, RedeliveredByBroker: s.redeliveredByBroker,
	}
	if end := max(s.next, s.judgedFrom); s.opened && s.expected > end {
		t.NotYetReceived = s.expected - end
	}
	if s.opened {
		t.Gaps -= s.unjudgedGaps()
	}
	ahead := t.NotYetReceived
	s.setAsideUnknown(&t)
	s.setAsideAborted(&t, ahead)
	s.setAsideDropped(&t)
	if s.replicated {
		t.Replicating = t.NotYetReceived
	}
	if payload.BatchedByKey(s.id) {
		t.KeyBatched = s.received
	}
	if s.opened || s.received > 0 {
		t.Producers = 1
		if s.announced {
			t.Announced = 1
		}
	}
	return t
}
