package delivery

import (
	"math/bits"
	"sync"

	"pulsh/session/payload"
)

// LateLimit is how many numbers of a stream may be taken for stragglers
// of the epoch before. Four receive queues of the default size hold as many.
const LateLimit = 4096

// A stream is the account of one lane generation within one epoch: a window
// that slides over the numbers.
//
// The window holds the numbers from max(base, next−W) up to but excluding
// next, where W is its width, a power of two. Bit n mod W of seen says whether
// n has been received, entries[n mod W] as which stored entry. Bits that
// belong to no number of the window are clear. Every number from base that is
// below the window has been settled: it was seen, or it was counted as lost.
// Hence at all times
//
//	received − duplicated − redelivered − too old + lost + holes = next − base
type sequence struct {
	mu sync.Mutex

	id               uint64
	closed           bool // retired, or its epoch is over: look for another
	opened           bool // a first number is known, base and next are set
	openedByProducer bool // the first number was announced: all from it on are meant for this epoch

	next  uint64 // the highest number seen, plus one
	base  uint64 // the lowest number that counts
	width uint64 // W
	seen  []uint64
	// entries holds the fingerprints of the numbers seen.
	entries []uint32

	received, lost, gaps                               uint64
	duplicated, redelivered, outOfOrder, outsideWindow uint64

	redeliveredByBroker uint64 // of those redelivered, how many the broker counted as such

	shortestTransit int64 // the shortest transit since it was last asked for, see arrival.go

	announced bool   // a producer of this session sends it
	expected  uint64 // the number that the producer uses next, 0 when unknown

	unknown       spans            // the numbers whose sending failed, see doubt.go
	unknownPassed spans            // those of them that left the window: a seek may bring them back
	unknownLost   uint64           // of those lost, how many were in doubt
	reported      reportedFailures // of failed sends by the stamps, see doubt.go

	seenPartitions []uint64 // a bit for each partition that something came from, see front.go
	judgedFrom     uint64   // every number from here on is meant for this epoch
	unjudgedLost   uint64   // of those lost, how many lie below sure

	reachedBefore uint64 // the highest next of all epochs before, or 0

	// previous is next at the end of the epoch before, or 0; see stragglers.go.
	previousEnd uint64
	tentative   bool
	late        uint64

	// sweptReceived and activeAt belong to the ledger's search for the stream
	// that was idle for longest.
	sweptReceived, activeAt uint64
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

// push appends n, which is next, as seen.
func (s *sequence) push(n uint64, entry uint32) {
	position := n & (s.width - 1)
	word, bit := &s.seen[position>>6], uint64(1)<<(position&63)
	if *word&bit == 0 {
		if n-s.base >= s.width { // n−W leaves the window unseen
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

// classify accounts for a number that is not the next one.
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

// first opens the stream at its first number. A number that was delivered
// before says nothing about where this account begins: what follows it may
// have been acknowledged long ago. So it waits for one that was not.
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

// lowerBase lowers the base to n, not a full window below next. Until the window
// has filled for the first time the order at the start is anyone's guess, as
// the consumers of a shared subscription all begin at once.
func (s *sequence) lowerBase(n uint64, entry uint32) {
	s.gaps += s.base - n // n itself is a hole until it is marked
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
	s.duplicated++
	return Duplicated
}

// countRedelivery accounts for a redelivery, which the broker may have counted as one.
func (s *sequence) countRedelivery(redelivery uint32) Class {
	s.redelivered++
	if redelivery > 0 {
		s.redeliveredByBroker++
	}
	return Redelivered
}

// mark fills the hole n, which lies below the highest number seen.
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

// slide moves the end of the window up to next = to: the numbers in between
// become holes, and what falls out at the low end is settled.
func (s *sequence) slide(to uint64) {
	grow := to - s.next
	if grow >= s.width {
		// Everything in the window falls out, and of the numbers in between
		// all but the last W pass through it unseen.
		s.unjudgedLost += s.unjudgedGaps()
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

// low is the lowest number of the window.
func (s *sequence) low() uint64 {
	if s.next > s.width {
		return max(s.base, s.next-s.width)
	}
	return s.base
}

// unseen counts the numbers from from up to but excluding to, all of them in
// the window, that have not been seen.
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

// clearSeen clears the bits at the positions of count numbers from n on, at most a
// window, and returns how many were set.
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

// totals returns the counts of the stream. The caller holds mu.
func (s *sequence) totals() Totals {
	t := Totals{
		Received: s.received, Lost: s.lost - s.unjudgedLost, Gaps: s.gaps,
		Duplicated: s.duplicated, Redelivered: s.redelivered,
		OutOfOrder: s.outOfOrder, OutsideWindow: s.outsideWindow, RedeliveredByBroker: s.redeliveredByBroker,
	}
	if s.opened && s.expected > s.next {
		t.NotYetReceived = s.expected - s.next
	}
	if s.opened {
		t.Gaps -= s.unjudgedGaps()
	}
	s.setAsideUnknown(&t)
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
