package delivery

import (
	"math/bits"
	"sync"
	"sync/atomic"

	"pulsh/session/payload"
)

// Limits of a Ledger. With the default window they bound its memory to about
// 140 MB with two thousand streams, and to 270 KB for each of the first few.
const (
	// DefaultWindow is how many numbers of a stream are remembered. It covers
	// the disorder of 64 consumers with receive queues of 1,000 messages.
	DefaultWindow = 1 << 16
	// MinWindow and MaxWindow bound the window; a number takes 4 1/8 bytes.
	MinWindow = 1 << 6
	MaxWindow = 1 << 20
	// LeanWindow is the window of the streams that come when WindowBudget is
	// spent. Each of so many streams has a small share of what is in flight.
	LeanWindow = 1 << 13
	// WindowBudget is how many numbers all windows together may remember
	// before streams get lean ones: 256 windows of the default width.
	WindowBudget = 1 << 24
	// MaxProducers is how many streams are told apart at a time: a thousand
	// lanes, while a rebuild replaces each by another. Beyond it the stream
	// that was idle for longest is retired.
	MaxProducers = 2048
	// maxRetired is how many retired streams are remembered, so that what
	// still comes from them is not taken for a new stream.
	maxRetired = 16 * MaxProducers
)

// A Ledger keeps the account of what was delivered to one consumer group, from
// the stamps of the messages: for each stream of numbers which were received,
// how often, in which order, and which never were. It is exact within a window
// that slides over the numbers of each stream; see Class and Totals for what
// it tells. All methods may be called at any time by any goroutine.
type Audit struct {
	window uint64

	mu            sync.RWMutex // taken before that of a stream
	period        uint64
	sequences     map[uint64]*sequence
	numbers       uint64 // the widths of all streams together
	retired       map[uint64]struct{}
	retiredOrder  []uint64 // a ring in the order of retirement
	retiredAt     int
	retiredTotals Totals // of the streams of this epoch that were retired
	previous      Totals // of the epochs before

	keys        atomic.Pointer[keyOrder] // of this epoch; nil until a message has a key
	fromRetired atomic.Uint64            // deliveries from retired streams in this epoch
	compacted   atomic.Bool              // the deliveries are those of a compacted topic
	sweeps      atomic.Uint64            // counts the searches for idle streams
}

// NewAudit returns a ledger in its first epoch. The window is the number of
// sequence numbers that are remembered per stream; it is raised to a power of
// two from MinWindow to MaxWindow, and 0 stands for DefaultWindow.
func NewAudit(window int) *Audit {
	if window == 0 {
		window = DefaultWindow
	}
	window = max(MinWindow, min(window, MaxWindow))
	return &Audit{
		window:    1 << bits.Len(uint(window-1)),
		period:    1,
		sequences: make(map[uint64]*sequence),
		retired:   make(map[uint64]struct{}),
	}
}

// countRetired accounts for a message of a stream that was retired.
func (l *Audit) countRetired() Class {
	l.fromRetired.Add(1)
	return OutsideWindow
}

// Open announces that the numbers of a stream from first on are meant for this
// group, so that the loss of the very first of them shows as well. Without it
// the first number that arrives opens the stream. It changes nothing once a
// message of the stream has arrived.
func (l *Audit) Open(id, first uint64) {
	l.update(id, func(s *sequence) {
		s.announced = true
		if !s.opened && first <= payload.MaxSequence {
			s.open(first)
			s.openedByProducer = true
		}
	})
}

// Expect announces that the producer of a stream has been promised, by acks,
// the delivery of all numbers below next. Those above the highest number seen
// are counted as Totals.Tail: the exact backlog in messages while the load
// runs, and what is missing at the end when there is no backlog any more.
func (l *Audit) Expect(id, next uint64) {
	l.update(id, func(s *sequence) {
		s.announced = true
		if next <= payload.MaxSequence {
			s.expected = max(s.expected, next)
		}
	})
}

// SetCompacted announces whether the group reads a compacted topic, from which all
// messages but the last of each key may be left out. Then no message between two
// others can be called lost. Call it at the beginning of an epoch.
func (l *Audit) SetCompacted(on bool) { l.compacted.Store(on) }

// SendFailed announces that the sending of a number failed. It may be stored for
// all that, as after a timeout; if it does not arrive it is Totals.Doubtful,
// neither lost nor a hole.
func (l *Audit) SendFailed(id, n uint64) { l.update(id, func(s *sequence) { s.sendFailed(n) }) }

// update changes a stream under its lock, if it has not been retired.
func (l *Audit) update(id uint64, change func(*sequence)) {
	for {
		s := l.find(id)
		if s == nil {
			return
		}
		s.mu.Lock()
		closed := s.closed
		if !closed {
			change(s)
		}
		s.mu.Unlock()
		if !closed {
			return
		}
	}
}

// find returns the stream of the current epoch with the given id, a new one if
// there is none, or nil if it has been retired.
func (l *Audit) find(id uint64) *sequence {
	l.mu.RLock()
	s := l.sequences[id]
	_, retired := l.retired[id]
	l.mu.RUnlock()
	if s != nil || retired {
		return s
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if s = l.sequences[id]; s != nil {
		return s
	}
	if _, retired = l.retired[id]; retired {
		return nil
	}
	if len(l.sequences) >= MaxProducers {
		l.retireIdlest()
	}
	s = &sequence{id: id, width: l.nextWidth(), activeAt: l.sweeps.Load(), shortestTransit: NoTransit}
	l.numbers += s.width
	l.sequences[id] = s
	return s
}

// nextWidth returns the window of the next stream. The caller holds mu.
func (l *Audit) nextWidth() uint64 {
	if l.numbers+l.window <= WindowBudget {
		return l.window
	}
	return min(l.window, LeanWindow)
}

// Totals returns the sums of the current epoch. It holds the lock of one
// stream at a time for as long as it takes to copy some numbers.
func (l *Audit) Totals() Totals {
	l.mu.RLock()
	defer l.mu.RUnlock()
	sum := l.retiredTotals
	sum.Period = l.period
	strays := l.fromRetired.Load()
	sum.Received += strays
	sum.OutsideWindow += strays
	sweep := l.sweeps.Add(1)
	for _, s := range l.sequences {
		s.mu.Lock()
		sum.add(s.totals())
		s.touch(sweep)
		s.mu.Unlock()
	}
	l.keys.Load().counts(&sum)
	if l.compacted.Load() {
		sum.compactAway()
	}
	return sum
}

// Previous returns the sums of all epochs before the current one, as they stood
// when they ended. Its Holes are messages of which a seek has left open
// whether they would have come; its Tail is 0.
func (l *Audit) Previous() Totals {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return l.previous
}

// NewPeriod ends the epoch and begins another: after a seek or a rebuild of the
// subscription the same messages come again and none of it is duplication.
// What was expected of the streams remains expected. Call it when the
// consumers have been drained; stragglers that come later nonetheless are told
// apart where they can be and count as too old.
func (l *Audit) NewPeriod() {
	l.mu.Lock()
	defer l.mu.Unlock()
	sum := l.retiredTotals
	strays := l.fromRetired.Swap(0)
	sum.Received += strays
	sum.OutsideWindow += strays
	for id, s := range l.sequences {
		s.mu.Lock()
		sum.add(s.totals())
		next := &sequence{
			id: id, width: s.width, expected: s.expected,
			previousEnd: s.previousEnd, activeAt: s.activeAt, unknown: s.unknownPassed.join(s.unknown),
			announced: s.announced, shortestTransit: s.shortestTransit, reachedBefore: s.reachedBefore,
		}
		if s.received > 0 && s.opened {
			next.previousEnd = s.next
			next.reachedBefore = max(s.reachedBefore, s.next)
		}
		s.end()
		s.mu.Unlock()
		l.sequences[id] = next
	}
	l.keys.Swap(nil).counts(&sum)
	if l.compacted.Load() {
		sum.compactAway()
	}
	sum.NotYetReceived = 0
	l.previous.add(sum)
	l.previous.Period = l.period
	l.period++
	l.retiredTotals = Totals{}
	clear(l.retired)
	l.retiredOrder, l.retiredAt = l.retiredOrder[:0], 0
}

// EntryFingerprint returns 32 bits that stand for a stored entry: its ledger
// id, its entry id and its partition (-1 where there is none). Two different
// entries have the same fingerprint once in four thousand million pairs.
func EntryFingerprint(ledger, entry int64, partition int32) uint32 {
	return uint32(mixed(uint64(ledger)*goldenRatio+uint64(entry)+uint64(uint32(partition))<<32) >> 32)
}

// goldenRatio is 2^64 over the golden ratio, and odd: its multiples are far apart.
const goldenRatio = 0x9e3779b97f4a7c15

// mixed spreads every bit of x over all 64: the mixing step of SplitMix64
// (Steele, Lea and Flood, Fast splittable pseudorandom number generators,
// OOPSLA 2014).
func mixed(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
