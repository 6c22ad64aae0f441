package delivery

import (
	"cmp"
	"math"
	"slices"

	"pulsh/session/payload"
)

// NoTransit is the shortest transit of a stream of which nothing has come.
const NoTransit = math.MaxInt64

// An Arrival is one delivery of a stamped message, with all that a consumer
// knows of it.
type Arrival struct {
	Stamp      payload.Stamp
	Entry      uint32 // the fingerprint of the stored entry, see EntryFingerprint
	Redelivery uint32 // how often the broker says it has been delivered before
	Key        string // "" for none
	Partition  uint16 // of the topic, 0 where it has none
	// Transit is the time in ns from when the sender's clock says that the
	// message left, or was due, to when the receiver's clock says that it came.
	// It is negative where the sender's clock is ahead by more than it took.
	Transit int64
	// Replayed is set by Take: the number is new in this epoch, and lies below
	// what an earlier epoch had reached.
	Replayed bool
}

// Take accounts for an arrival as Observe does, and beyond that for the order
// of its key and for the shortest transit of its stream.
func (r *Reader) Take(a *Arrival) Class {
	s := r.lock(a.Stamp.Stream)
	if s == nil {
		return r.ledger.stray()
	}
	class := s.take(a)
	s.mu.Unlock()
	r.judge(a, class)
	return class
}

// TakeRun is Take for arrivals in their order. It leaves the class of each in
// classes, which is as long. It takes one lock for neighbours of one stream.
func (r *Reader) TakeRun(run []Arrival, classes []Class) {
	for len(run) > 0 {
		id, n := run[0].Stamp.Stream, 0
		s := r.lock(id)
		for n < len(run) && run[n].Stamp.Stream == id {
			if s != nil {
				classes[n] = s.take(&run[n])
			} else {
				classes[n] = r.ledger.stray()
			}
			n++
		}
		if s != nil {
			s.mu.Unlock()
			for i := range run[:n] {
				r.judge(&run[i], classes[i])
			}
		}
		run, classes = run[n:], classes[n:]
	}
}

// take accounts for an arrival, apart from its key. The caller holds mu.
func (s *sequence) take(a *Arrival) Class {
	s.told.hear(a.Stamp.Failed)
	class := s.observe(a.Stamp.Sequence, a.Entry, a.Redelivery)
	if class <= OutOfOrder && !s.whole {
		s.meet(a.Stamp.Sequence, a.Partition)
	}
	s.quickest = min(s.quickest, a.Transit)
	a.Replayed = a.Stamp.Sequence < s.reached && class <= OutOfOrder
	return class
}

// judge accounts for the order of an arrival's key.
func (r *Reader) judge(a *Arrival, class Class) {
	if a.Key != "" && class <= OutOfOrder {
		r.ledger.keyed().judge(a.Stamp.Stream, a.Stamp.Sequence, a.Key, class)
	}
}

// keyed returns the memory of keys, made by the first message that has one.
func (l *Audit) keyed() *keyOrder {
	for {
		if k := l.keys.Load(); k != nil {
			return k
		}
		l.keys.CompareAndSwap(nil, &keyOrder{})
	}
}

// A StreamAccount is the account of one stream in the current epoch.
type ProducerAccount struct {
	ID        uint64
	Announced bool   // by a producer of this session
	Next      uint64 // the highest number seen plus one, 0 if none was
	Totals
}

// Accounts returns the accounts of at most limit streams of the current epoch,
// the worst first: those that miss most, then those with most duplicates, most
// redeliveries, most disorder and most deliveries. It takes the locks of
// Totals for as long.
func (l *Audit) Accounts(limit int) []ProducerAccount {
	l.mu.RLock()
	accounts := make([]ProducerAccount, 0, len(l.streams))
	for id, s := range l.streams {
		s.mu.Lock()
		a := ProducerAccount{ID: id, Announced: s.announced, Next: s.next, Totals: s.totals()}
		if l.thin.Load() {
			a.leaveOut()
		}
		s.mu.Unlock()
		if a.Streams > 0 {
			accounts = append(accounts, a)
		}
	}
	l.mu.RUnlock()
	slices.SortFunc(accounts, func(a, b ProducerAccount) int {
		return cmp.Or(
			cmp.Compare(b.Missing(), a.Missing()), cmp.Compare(b.Duplicated, a.Duplicated),
			cmp.Compare(b.Redelivered, a.Redelivered), cmp.Compare(b.OutOfOrder, a.OutOfOrder),
			cmp.Compare(b.Received, a.Received), cmp.Compare(a.ID, b.ID),
		)
	})
	return accounts[:min(limit, len(accounts))]
}

// Quickest calls f for each stream with the shortest transit in ns since the
// call before. Streams of which nothing came since are left out. A stream that
// nobody has announced may have a sender with another clock.
func (l *Audit) Quickest(f func(id uint64, announced bool, transit int64)) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	for id, s := range l.streams {
		s.mu.Lock()
		quickest, announced := s.quickest, s.announced
		s.quickest = NoTransit
		s.mu.Unlock()
		if quickest != NoTransit {
			f(id, announced, quickest)
		}
	}
}
