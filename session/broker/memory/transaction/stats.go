package transaction

import (
	"cmp"
	"slices"
	"time"

	"pulsh/session/broker/protocol"
)

// Count returns how many coordinators there are.
func (c *Coordinator) Count() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.next)
}

// Grow makes n coordinators of those there are, and reports whether it has: there are never
// fewer, and no more than a few hundred.
func (c *Coordinator) Grow(n int) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if n <= len(c.next) || n > coordinatorsMost {
		return false
	}
	c.next = append(c.next, make([]uint64, n-len(c.next))...)
	return true
}

// CoordinatorStats is what the admin API says of a coordinator, with its names.
type CoordinatorStats struct {
	State        string `json:"state"`
	Least        int64  `json:"leastSigBits"` // the lower half of the last id; -1 before the first
	LowWaterMark int64  `json:"lowWaterMark"` // transactions up to it have ended
	Ongoing      int64  `json:"ongoingTxnSize"`
	RecoverStart int64  `json:"recoverStartTime"`
	RecoverEnd   int64  `json:"recoverEndTime"`
}

// Stats returns the figures of a coordinator.
func (c *Coordinator) Stats(coordinator uint64) CoordinatorStats {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := CoordinatorStats{State: "Ready", Least: int64(c.next[coordinator]) - 1}
	for id := range c.open {
		if id.Most != coordinator {
			continue
		}
		if s.Ongoing++; s.Ongoing == 1 || int64(id.Least)-1 < s.LowWaterMark {
			s.LowWaterMark = int64(id.Least) - 1
		}
	}
	return s
}

// Details are what is known of an open transaction.
type Details struct {
	ID            protocol.Txn
	Began         time.Time
	TTL           time.Duration
	Topics        []string
	Subscriptions []protocol.TxnSubscription
}

// Details returns what is known of a transaction, and whether it is open.
func (c *Coordinator) Details(id protocol.Txn) (Details, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	t := c.open[id]
	if t == nil {
		return Details{}, false
	}
	return t.details(id), true
}

func (t *open) details(id protocol.Txn) Details {
	return Details{id, t.began, t.ttl, slices.Clone(t.topics), slices.Clone(t.subscriptions)}
}

// Slow returns the transactions of a coordinator that have been open for longer than a
// time, in the order of their ids.
func (c *Coordinator) Slow(coordinator uint64, than time.Duration) (all []Details) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for id, t := range c.open {
		if id.Most == coordinator && time.Since(t.began) > than {
			all = append(all, t.details(id))
		}
	}
	slices.SortFunc(all, func(a, b Details) int { return cmp.Compare(a.ID.Least, b.ID.Least) })
	return all
}

// Open returns how many transactions have sent something and are open.
func (s *Sends) Open() int { return len(s.open) }

// Used reports whether anything was ever sent in a transaction.
func (s *Sends) Used() bool { return s.open != nil }

// First returns the number of the first entry that an open transaction has sent.
func (s *Sends) First(id protocol.Txn) (n int64, open bool) {
	of := s.open[id]
	if of == nil {
		return 0, false
	}
	return of.first, true
}

// Aborted reports whether a transaction was aborted, as far as that is remembered.
func (s *Sends) Aborted(id protocol.Txn) bool { return slices.Contains(s.aborted, id) }

// Aborts returns how many aborted transactions are remembered.
func (s *Sends) Aborts() int { return len(s.aborted) }

// Used reports whether the subscription was ever part of a transaction.
func (a *Acks) Used() bool { return a.used }

// Open returns how many transactions have acknowledged something and are open.
func (a *Acks) Open() int { return len(a.runs) }
