package produce

import (
	"sync/atomic"

	"pulsh/session/pacing"
)

// runMax is how many due messages a worker takes at a time. It is what the
// lane moves under one lock; at the rates where that matters, some 100 µs.
const runMax = 64

// sender is one worker of a producer group.
type sender struct {
	number int // from 1
	sent   atomic.Int64
	stop   chan struct{}
}

// addWorkers starts workers until there are n.
func (g *Group) addWorkers(n int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for len(g.workers) < n {
		w := &sender{number: len(g.workers) + 1, stop: make(chan struct{})}
		g.workers = append(g.workers, w)
		cursor := g.schedule.Cursor()
		g.workersDone.Go(func() { w.run(cursor, &g.current) }) // owned by the group: dismiss ends it, stop waits
	}
}

// removeWorkers tells the last workers to go until n are left. A worker hands what it
// has taken to its lane first, so nothing that was due is dropped; it may wait
// for a place meanwhile, so nobody waits for it here.
func (g *Group) removeWorkers(n int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, w := range g.workers[min(n, len(g.workers)):] {
		close(w.stop)
	}
	g.workers = g.workers[:min(n, len(g.workers))]
}

// run is the hot path of sending: claim what is due, hand it over.
func (w *sender) run(cursor *pacing.Cursor, lanes *currentSet) {
	defer cursor.Close()
	var dues [runMax]int64
	for {
		n, ok := cursor.Next(dues[:], w.stop)
		if !ok {
			return
		}
		w.sent.Add(int64(lanes.send(w.number, dues[:n])))
	}
}
