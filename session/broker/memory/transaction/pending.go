package transaction

import (
	"fmt"
	"math"

	"pulsh/session/broker/protocol"
)

// Sends knows the open transactions in which entries of a topic were sent. It is for one
// goroutine at a time, as is Acks. The zero value is ready.
type Sends struct {
	open  map[protocol.Txn]*sent
	first int64 // the lowest of the first entries, if any is open

	aborted []protocol.Txn // the last of those with marked entries
}

// sent is what a transaction has sent to a topic.
type sent struct {
	first   int64   // number of its first entry
	entries []int64 // to be hidden by an abort
}

// Add notes that entry n, which is higher than those before, was sent in a transaction.
// marked says that the entry itself
// names the transaction: like Pulsar's brokers, consumers are spared an aborted entry by
// its own metadata alone, which the Go client v0.21.0 leaves empty.
func (s *Sends) Add(id protocol.Txn, n int64, marked bool) {
	if s.open == nil {
		s.open = map[protocol.Txn]*sent{}
	}
	of := s.open[id]
	if of == nil {
		if len(s.open) == 0 {
			s.first = n
		}
		of = &sent{first: n}
		s.open[id] = of
	}
	if marked {
		of.entries = append(of.entries, n)
	}
}

// Limit returns the first entry that consumers must not get yet: the first of an open
// transaction, or next.
func (s *Sends) Limit(next int64) int64 {
	if len(s.open) == 0 {
		return next
	}
	return s.first
}

// abortsMost bounds how many aborted transactions are remembered.
const abortsMost = 1000

// End forgets a transaction and returns its entries that an abort hides.
func (s *Sends) End(id protocol.Txn, commit bool) (entries []int64, known bool) {
	of := s.open[id]
	if of == nil {
		return nil, false
	}
	delete(s.open, id)
	if !commit {
		if len(s.aborted) == abortsMost {
			s.aborted = s.aborted[:copy(s.aborted, s.aborted[1:])]
		}
		s.aborted = append(s.aborted, id)
	}
	if of.first == s.first {
		s.first = math.MaxInt64
		for _, other := range s.open {
			s.first = min(s.first, other.first)
		}
	}
	return of.entries, true
}

// Acks knows what was acknowledged in a subscription in open transactions.
type Acks struct {
	by   map[int64]protocol.Txn
	runs map[protocol.Txn][]int64
	used bool // there was a transaction
}

// Add notes that entry n was acknowledged in a transaction. It fails if another has
// acknowledged it.
func (a *Acks) Add(id protocol.Txn, n int64) error {
	if other, taken := a.by[n]; taken {
		if other == id {
			return nil
		}
		return Conflict(id, n)
	}
	if a.by == nil {
		a.by, a.runs = map[int64]protocol.Txn{}, map[protocol.Txn][]int64{}
	}
	a.by[n], a.used = id, true
	a.runs[id] = append(a.runs[id], n)
	return nil
}

// Conflict is the refusal of an acknowledgement of what was acknowledged before.
func Conflict(id protocol.Txn, n int64) error {
	return &Error{protocol.TransactionConflict, fmt.Sprintf("The transaction (%d,%d) acknowledges the entry %d, which was acknowledged before", id.Most, id.Least, n)}
}

// Pending reports whether an entry was acknowledged in an open transaction.
func (a *Acks) Pending(n int64) bool {
	if len(a.by) == 0 {
		return false
	}
	_, pending := a.by[n]
	return pending
}

// End forgets a transaction and returns the entries that it has acknowledged.
func (a *Acks) End(id protocol.Txn) []int64 {
	a.used = true
	entries := a.runs[id]
	delete(a.runs, id)
	for _, n := range entries {
		delete(a.by, n)
	}
	return entries
}
