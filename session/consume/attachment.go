package consume

import (
	"context"
	"sync/atomic"

	"pulsh/session/broker"
	"pulsh/session/metrics"
)

// attachment is the present consumer of a slot, with the state that ends with it:
// no other consumer can acknowledge the messages that it has received.
type attachment struct {
	group    *Group
	account  *account // of its subscription
	name     string   // of the consumer, for the broker
	consumer broker.Consumer
	recorder *metrics.ReceiveRecorder
	pending  *pendingAcks
	order    *ackOrder
	picker   *outcomePicker
	dropped  atomic.Int64 // messages left unacknowledged on purpose
	ended    atomic.Bool  // the consumer is gone
}

// acknowledge acknowledges messages that were received at different times, and
// returns how many the broker took.
func (a *attachment) acknowledge(run []broker.Delivery) (acked int) {
	failed, err := a.consumer.Ack(run)
	if err != nil {
		a.recorder.AckFailed(failed, broker.Classify(err), err.Error())
	}
	now := a.group.Host().Clock()
	for i := range run[:len(run)-failed] {
		a.recorder.Acked(run[i].Received, now)
	}
	return len(run) - failed
}

// finish must be called before the consumer closes. It acknowledges the pending
// messages, and releases those that wait for the user or were dropped.
func (a *attachment) finish(ctx context.Context) {
	if a.ended.Load() {
		return // lose has released them
	}
	if !a.pending.stop(ctx.Done()) {
		return // an acknowledgement to a dead broker has not returned
	}
	_, manual := a.group.policy.Load().Ack.Wait()
	for !manual && ctx.Err() == nil {
		run, _ := a.pending.take(pendingChunk, a.group.Host().Clock())
		if len(run) == 0 {
			break
		}
		a.ackPending(run)
	}
	a.release()
}

// lose must be called when the consumer has ended by itself. It releases all
// messages, because that consumer can acknowledge nothing any more.
func (a *attachment) lose() {
	a.account.consumersClosed()
	if a.ended.CompareAndSwap(false, true) {
		ctx, cancel := context.WithTimeout(context.Background(), workersTime)
		defer cancel()
		a.pending.stop(ctx.Done()) // the client refuses at once to acknowledge for an ended consumer
		a.release()
	}
}

// release counts the messages that the broker will redeliver because the
// consumer ends without acknowledging them.
func (a *attachment) release() {
	pending := a.pending.count()
	a.group.pending.Add(-int64(pending))
	a.recorder.Count(metrics.Released, pending+a.order.waiting()+int(a.dropped.Swap(0)))
}
