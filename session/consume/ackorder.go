package consume

import (
	"slices"
	"sync"

	"pulsh/session/broker"
)

// ackOrder keeps the order in which the workers of a seat took their runs, for
// ack=cumulative: a run may be acknowledged when all before it are processed,
// or the acknowledgement would cover what another worker still has in hand.
type ackOrder struct {
	mu      sync.Mutex
	runs    []*ticket
	ackLock chan struct{} // holds one token while a worker acknowledges
}

// ticket is one run in the line.
type ticket struct {
	run  []broker.Delivery
	done bool
}

func newAckOrder() *ackOrder { return &ackOrder{ackLock: make(chan struct{}, 1)} }

// join puts a run at the end. Whoever calls it has the turn at the seat.
func (l *ackOrder) join(run []broker.Delivery) *ticket {
	t := &ticket{run: slices.Clone(run)}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.runs = append(l.runs, t)
	return t
}

// leave marks a run as processed and takes those from the head of the line that
// are.
func (l *ackOrder) leave(t *ticket) (ready []*ticket) {
	l.mu.Lock()
	defer l.mu.Unlock()
	t.done = true
	n := 0
	for n < len(l.runs) && l.runs[n].done {
		n++
	}
	ready = slices.Clone(l.runs[:n])
	l.runs = slices.Delete(l.runs, 0, n)
	return ready
}

// unfinished is how many processed messages stand behind one that is not.
func (l *ackOrder) unfinished() (n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, t := range l.runs {
		if t.done {
			n += len(t.run)
		}
	}
	return n
}

// ackUpTo acknowledges what the end of a run makes ready.
func (s *attachment) ackUpTo(t *ticket) (acked int) {
	s.order.ackLock <- struct{}{} // an acknowledgement must not overtake the one before
	defer func() { <-s.order.ackLock }()
	ready := s.order.leave(t)
	if len(ready) == 0 {
		return 0
	}
	var all []broker.Delivery
	for _, r := range ready {
		all = append(all, r.run...)
	}
	if err := s.subscriber.AckUpTo(all); err != nil {
		s.recorder.AckFailed(len(all), broker.Classify(err), err.Error())
		return 0
	}
	now := s.group.host.Clock()
	for _, r := range ready {
		s.recorder.AckedMany(r.run[0].Received, now, len(r.run))
	}
	return len(all)
}
