package consume

import (
	"context"
	"math"
	"slices"
	"sync"
	"time"

	"pulsh/session/broker"
	"pulsh/session/group"
)

// pendingMax bounds the messages that a group may have processed and not yet
// acknowledged under ack=delayed and ack=manual. Each takes some 150 bytes, with
// what the client keeps of it. Workers wait while there are more.
const pendingMax = 500_000

const (
	pendingChunk = 256                   // messages acknowledged at a time
	pendingPause = time.Millisecond      // between two checks for messages that are due: timers are no finer
	roomPause    = 10 * time.Millisecond // between two checks for room
)

// pendingAck is a processed message that is acknowledged later.
type pendingAck struct {
	message  any
	received int64
}

// pendingAcks holds the messages that one consumer has processed and not yet
// acknowledged, in the order of processing. A goroutine that starts with the
// first message acknowledges them when they are due.
type pendingAcks struct {
	wake  chan struct{} // of capacity one
	quit  chan struct{}
	ended chan struct{}

	mu      sync.Mutex // guards the fields below; held for moments only
	items   []pendingAck
	from    int // index of the first item that is still pending
	started bool
}

func newPendingAcks() *pendingAcks {
	return &pendingAcks{wake: make(chan struct{}, 1), quit: make(chan struct{}), ended: make(chan struct{})}
}

// hold adds processed messages.
func (a *attachment) hold(run []broker.Delivery) {
	p := a.pending
	p.mu.Lock()
	first := len(p.items) == p.from
	for i := range run {
		p.items = append(p.items, pendingAck{run[i].Message, run[i].Received})
	}
	if !p.started {
		p.started = true
		go a.runPending() // owned by the attachment: stop ends it and waits
	}
	p.mu.Unlock()
	a.group.pending.Add(int64(len(run)))
	if first {
		p.wakeUp()
	}
}

// wakeUp makes the goroutine check at once.
func (p *pendingAcks) wakeUp() {
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

// stop ends the goroutine and waits for it, until giveUp closes. It reports
// whether the goroutine has ended.
func (p *pendingAcks) stop(giveUp <-chan struct{}) bool {
	p.mu.Lock()
	started := p.started
	p.mu.Unlock()
	if !started {
		return true
	}
	close(p.quit)
	select {
	case <-p.ended:
		return true
	case <-giveUp:
		return false
	}
}

// runPending acknowledges the messages that are due, until stop.
func (a *attachment) runPending() {
	p := a.pending
	defer close(p.ended)
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		timer.Reset(max(a.ackDue(), pendingPause))
		select {
		case <-timer.C:
		case <-p.wake:
		case <-p.quit:
			return
		}
	}
}

// ackDue acknowledges the messages that are due, and returns the time until the
// next one is.
func (a *attachment) ackDue() time.Duration {
	for {
		after, manual := a.group.policy.Load().Ack.Wait()
		if manual {
			return time.Hour
		}
		due := a.group.Host().Clock() - int64(after)
		run, next := a.pending.take(pendingChunk, due)
		a.ackPending(run)
		if len(run) < pendingChunk {
			return time.Duration(next - due)
		}
	}
}

// take removes up to n messages that were received by a time, and returns when
// the next one was received.
func (p *pendingAcks) take(n int, until int64) (run []pendingAck, next int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	to := p.from
	for to < len(p.items) && to-p.from < n && p.items[to].received <= until {
		to++
	}
	run = append(run, p.items[p.from:to]...)
	clear(p.items[p.from:to])
	p.from = to
	if p.from > len(p.items)/2 { // at most half of the memory is stale
		p.items = append(p.items[:0:0], p.items[p.from:]...)
		p.from = 0
	}
	next = until
	if until < math.MaxInt64-int64(time.Hour) {
		next += int64(time.Hour)
	}
	if p.from < len(p.items) {
		next = p.items[p.from].received
	}
	return run, next
}

// count returns the number of pending messages.
func (p *pendingAcks) count() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.items) - p.from
}

// first returns the times of receipt of the first n messages.
func (p *pendingAcks) first(n int) []int64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	var received []int64
	for _, item := range p.items[p.from : p.from+min(len(p.items)-p.from, n)] {
		received = append(received, item.received)
	}
	return received
}

// ackPending acknowledges messages that were taken from pending.
func (a *attachment) ackPending(run []pendingAck) (acked int) {
	if len(run) == 0 {
		return 0
	}
	messages := make([]broker.Delivery, len(run))
	for i, one := range run {
		messages[i] = broker.Delivery{Message: one.message, Received: one.received}
	}
	acked = a.acknowledge(messages)
	a.group.pending.Add(-int64(len(run)))
	return acked
}

// AckOldest acknowledges the oldest pending messages, at most limit of them, and
// returns how many the broker took. It counts the refused ones as failures.
func (g *Group) AckOldest(ctx context.Context, limit int) (int, error) {
	unlock, err := g.lockOp(ctx)
	if err != nil {
		return 0, err
	}
	if !g.Active() {
		unlock()
		return 0, g.notRunning()
	}
	all := g.workers.attachments()
	done := make(chan int, 1)
	go func() { // ends with the acknowledgements, which a dead broker may block for as long as it is away
		defer unlock()
		done <- ackOldest(all, limit)
	}()
	select {
	case n := <-done:
		return n, nil
	case <-ctx.Done():
		return 0, group.Unanswered(ctx, g.Name(), "acknowledging")
	}
}

// ackOldest acknowledges the oldest messages of several consumers. Messages that
// come in meanwhile are younger.
func ackOldest(all []*attachment, limit int) (acked int) {
	var received []int64
	for _, a := range all {
		received = append(received, a.pending.first(limit)...)
	}
	if len(received) == 0 {
		return 0
	}
	slices.Sort(received)
	until := received[min(limit, len(received))-1]
	// Workers that share a slot do not add their messages exactly in the order of
	// receipt. An item that was received later may hide an older one behind it; the
	// second round takes these.
	for _, until := range []int64{until, math.MaxInt64} {
		for _, a := range all {
			for limit > 0 {
				run, _ := a.pending.take(min(pendingChunk, limit), until)
				if len(run) == 0 {
					break
				}
				limit -= len(run)
				acked += a.ackPending(run)
			}
		}
	}
	return acked
}
