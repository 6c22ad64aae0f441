package consume

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
	pendingChunk = 256                   // messages acknowledged at a time
	shelfPause   = time.Millisecond      // between two looks: timers are no finer
	roomPause    = 10 * time.Millisecond // between two looks for room
)

// pendingAck is a processed message that is to be acknowledged later.
type pendingAck struct {
	Message  any
	Received int64
}

// pendingAcks holds what one consumer has processed and not yet acknowledged, in the
// order of processing. Its goroutine begins with the first message.
type pendingAcks struct {
	mu    sync.Mutex
	Items []pendingAck
	from  int // of items, the first that is still there

	wake    chan struct{} // of capacity one
	quit    chan struct{}
	ended   chan struct{}
	started bool
}

func newPendingAcks() *pendingAcks {
	return &pendingAcks{wake: make(chan struct{}, 1), quit: make(chan struct{}), ended: make(chan struct{})}
}

// hold puts processed messages on the sitting's shelf.
func (s *attachment) hold(run []broker.Delivery) {
	h := s.pending
	h.mu.Lock()
	first := len(h.Items) == h.from
	for i := range run {
		h.Items = append(h.Items, pendingAck{run[i].Message, run[i].Received})
	}
	if !h.started {
		h.started = true
		go s.ackPending() // ended by finish, which waits for it
	}
	h.mu.Unlock()
	s.group.pending.Add(int64(len(run)))
	if first {
		h.wakeUp()
	}
}

// wakeUp makes the shelf's goroutine look again.
func (h *pendingAcks) wakeUp() {
	select {
	case h.wake <- struct{}{}:
	default:
	}
}

// ackPending acknowledges what is due until finish.
func (s *attachment) ackPending() {
	h := s.pending
	defer close(h.ended)
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		wait := s.ackDue()
		timer.Reset(max(wait, shelfPause))
		select {
		case <-timer.C:
		case <-h.wake:
		case <-h.quit:
			return
		}
	}
}

// ackDue acknowledges what is due now, and tells how long nothing will be.
func (s *attachment) ackDue() time.Duration {
	for {
		after, never := s.group.policy.Load().Ack.Wait()
		if never {
			return time.Hour
		}
		now := s.group.host.Clock()
		run, next := s.pending.take(pendingChunk, now-int64(after))
		s.ackHeld(run)
		if len(run) < pendingChunk {
			return time.Duration(next - (now - int64(after)))
		}
	}
}

// take takes up to n messages that were received until a time, and tells when
// the next one was received.
func (h *pendingAcks) take(n int, until int64) (run []pendingAck, next int64) {
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

// count is how many messages are on the shelf.
func (h *pendingAcks) count() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.Items) - h.from
}

// first tells when each of the first n messages was received.
func (h *pendingAcks) first(n int) []int64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	var received []int64
	for _, k := range h.Items[h.from : h.from+min(len(h.Items)-h.from, n)] {
		received = append(received, k.Received)
	}
	return received
}

// ackHeld acknowledges messages that were taken from the shelf.
func (s *attachment) ackHeld(run []pendingAck) (acked int) {
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
	now := s.group.host.Clock()
	for _, k := range run[:len(run)-failed] {
		s.recorder.Acked(k.Received, now)
	}
	s.group.pending.Add(-int64(len(run)))
	return len(run) - failed
}

// finish ends the shelf's goroutine before its consumer closes. What is on the
// shelf is acknowledged, but under ack=manual, where it is given up to come
// again, as is what the consumer had dropped.
func (s *attachment) finish(ctx context.Context) {
	h := s.pending
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
	_, never := s.group.policy.Load().Ack.Wait()
	for !never && ctx.Err() == nil {
		run, _ := h.take(pendingChunk, s.group.host.Clock())
		if len(run) == 0 {
			break
		}
		s.ackHeld(run)
	}
	s.release()
}

// abandon ends the shelf's goroutine when the consumer has ended by itself:
// nothing can be acknowledged any more.
func (s *attachment) abandon() {
	s.pending.mu.Lock()
	started := s.pending.started
	s.pending.mu.Unlock()
	if started {
		close(s.pending.quit)
		select {
		case <-s.pending.ended:
		case <-time.After(gateTime): // the client refuses at once what comes for an ended consumer
		}
	}
	s.release()
}

// release counts what the consumer's end gives up.
func (s *attachment) release() {
	left := s.pending.count()
	s.group.pending.Add(-int64(left))
	left += s.order.unfinished() + int(s.dropped.Swap(0))
	s.recorder.Count(metrics.Released, left)
}

// hasRoom says whether the group may process more under a strategy that keeps.
func (g *Group) hasRoom() bool { return g.pending.Load() < KeptMax }

// wakeAckers makes all shelves look at the group's strategy.
func (g *Group) wakeAckers() {
	for _, s := range g.attachments() {
		s.pending.wakeUp()
	}
}
