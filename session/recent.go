package session

import (
	"slices"
	"sync"
	"time"

	"pulsh/session/snapshot"
)

// recentMax is how many snapshots are kept for those who must see every one:
// ten seconds, longer than anyone who follows them is held up.
const recentMax = 100

// recent keeps the last snapshots, oldest first.
type recent struct {
	mu   sync.Mutex
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

// Since lists the snapshots that were taken after an instant, oldest first. Ten
// seconds are kept: who asks more often sees every one.
func (s *Session) Since(at time.Time) []*snapshot.Snapshot {
	s.recent.mu.Lock()
	defer s.recent.mu.Unlock()
	list := s.recent.list
	first := len(list)
	for first > 0 && list[first-1].At.After(at) {
		first--
	}
	return slices.Clone(list[first:])
}
