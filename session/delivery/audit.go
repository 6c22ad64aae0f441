package delivery

import (
	"math/bits"
	"sync"
	"sync/atomic"

	"pulsh/session/payload"
)

// Limits of an Audit. With the default window they bound its memory to about
// 140 MB for two thousand producers, and to 270 KB for each of the first few.
const (
	// DefaultWindow is how many numbers of a producer are remembered. It covers
	// the disorder of 64 consumers with receiver queues of 1,000 messages.
	DefaultWindow = 1 << 16
	// MinWindow and MaxWindow bound the window. A number takes 4 1/8 bytes.
	MinWindow = 1 << 6
	MaxWindow = 1 << 20
	// LeanWindow is the window of the producers that come after WindowBudget is
	// spent. Each of so many producers has a small share of the messages in
	// flight.
	LeanWindow = 1 << 13
	// WindowBudget is how many numbers all windows together may hold before
	// further producers get lean windows: 256 windows of the default width.
	WindowBudget = 1 << 24
	// MaxProducers is how many producers are accounted for at a time: a
	// thousand, while a rebuild replaces each by another. Beyond it the
	// producer that was idle for longest is retired.
	MaxProducers = 2048
	// maxRetired is how many retired producers are remembered, so that a
	// message that still comes from one is not taken for that of a new
	// producer.
	maxRetired = 16 * MaxProducers
)

// An Audit accounts for the deliveries to one subscription. For each producer
// it knows from the stamps which numbers were received, how often, in which
// order, and which never arrived. It is exact within a window that slides over
// the numbers of each producer; see Class and Totals for its results.
//
// The account is divided into periods. A seek, or a rebuild of the
// subscription, begins a new period, because messages that come again after it
// are not duplicates.
//
// Any goroutine may call any method at any time.
type Audit struct {
	window uint64

	mu            sync.RWMutex // locked before that of a sequence
	period        uint64
	sequences     map[uint64]*sequence
	numbers       uint64 // the widths of all sequences together
	retired       map[uint64]struct{}
	retiredOrder  []uint64 // a ring in the order of retirement
	retiredAt     int
	retiredTotals Totals // of the producers that were retired in this period
	previous      Totals // of the previous periods

	keys        atomic.Pointer[keyOrder] // of this period; nil until a message has a key
	fromRetired atomic.Uint64            // deliveries from retired producers in this period
	compacted   atomic.Bool              // the group reads a compacted topic
	sharesClock atomic.Bool              // all senders have the clock of this session
	others      atomic.Pointer[others]   // nil while all consumers of the subscription are ours
	sweeps      atomic.Uint64            // counts the sweeps for idle sequences, see retire.go
}

// NewAudit returns an audit in its first period. The window is how many numbers
// of each producer are remembered. It is raised to a power of two from
// MinWindow to MaxWindow; 0 means DefaultWindow.
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

// countRetired accounts for a message of a producer that was retired.
func (a *Audit) countRetired() Class {
	a.fromRetired.Add(1)
	return OutsideWindow
}

// Open announces that this group should receive the numbers of a producer from
// first on, so that the loss of the very first number is noticed as well.
// Without it the account of a producer begins with the first number that
// arrives. Open does nothing once a message of the producer has arrived.
func (a *Audit) Open(id, first uint64) {
	a.update(id, func(s *sequence) {
		s.announced = true
		if !s.opened && first <= payload.MaxSequence {
			s.open(first)
			s.openedByProducer, s.announcedFirst = true, first
		}
	})
}

// Reserve announces that so many numbers of a producer may be between two messages
// that arrive together, because the broker delays some. The window then holds as many,
// up to MaxWindow. Reserve does nothing once the account has begun.
func (a *Audit) Reserve(id, numbers uint64) {
	width := uint64(1) << bits.Len64(min(max(numbers, MinWindow), MaxWindow)-1)
	a.update(id, func(s *sequence) {
		if !s.opened {
			s.width = max(s.width, width)
		}
	})
}

// Expect announces that the broker has acknowledged all numbers of a producer
// below next. Those above the highest number received are counted in
// Totals.NotYetReceived. While a load runs that is the exact backlog in
// messages; at its end, with an empty backlog, it is what is lost.
func (a *Audit) Expect(id, next uint64) {
	a.update(id, func(s *sequence) {
		s.announced = true
		if next <= payload.MaxSequence {
			s.expected = max(s.expected, next)
		}
	})
}

// SetCompacted sets whether the group reads a compacted topic. Compaction may
// remove all messages of a key but the last, so no message between two others
// can be called lost. Call it at the beginning of a period.
func (a *Audit) SetCompacted(on bool) { a.compacted.Store(on) }

// ShareClock announces that all senders have the clock of this session, as where it
// stores copies of other messages.
func (a *Audit) ShareClock() { a.sharesClock.Store(true) }

// others are consumers of the subscription that belong to somebody else.
type others struct {
	period uint64 // in which they were last seen
	names  []string
}

// SetOthers tells the audit which consumers of the subscription are not the
// session's, of none or of some of them. What they receive is missing here, so
// nothing that is missing in the same period can be called lost. It returns whether
// the first of them has come.
func (a *Audit) SetOthers(names []string) (come bool) {
	a.mu.RLock()
	period := a.period
	a.mu.RUnlock()
	before := a.others.Load()
	switch {
	case len(names) > 0:
		a.others.Store(&others{period, names})
		return before == nil
	case before != nil && before.period != period:
		a.others.Store(nil)
	}
	return false
}

// Others returns the consumers that SetOthers has told of in this period. While
// there are some, loss cannot be judged.
func (a *Audit) Others() []string {
	if o := a.others.Load(); o != nil {
		return o.names
	}
	return nil
}

// SendFailed announces that the send of a number failed. The message may be
// stored all the same, as after a timeout. If it does not arrive it counts in
// Totals.Unknown, neither as lost nor as a gap.
func (a *Audit) SendFailed(id, n uint64) { a.update(id, func(s *sequence) { s.sendFailed(n) }) }

// update changes the sequence of a producer under its lock, unless the producer
// was retired.
func (a *Audit) update(id uint64, change func(*sequence)) {
	for {
		s := a.find(id)
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

// find returns the sequence of a producer in the current period. It makes one
// if there is none, and returns nil if the producer was retired.
func (a *Audit) find(id uint64) *sequence {
	a.mu.RLock()
	s := a.sequences[id]
	_, retired := a.retired[id]
	a.mu.RUnlock()
	if s != nil || retired {
		return s
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if s = a.sequences[id]; s != nil {
		return s
	}
	if _, retired = a.retired[id]; retired {
		return nil
	}
	if len(a.sequences) >= MaxProducers {
		a.retireIdlest()
	}
	s = &sequence{id: id, width: a.nextWidth(), activeAt: a.sweeps.Load(), shortestTransit: NoTransit}
	s.budgeted = s.width
	a.numbers += s.budgeted
	a.sequences[id] = s
	return s
}

// nextWidth returns the window of the next producer. The caller holds mu.
func (a *Audit) nextWidth() uint64 {
	if a.numbers+a.window <= WindowBudget {
		return a.window
	}
	return min(a.window, LeanWindow)
}

// Totals returns the sums of the current period. It holds the lock of one
// sequence at a time, for as long as it takes to copy some numbers.
func (a *Audit) Totals() Totals {
	a.mu.RLock()
	defer a.mu.RUnlock()
	sum := a.retiredTotals
	sum.Period = a.period
	strays := a.fromRetired.Load()
	sum.Received += strays
	sum.OutsideWindow += strays
	sweep := a.sweeps.Add(1)
	for _, s := range a.sequences {
		s.mu.Lock()
		sum.add(s.totals())
		s.touch(sweep)
		s.mu.Unlock()
	}
	a.keys.Load().counts(&sum)
	if a.compacted.Load() {
		sum.compactAway()
	}
	return sum
}

// Previous returns the sums of all previous periods, as they were when each
// ended. The messages of its Gaps might still have arrived if the period had gone
// on. Its NotYetReceived is 0.
func (a *Audit) Previous() Totals {
	a.mu.RLock()
	defer a.mu.RUnlock()
	return a.previous
}

// NewPeriodInPart is NewPeriod after a seek that moved the subscription in some
// partitions of a topic only. The messages that were delivered before it may come
// again or not, so none of them is judged.
func (a *Audit) NewPeriodInPart() { a.newPeriod(true) }

// NewPeriod ends the current period and begins another. The numbers that Expect
// announced remain expected. Call it after the consumers were drained. A
// message of the previous period that arrives later nonetheless counts as
// OutsideWindow if it can be recognised, see late.go.
func (a *Audit) NewPeriod() { a.newPeriod(false) }

func (a *Audit) newPeriod(inPart bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	sum := a.retiredTotals
	strays := a.fromRetired.Swap(0)
	sum.Received += strays
	sum.OutsideWindow += strays
	for id, s := range a.sequences {
		s.mu.Lock()
		sum.add(s.totals())
		next := &sequence{
			id: id, width: s.width, budgeted: s.budgeted, expected: s.expected,
			previousEnd: s.previousEnd, activeAt: s.activeAt, unknown: s.unknownPassed.join(s.unknown),
			aborted:   s.aborted.next(),
			announced: s.announced, replicated: s.replicated, unstored: s.unstored, shortestTransit: s.shortestTransit, reachedBefore: s.reachedBefore,
		}
		if s.received > 0 && s.opened {
			next.previousEnd = s.next
			next.reachedBefore = max(s.reachedBefore, s.next)
		}
		if inPart {
			next.judgedAtFirst = max(s.expected, s.judgedAtFirst)
			if s.opened {
				next.judgedAtFirst = max(next.judgedAtFirst, s.next)
			}
			next.judgedFrom = next.judgedAtFirst
		}
		s.end()
		s.mu.Unlock()
		a.sequences[id] = next
	}
	a.keys.Swap(nil).counts(&sum)
	if a.compacted.Load() {
		sum.compactAway()
	}
	sum.NotYetReceived, sum.Replicating = 0, 0
	a.previous.add(sum)
	a.previous.Period = a.period
	a.period++
	a.retiredTotals = Totals{}
	clear(a.retired)
	a.retiredOrder, a.retiredAt = a.retiredOrder[:0], 0
}

// EntryFingerprint returns 32 bits that stand for a stored entry: its ledger
// id, its entry id and its partition, -1 on a topic without partitions. Two
// different entries have the same fingerprint with a probability of 2^-32.
func EntryFingerprint(ledger, entry int64, partition int32) uint32 {
	return uint32(mixed(uint64(ledger)*goldenRatio+uint64(entry)+uint64(uint32(partition))<<32) >> 32)
}

// goldenRatio is 2^64 divided by the golden ratio, rounded to an odd number.
// Its multiples are far apart.
const goldenRatio = 0x9e3779b97f4a7c15

// mixed spreads each bit of x over all 64 bits. It is the mixing step of
// SplitMix64 (Steele, Lea and Flood, Fast splittable pseudorandom number
// generators, OOPSLA 2014).
func mixed(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
