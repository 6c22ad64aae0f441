package session

import (
	"slices"
	"sync"

	"pulsh/session/broker"
)

// line keeps the order in which the workers of a seat took their runs, for
// ack=cumulative: a run may be acknowledged when all before it are processed,
// or the acknowledgement would cover what another worker still has in hand.
type line struct {
	mu    sync.Mutex
	runs  []*Taking
	after chan struct{} // holds one token while a worker acknowledges
}

// Taking is one run in the line.
type Taking struct {
	run  []broker.Delivery
	done bool
}

func NewLine() *line { return &line{after: make(chan struct{}, 1)} }

// Join puts a run at the end. Whoever calls it has the turn at the seat.
func (l *line) Join(run []broker.Delivery) *Taking {
	t := &Taking{run: slices.Clone(run)}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.runs = append(l.runs, t)
	return t
}

// Leave marks a run as processed and takes those from the head of the line that
// are.
func (l *line) Leave(t *Taking) (ready []*Taking) {
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

// Unfinished is how many processed messages stand behind one that is not.
func (l *line) Unfinished() (n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, t := range l.runs {
		if t.done {
			n += len(t.run)
		}
	}
	return n
}

// acknowledgeUpTo acknowledges what the end of a run makes ready.
func (s *sitting) acknowledgeUpTo(t *Taking) (acked int) {
	s.line.after <- struct{}{} // an acknowledgement must not overtake the one before
	defer func() { <-s.line.after }()
	ready := s.line.Leave(t)
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
	now := s.group.session.clock()
	for _, r := range ready {
		s.recorder.AckedMany(r.run[0].Received, now, len(r.run))
	}
	return len(all)
}
