package consume

import (
	"context"
	"sync"
	"sync/atomic"

	"pulsh/session/broker"
	"pulsh/session/metrics"
)

// slot is a place at the subscription: one consumer that the broker sees. The
// workers of an exclusive group share one, all others have their own.
type slot struct {
	number      int           // of its first worker: the consumer is named by it
	receiveLock chan struct{} // holds one token while a worker takes deliveries
	gate        slotGate
	pulse       pulse
	keys        *seenKeys // that came here
	attachment  atomic.Pointer[attachment]
	workers     atomic.Int32

	mu      sync.Mutex     // guards left
	left    []*inflightRun // what workers that were dismissed had not processed
	leaving atomic.Int32
}

// attachment is one consumer's time at a seat, with what hangs on that consumer:
// another one cannot acknowledge what it has received.
type attachment struct {
	group      *Group
	name       string // of the consumer, for the broker
	subscriber broker.Consumer
	recorder   *metrics.ReceiveRecorder
	pending    *pendingAcks
	order      *ackOrder
	picker     *outcomePicker
	dropped    atomic.Int64
	over       atomic.Bool // its consumer has ended by itself
}

func (g *Group) newSlot(name string, s broker.Consumer, number int) *slot {
	at := &slot{number: number, receiveLock: make(chan struct{}, 1), keys: newSeenKeys()}
	at.attachment.Store(g.attach(name, s, number))
	return at
}

func (g *Group) attach(name string, s broker.Consumer, number int) *attachment {
	g.mu.Lock()
	defer g.mu.Unlock()
	return &attachment{group: g, name: name, subscriber: s, recorder: g.recorder(number - 1), pending: newPendingAcks(), order: newAckOrder(), picker: newOutcomePicker()}
}

// now is the seat's present sitting.
func (s *slot) now() *attachment { return s.attachment.Load() }

// handOver leaves unprocessed messages to the other workers of the seat.
func (s *slot) handOver(h *inflightRun) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.left = append(s.left, h)
	s.leaving.Store(int32(len(s.left)))
}

// takeLeft is what a dismissed worker has left, or nil.
func (s *slot) takeLeft() *inflightRun {
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

// closeIfUnused closes the seat's consumer when its last worker has gone.
func (s *slot) closeIfUnused(ctx context.Context) error {
	if s.workers.Add(-1) > 0 {
		return nil
	}
	for h := s.takeLeft(); h != nil; h = s.takeLeft() {
		h.release()
	}
	at := s.now()
	at.finish(ctx)
	return at.subscriber.Close(ctx)
}

// attachments lists the present consumers of the group.
func (g *Group) attachments() []*attachment {
	g.mu.Lock()
	defer g.mu.Unlock()
	var all []*attachment
	seen := map[*slot]bool{}
	for _, w := range g.workers {
		if !seen[w.slot] {
			seen[w.slot] = true
			all = append(all, w.slot.now())
		}
	}
	return all
}
