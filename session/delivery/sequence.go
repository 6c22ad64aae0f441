package delivery

import (
	"math/bits"
	"sync"

	"pulsh/session/payload"
)

// StragglerLimit is how many numbers of a stream may be taken for stragglers
// of the epoch before. Four receive queues of the default size hold as many.
const StragglerLimit = 4096

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

	id     uint64
	closed bool // retired, or its epoch is over: look for another
	opened bool // a first number is known, base and next are set
	whole  bool // the first number was announced: all from it on are meant for this epoch

	next  uint64 // the highest number seen, plus one
	base  uint64 // the lowest number that counts
	width uint64 // W
	seen  []uint64
	// entries holds the fingerprints of the numbers seen.
	entries []uint32

	received, lost, holes                       uint64
	duplicated, redelivered, outOfOrder, tooOld uint64

	brokerTold uint64 // of those redelivered, how many the broker counted as such

	quickest int64 // the shortest transit since it was last asked for, see arrival.go

	announced bool   // a producer of this session sends it
	expected  uint64 // the number that the producer uses next, 0 when unknown

	doubts  doubts // the numbers whose sending failed, see doubt.go
	passed  doubts // those of them that left the window: a seek may bring them back
	excused uint64 // of those lost, how many were in doubt
	told    told   // of failed sends by the stamps, see doubt.go

	met     []uint64 // a bit for each partition that something came from, see front.go
	sure    uint64   // every number from here on is meant for this epoch
	outside uint64   // of those lost, how many lie below sure

	reached uint64 // the highest next of all epochs before, or 0

	// previous is next at the end of the epoch before, or 0; see stragglers.go.
	previous   uint64
	tentative  bool
	stragglers uint64

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
			s.holes--
			if n-s.width < s.sure {
				s.outside++
			}
		}
		*word |= bit
	}
	s.entries[position] = entry
	s.next = n + 1
	if len(s.doubts) > 0 {
		s.doubts = s.doubts.remove(n)
	}
}

// classify accounts for a number that is not the next one.
func (s *sequence) classify(n uint64, entry, redelivery uint32) Class {
	switch {
	case n > payload.MaxSequence:
		s.tooOld++
		return TooOld
	case !s.opened:
		return s.first(n, entry, redelivery)
	case n >= s.next:
		return s.leap(n, entry)
	case redelivery > 0 && (n < s.base || s.next-n > s.width):
		return s.again(redelivery)
	case s.next-n > s.width:
		return s.tooLow(n, entry)
	case n < s.base:
		s.extend(n, entry)
		return OutOfOrder
	}
	return s.inside(n, entry, redelivery)
}

// first opens the stream at its first number. A number that was delivered
// before says nothing about where this account begins: what follows it may
// have been acknowledged long ago. So it waits for one that was not.
func (s *sequence) first(n uint64, entry, redelivery uint32) Class {
	if redelivery > 0 {
		return s.again(redelivery)
	}
	s.open(n)
	s.tentative = s.nearPrevious(n)
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

// extend lowers the base to n, not a full window below next. Until the window
// has filled for the first time the order at the start is anyone's guess, as
// the consumers of a shared subscription all begin at once.
func (s *sequence) extend(n uint64, entry uint32) {
	s.holes += s.base - n // n itself is a hole until it is marked
	s.base = n
	s.mark(n, entry)
}

// inside accounts for a number within the window.
func (s *sequence) inside(n uint64, entry, redelivery uint32) Class {
	switch {
	case !s.has(n):
		s.mark(n, entry)
		return OutOfOrder
	case redelivery > 0 || s.entries[n&(s.width-1)] == entry:
		return s.again(redelivery)
	}
	s.duplicated++
	return Duplicated
}

// again accounts for a redelivery, which the broker may have counted as one.
func (s *sequence) again(redelivery uint32) Class {
	s.redelivered++
	if redelivery > 0 {
		s.brokerTold++
	}
	return Redelivered
}

// mark fills the hole n, which lies below the highest number seen.
func (s *sequence) mark(n uint64, entry uint32) {
	position := n & (s.width - 1)
	s.seen[position>>6] |= 1 << (position & 63)
	s.entries[position] = entry
	s.holes--
	s.outOfOrder++
	if len(s.doubts) > 0 {
		s.doubts = s.doubts.remove(n)
	}
}

// leap accounts for a number above next.
func (s *sequence) leap(n uint64, entry uint32) Class {
	if s.previous != 0 && n-s.next-s.failedBefore(n) >= s.width {
		if class, done := s.leapUp(n, entry); done {
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
		s.outside += s.unsure()
		s.lost += s.holes + grow - s.width
		s.holes = s.width
		clear(s.seen)
		s.next = to
		return
	}
	low := s.low()
	var leaving uint64
	if to > s.width && to-s.width > low {
		leaving = to - s.width - low
		s.outside += s.unseen(low, min(low+leaving, s.sure))
	}
	unseen := leaving - s.wipe(s.next, grow)
	s.lost += unseen
	s.holes += grow - unseen
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

// wipe clears the bits at the positions of count numbers from n on, at most a
// window, and returns how many were set.
func (s *sequence) wipe(n, count uint64) uint64 {
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
		Received: s.received, Lost: s.lost - s.outside, Holes: s.holes,
		Duplicated: s.duplicated, Redelivered: s.redelivered,
		OutOfOrder: s.outOfOrder, TooOld: s.tooOld, RedeliveredTold: s.brokerTold,
	}
	if s.opened && s.expected > s.next {
		t.Tail = s.expected - s.next
	}
	if s.opened {
		t.Holes -= s.unsure()
	}
	s.excuse(&t)
	if payload.BatchedByKey(s.id) {
		t.KeyBatched = s.received
	}
	if s.opened || s.received > 0 {
		t.Streams = 1
		if s.announced {
			t.Announced = 1
		}
	}
	return t
}
