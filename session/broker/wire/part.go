package wire

import (
	"context"
	"slices"
	"time"

	"pulsh/session/broker/protocol"
)

// freeMost is how many batches a part keeps for use again: more were in flight
// at once only for a while.
const freeMost = 64

// part is a group's producer on one partition: a sender and what it gathers into
// batches. Its fields are under the sender's mu.
type part struct {
	*sender
	producer *producer
	gathered []*batch
	messages int   // in gathered
	payload  int   // bytes of their payloads
	opened   int64 // when the first of them came, in the engine's time
	armed    bool  // the timer runs
	timer    *time.Timer
	free     []*batch
	packer   *protocol.Compressor
	scratch  protocol.Builder
	send     protocol.Send
	meta     protocol.Metadata
}

func newPart(p *producer, topic string) *part {
	t := &part{producer: p, sender: newSender(p.engine, p.ctx, topic, p.spec.Topic, p.spec.Name, p.spec.Timeout)}
	t.gatheredNow, t.ending, t.ended = t.takeGathered, func(error) { p.room.block() }, p.giveUp
	t.packer, _ = protocol.NewCompressor(p.codec) // every codec of codecs is known
	return t
}

// takeGathered takes what was not sent yet.
func (t *part) takeGathered() (all []item) {
	for _, b := range t.gathered {
		all = append(all, b)
	}
	t.gathered, t.messages, t.payload = nil, 0, 0
	return all
}

// keep takes a batch back that nobody needs. It needs mu.
func (t *part) keep(b *batch) {
	if !b.lent && len(t.free) < freeMost {
		t.free = append(t.free, b)
	}
}

// flush sends what was gathered.
func (t *part) flush() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.sendAll()
}

// sendAll closes every open batch and sends it, the oldest first. It needs mu.
func (t *part) sendAll() {
	for _, b := range t.gathered {
		t.seal(b)
	}
	t.gathered = slices.Delete(t.gathered, 0, len(t.gathered))
	t.messages, t.payload = 0, 0
}

// stop ends the part. What is in flight stays so.
func (t *part) stop(ctx context.Context) {
	t.mu.Lock()
	if t.timer != nil {
		t.timer.Stop()
	}
	t.mu.Unlock()
	t.close(ctx)
}
