package produce

import (
	"sync"
	"sync/atomic"

	"pulsh/session/group"
	"pulsh/session/pacing"
	"pulsh/session/snapshot"
)

// runMax bounds the due messages that a worker takes at a time. A producer
// sends them under one lock; at rates where that matters, 64 messages are due
// within some 100 µs.
const runMax = 64

// worker is one worker of a producer group.
type worker struct {
	number int // from 1
	sent   atomic.Int64
	stop   chan struct{}
}

// run is the hot path of sending: take what is due, as long as the group has not
// reached its count, and send it.
func (w *worker) run(cursor *pacing.Cursor, ending *group.Ending, through *currentSet) {
	defer cursor.Close()
	var dues [runMax]int64
	for {
		n, ok := cursor.Next(dues[:], w.stop)
		if !ok {
			return
		}
		allowed := ending.Take(n)
		if allowed == 0 {
			<-w.stop // the group is done
			return
		}
		sent := through.send(w.number, dues[:allowed])
		w.sent.Add(int64(sent))
		if sent < allowed {
			ending.GiveBack(allowed - sent)
		}
	}
}

// workers is the set of workers of a producer group.
type workers struct {
	mu      sync.Mutex // guards list; held for moments only
	list    []*worker
	running sync.WaitGroup // the workers that were removed and have not ended yet, too
}

// add starts workers until there are n.
func (s *workers) add(of *Group, n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.list) < n {
		w := &worker{number: len(s.list) + 1, stop: make(chan struct{})}
		s.list = append(s.list, w)
		cursor := of.Schedule().Cursor()
		s.running.Go(func() { w.run(cursor, of.Ending(), &of.current) }) // owned by the group: remove ends it, Stop waits
	}
}

// remove tells the last workers to end until n are left. It does not wait for
// them: a worker first sends what it has taken, so that nothing due is dropped,
// and for that it may have to wait for a free place in the queue.
func (s *workers) remove(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, w := range s.list[min(n, len(s.list)):] {
		close(w.stop)
	}
	s.list = s.list[:min(n, len(s.list))]
}

// sample reads the counts of all workers.
func (s *workers) sample(f *group.Sampling, at group.Instant) []snapshot.Worker {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make([]snapshot.Worker, len(s.list))
	for i, w := range s.list {
		all[i] = f.Worker(at.Time, snapshot.Worker{Worker: w.number, Done: w.sent.Load()})
	}
	return all
}
