package wire

import (
	"context"
	"slices"
	"time"

	"pulsh/session/broker"
	"pulsh/session/broker/protocol"
	"pulsh/session/broker/registration"
	"pulsh/session/broker/wire/coordinator"
)

// freeLeast is how many batches a partition keeps for another use at least, even if
// fewer full ones are in flight: batches by key are small.
const freeLeast = 64

// partition is a group's producer on one partition: a sender and its open
// batches. Its fields are under the sender's mu.
type partition struct {
	*sender
	producer  *producer
	batches   []*batch
	messages  int   // in batches
	payload   int   // bytes of their payloads
	opened    int64 // when the first of them came, in the engine's time
	timerRuns bool  // the timer runs
	timer     *time.Timer
	free      []*batch
	freeMost  int
	scratch   protocol.Builder
	send      protocol.Send
	meta      protocol.Metadata
	in        *coordinator.Transaction // of the open batches; nil for none
	outside   error                    // why the partition is no part of it, nil if it is
}

var accessModes = map[broker.Access]int32{broker.ExclusiveAccess: protocol.AccessExclusive, broker.FencingAccess: protocol.AccessExclusiveWithFencing}

func newPartition(p *producer, topic string) *partition {
	t := &partition{producer: p, sender: newSender(p.engine, p.ctx, topic, p.spec.Topic, p.spec.Name, p.spec.Timeout)}
	t.sender.set, t.sender.access, t.sender.transactional = p.set, accessModes[p.spec.Access], p.spec.Transactions != nil
	t.link, t.schema = p.link, registration.Of(p.spec.Schema)
	t.unsent, t.ending, t.ended = t.takeBatches, func(error) { p.window.Block() }, p.giveUp
	t.freeMost = max(freeLeast, p.spec.Pending/max(p.spec.Batch.Messages, 1))
	return t
}

// takeBatches removes and returns the open batches.
func (t *partition) takeBatches() (all []item) {
	for _, b := range t.batches {
		all = append(all, b)
	}
	t.batches, t.messages, t.payload = nil, 0, 0
	return all
}

// recycle keeps an answered batch for another use. It needs mu.
func (t *partition) recycle(b *batch) {
	if !b.retained && len(t.free) < t.freeMost {
		t.free = append(t.free, b)
	}
}

// flush sends the open batches.
func (t *partition) flush() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.sendAll()
}

// sendAll closes every open batch and sends it, the oldest first. It needs mu.
func (t *partition) sendAll() {
	for _, b := range t.batches {
		t.closeBatch(b)
	}
	t.batches = slices.Delete(t.batches, 0, len(t.batches))
	t.messages, t.payload = 0, 0
}

// stop closes the producer. Messages in flight stay unanswered.
func (t *partition) stop(ctx context.Context) {
	t.mu.Lock()
	if t.timer != nil {
		t.timer.Stop()
	}
	t.mu.Unlock()
	t.close(ctx)
}
