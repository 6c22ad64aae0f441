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
	number  int           // of its first worker: the consumer is named by it
	turn    chan struct{} // holds one token while a worker takes deliveries
	door    door
	pulse   pulse
	keys    *seenKeys // that came here
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
	name       string // of the consumer, for the broker
	subscriber broker.Consumer
	recorder   *metrics.ReceiveRecorder
	shelf      *shelf
	line       *line
	chooser    *chooser
	dropped    atomic.Int64
	over       atomic.Bool // its consumer has ended by itself
}

func (g *consumer) newSeat(name string, s broker.Consumer, number int) *seat {
	at := &seat{number: number, turn: make(chan struct{}, 1), keys: newSeenKeys()}
	at.sitting.Store(g.newSitting(name, s, number))
	return at
}

func (g *consumer) newSitting(name string, s broker.Consumer, number int) *sitting {
	g.mu.Lock()
	defer g.mu.Unlock()
	return &sitting{group: g, name: name, subscriber: s, recorder: g.recorder(number - 1), shelf: NewShelf(), line: NewLine(), chooser: NewChooser()}
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
