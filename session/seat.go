package session

import (
	"context"
	"sync"
	"sync/atomic"

	"pulsh/session/broker"
	"pulsh/session/metrics"
)

// seat is a place at the subscription: one consumer that the broker sees. The
// workers of an exclusive group share one, all others have their own.
type seat struct {
	turn    chan struct{} // holds one token while a worker takes deliveries
	renewal sync.Mutex    // while a worker subscribes again
	sitting atomic.Pointer[sitting]
	workers atomic.Int32

	mu      sync.Mutex // guards left
	left    []*hand    // what workers that were dismissed had not processed
	leaving atomic.Int32
}

// sitting is one consumer's time at a seat, with what hangs on that consumer:
// another one cannot acknowledge what it has received.
type sitting struct {
	group      *consumer
	subscriber broker.Subscriber
	recorder   *metrics.ReceiveRecorder
	shelf      *shelf
	line       *line
	chooser    *chooser
	dropped    atomic.Int64
	over       atomic.Bool // its consumer has ended by itself
}

func (g *consumer) newSeat(s broker.Subscriber, number int) *seat {
	at := &seat{turn: make(chan struct{}, 1)}
	at.sitting.Store(g.newSitting(s, number))
	return at
}

func (g *consumer) newSitting(s broker.Subscriber, number int) *sitting {
	g.mu.Lock()
	defer g.mu.Unlock()
	return &sitting{group: g, subscriber: s, recorder: g.recorder(number - 1), shelf: newShelf(), line: newLine(), chooser: newChooser()}
}

// now is the seat's present sitting.
func (s *seat) now() *sitting { return s.sitting.Load() }

// handOver leaves unprocessed messages to the other workers of the seat.
func (s *seat) handOver(h *hand) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.left = append(s.left, h)
	s.leaving.Store(int32(len(s.left)))
}

// takeOver is what a dismissed worker has left, or nil.
func (s *seat) takeOver() *hand {
	if s.leaving.Load() == 0 {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.left) == 0 {
		return nil
	}
	h := s.left[0]
	s.left = s.left[1:]
	s.leaving.Store(int32(len(s.left)))
	return h
}

// vacate closes the seat's consumer when its last worker has gone.
func (s *seat) vacate(ctx context.Context) error {
	if s.workers.Add(-1) > 0 {
		return nil
	}
	for h := s.takeOver(); h != nil; h = s.takeOver() {
		h.release()
	}
	at := s.now()
	at.finish(ctx)
	return at.subscriber.Close(ctx)
}

// sittings lists the present consumers of the group.
func (g *consumer) sittings() []*sitting {
	g.mu.Lock()
	defer g.mu.Unlock()
	var all []*sitting
	seen := map[*seat]bool{}
	for _, w := range g.workers {
		if !seen[w.seat] {
			seen[w.seat] = true
			all = append(all, w.seat.now())
		}
	}
	return all
}
