package transaction

import (
	"slices"
	"sync"
)

// ledger knows which numbers of a producer belong to transactions without an outcome.
type ledger struct {
	mu     sync.Mutex
	firsts []uint64 // the first number of each such transaction, ascending
}

// open adds a transaction that begins at a number.
func (l *ledger) open(first uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.firsts = append(l.firsts, first)
}

// settle removes a transaction.
func (l *ledger) settle(first uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.firsts = slices.DeleteFunc(l.firsts, func(n uint64) bool { return n == first })
}

// below returns n, or the first number without an outcome if that is lower.
func (l *ledger) below(n uint64) uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.firsts) > 0 {
		return min(n, l.firsts[0])
	}
	return n
}
