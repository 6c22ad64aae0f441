package session

import (
	"slices"
	"sync"
	"time"

	"pulsh/session/snapshot"
)

// recentMax bounds the snapshots that are kept for readers of every snapshot: ten
// seconds, longer than any of them is held up.
const recentMax = 100

// recent keeps the last snapshots, oldest first.
type recent struct {
	mu   sync.Mutex // guards list; held for moments only
	list []*snapshot.Snapshot
}

func (r *recent) add(s *snapshot.Snapshot) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.list) == recentMax {
		r.list = slices.Delete(r.list, 0, 1)
	}
	r.list = append(r.list, s)
}

// since returns the snapshots that were taken after an instant.
func (r *recent) since(at time.Time) []*snapshot.Snapshot {
	r.mu.Lock()
	defer r.mu.Unlock()
	first := len(r.list)
	for first > 0 && r.list[first-1].At.After(at) {
		first--
	}
	return slices.Clone(r.list[first:])
}
