package metrics

import (
	"slices"
	"sync"
)

// lent is a set of shards that lanes or consumers borrow. A shard that comes
// back stays in the set, so counts that arrive late are still read, and the
// next borrower goes on counting in it: nothing is lost or counted twice, and
// there are only ever as many shards as were lent at one time.
type lent[T any] struct {
	mu   sync.Mutex
	make func() *T
	all  []*T
	idle []*T
}

func (l *lent[T]) attach() *T {
	l.mu.Lock()
	defer l.mu.Unlock()
	if last := len(l.idle) - 1; last >= 0 {
		shard := l.idle[last]
		l.idle = l.idle[:last]
		return shard
	}
	shard := l.make()
	l.all = append(l.all, shard)
	return shard
}

// retire takes a shard back. A shard of another set, or one that is back
// already, is left alone.
func (l *lent[T]) retire(shard *T) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if slices.Contains(l.all, shard) && !slices.Contains(l.idle, shard) {
		l.idle = append(l.idle, shard)
	}
}

// shards appends all shards, lent or idle, to into.
func (l *lent[T]) shards(into []*T) []*T {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append(into, l.all...)
}
