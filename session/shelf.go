package session

import (
	"context"
	"math"
	"sync"
	"time"

	"pulsh/session/broker"
	"pulsh/session/metrics"
)

// KeptMax is how many messages a group may have processed and not yet
// acknowledged under ack=delayed and ack=manual: some 150 bytes each, with what
// the client knows of them. Workers wait for room beyond it.
const KeptMax = 500_000

const (
	shelfChunk = 256                   // messages acknowledged at a time
	shelfPause = time.Millisecond      // between two looks: timers are no finer
	roomPause  = 10 * time.Millisecond // between two looks for room
)

// Kept is a processed message that is to be acknowledged later.
type Kept struct {
	Message  any
	Received int64
}

// shelf holds what one consumer has processed and not yet acknowledged, in the
// order of processing. Its goroutine begins with the first message.
type shelf struct {
	mu    sync.Mutex
	Items []Kept
	from  int // of items, the first that is still there

	wake    chan struct{} // of capacity one
	quit    chan struct{}
	ended   chan struct{}
	started bool
}

func NewShelf() *shelf {
	return &shelf{wake: make(chan struct{}, 1), quit: make(chan struct{}), ended: make(chan struct{})}
}

// keep puts processed messages on the sitting's shelf.
func (s *sitting) keep(run []broker.Delivery) {
	h := s.shelf
	h.mu.Lock()
	first := len(h.Items) == h.from
	for i := range run {
		h.Items = append(h.Items, Kept{run[i].Message, run[i].Received})
	}
	if !h.started {
		h.started = true
		go s.clear() // ended by finish, which waits for it
	}
	h.mu.Unlock()
	s.group.kept.Add(int64(len(run)))
	if first {
		h.poke()
	}
}

// poke makes the shelf's goroutine look again.
func (h *shelf) poke() {
	select {
	case h.wake <- struct{}{}:
	default:
	}
}

// clear acknowledges what is due until finish.
func (s *sitting) clear() {
	h := s.shelf
	defer close(h.ended)
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		wait := s.clearDue()
		timer.Reset(max(wait, shelfPause))
		select {
		case <-timer.C:
		case <-h.wake:
		case <-h.quit:
			return
		}
	}
}

// clearDue acknowledges what is due now, and tells how long nothing will be.
func (s *sitting) clearDue() time.Duration {
	for {
		after, never := s.group.ways.Load().Ack.Wait()
		if never {
			return time.Hour
		}
		now := s.group.session.clock()
		run, next := s.shelf.Take(shelfChunk, now-int64(after))
		s.acknowledgeKept(run)
		if len(run) < shelfChunk {
			return time.Duration(next - (now - int64(after)))
		}
	}
}

// Take takes up to n messages that were received until a time, and tells when
// the next one was received.
func (h *shelf) Take(n int, until int64) (run []Kept, next int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	to := h.from
	for to < len(h.Items) && to-h.from < n && h.Items[to].Received <= until {
		to++
	}
	run = append(run, h.Items[h.from:to]...)
	clear(h.Items[h.from:to])
	h.from = to
	if h.from > len(h.Items)/2 { // at most half of the memory is stale
		h.Items = append(h.Items[:0:0], h.Items[h.from:]...)
		h.from = 0
	}
	next = until
	if until < math.MaxInt64-int64(time.Hour) {
		next += int64(time.Hour)
	}
	if h.from < len(h.Items) {
		next = h.Items[h.from].Received
	}
	return run, next
}

// Count is how many messages are on the shelf.
func (h *shelf) Count() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.Items) - h.from
}

// First tells when each of the first n messages was received.
func (h *shelf) First(n int) []int64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	var received []int64
	for _, k := range h.Items[h.from : h.from+min(len(h.Items)-h.from, n)] {
		received = append(received, k.Received)
	}
	return received
}

// acknowledgeKept acknowledges messages that were taken from the shelf.
func (s *sitting) acknowledgeKept(run []Kept) (acked int) {
	if len(run) == 0 {
		return 0
	}
	deliveries := make([]broker.Delivery, len(run))
	for i, k := range run {
		deliveries[i] = broker.Delivery{Message: k.Message, Received: k.Received}
	}
	failed, err := s.subscriber.Ack(deliveries)
	if err != nil {
		s.recorder.AckFailed(failed, broker.Classify(err), err.Error())
	}
	now := s.group.session.clock()
	for _, k := range run[:len(run)-failed] {
		s.recorder.Acked(k.Received, now)
	}
	s.group.kept.Add(-int64(len(run)))
	return len(run) - failed
}

// finish ends the shelf's goroutine before its consumer closes. What is on the
// shelf is acknowledged, but under ack=manual, where it is given up to come
// again, as is what the consumer had dropped.
func (s *sitting) finish(ctx context.Context) {
	h := s.shelf
	h.mu.Lock()
	started := h.started
	h.mu.Unlock()
	if started {
		close(h.quit)
		select {
		case <-h.ended:
		case <-ctx.Done(): // an acknowledgement to a dead broker
			return
		}
	}
	_, never := s.group.ways.Load().Ack.Wait()
	for !never && ctx.Err() == nil {
		run, _ := h.Take(shelfChunk, s.group.session.clock())
		if len(run) == 0 {
			break
		}
		s.acknowledgeKept(run)
	}
	s.release()
}

// abandon ends the shelf's goroutine when the consumer has ended by itself:
// nothing can be acknowledged any more.
func (s *sitting) abandon() {
	s.shelf.mu.Lock()
	started := s.shelf.started
	s.shelf.mu.Unlock()
	if started {
		close(s.shelf.quit)
		select {
		case <-s.shelf.ended:
		case <-time.After(gateTime): // the client refuses at once what comes for an ended consumer
		}
	}
	s.release()
}

// release counts what the consumer's end gives up.
func (s *sitting) release() {
	left := s.shelf.Count()
	s.group.kept.Add(-int64(left))
	left += s.line.Unfinished() + int(s.dropped.Swap(0))
	s.recorder.Count(metrics.Released, left)
}

// roomy says whether the group may process more under a strategy that keeps.
func (g *consumer) roomy() bool { return g.kept.Load() < KeptMax }

// poke makes all shelves look at the group's strategy.
func (g *consumer) poke() {
	for _, s := range g.sittings() {
		s.shelf.poke()
	}
}
