package delivery

import (
	"cmp"
	"math"
	"slices"

	"pulsh/session/payload"
)

// NoTransit is the shortest transit of a producer of which nothing arrived.
const NoTransit = math.MaxInt64

// An Arrival is one delivery of a stamped message.
type Arrival struct {
	Stamp      payload.Stamp
	Entry      uint32 // the fingerprint of the stored entry, see EntryFingerprint
	Redelivery uint32 // the broker's redelivery count
	Key        string // "" for none
	Partition  uint16 // 0 on a topic without partitions
	// Transit is the time in ns from when the message was sent or, if that is
	// later, was due, by the sender's clock, to when it was received, by the
	// receiver's clock. It is negative if the sender's clock is ahead by more
	// than the message took.
	Transit int64
	// Before says that the message was stored before the subscription's place was
	// known to us: messages beside it may have been acknowledged by others, or in a
	// previous period.
	Before bool
	// Replayed is set by Take: the message is new in this period, and a
	// previous period had already reached its number.
	Replayed bool
}

// Take accounts for a delivery and returns its class. It also judges the order
// within the message's key and notes the shortest transit of the producer.
func (r *Reader) Take(a *Arrival) Class {
	s := r.lock(a.Stamp.Producer)
	if s == nil {
		return r.audit.countRetired()
	}
	class := s.take(a)
	s.mu.Unlock()
	r.judge(a, class)
	return class
}

// TakeRun is Take for arrivals in their order. It leaves the class of each in
// classes, which is as long. It takes one lock for neighbours of one producer.
func (r *Reader) TakeRun(run []Arrival, classes []Class) {
	for len(run) > 0 {
		id, n := run[0].Stamp.Producer, 0
		s := r.lock(id)
		for n < len(run) && run[n].Stamp.Producer == id {
			if s != nil {
				classes[n] = s.take(&run[n])
			} else {
				classes[n] = r.audit.countRetired()
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
	s.reported.record(a.Stamp.Failed)
	class := s.observe(a.Stamp.Sequence, a.Entry, a.Redelivery)
	if class <= OutOfOrder {
		s.aborted.arrived(a.Stamp.Sequence)
	}
	switch {
	case class > OutOfOrder:
	case a.Before:
		s.judgeFrom(max(a.Stamp.Sequence+1, s.announcedFirst))
	case !s.openedByProducer:
		s.seePartition(a.Stamp.Sequence, a.Partition)
	}
	s.shortestTransit = min(s.shortestTransit, a.Transit)
	a.Replayed = a.Stamp.Sequence < s.reachedBefore && class <= OutOfOrder
	return class
}

// judge accounts for the order of an arrival's key.
func (r *Reader) judge(a *Arrival, class Class) {
	if a.Key != "" && class <= OutOfOrder {
		r.audit.keyOrder().judge(a.Stamp.Producer, a.Stamp.Sequence, a.Key, class)
	}
}

// keyOrder returns the memory of keys. The first message with a key makes it.
func (a *Audit) keyOrder() *keyOrder {
	for {
		if k := a.keys.Load(); k != nil {
			return k
		}
		a.keys.CompareAndSwap(nil, &keyOrder{})
	}
}

// A ProducerAccount is the account of one producer in the current period.
type ProducerAccount struct {
	ID        uint64
	Announced bool   // it belongs to this session
	Next      uint64 // the highest number received plus one, 0 if none was
	Totals
}

// Accounts returns the accounts of at most limit producers in the current
// period, the worst first: those with most missing messages, then those with
// most duplicates, redeliveries, disorder and deliveries. It takes the same
// locks as Totals.
func (a *Audit) Accounts(limit int) []ProducerAccount {
	a.mu.RLock()
	accounts := make([]ProducerAccount, 0, len(a.sequences))
	for id, s := range a.sequences {
		s.mu.Lock()
		account := ProducerAccount{ID: id, Announced: s.announced, Next: s.next, Totals: s.totals()}
		if a.compacted.Load() {
			account.compactAway()
		}
		s.mu.Unlock()
		if account.Producers > 0 {
			accounts = append(accounts, account)
		}
	}
	a.mu.RUnlock()
	slices.SortFunc(accounts, func(a, b ProducerAccount) int {
		return cmp.Or(
			cmp.Compare(b.Missing(), a.Missing()), cmp.Compare(b.Duplicated, a.Duplicated),
			cmp.Compare(b.Redelivered, a.Redelivered), cmp.Compare(b.OutOfOrder, a.OutOfOrder),
			cmp.Compare(b.Received, a.Received), cmp.Compare(a.ID, b.ID),
		)
	})
	return accounts[:min(limit, len(accounts))]
}

// ShortestTransits calls f for each producer of which messages arrived since
// the last call, with the shortest transit of these messages in ns. A producer
// that was not announced is another process, whose clock may differ.
func (a *Audit) ShortestTransits(f func(id uint64, announced bool, transit int64)) {
	a.mu.RLock()
	defer a.mu.RUnlock()
	for id, s := range a.sequences {
		s.mu.Lock()
		quickest, announced := s.shortestTransit, s.announced || a.sharesClock.Load()
		s.shortestTransit = NoTransit
		s.mu.Unlock()
		if quickest != NoTransit {
			f(id, announced, quickest)
		}
	}
}
