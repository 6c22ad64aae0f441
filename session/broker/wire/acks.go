package wire

import (
	"context"
	"sync"
	"time"

	"pulsh/session/broker"
	"pulsh/session/broker/protocol"
)

// idsMost is how many messages one ACK or REDELIVER names, as with Pulsar's
// clients.
const idsMost = 1000

// acks are the acknowledgements of a subscription that wait for others.
type acks struct {
	of *subscription

	mu      sync.Mutex
	waiting []*tracker
	upTo    *protocol.MessageID // cumulative; nil if there is none
	timer   *time.Timer
	armed   bool
	closed  bool
}

// add queues the acknowledgement of a message, and sends what waits if that is a
// full group.
func (a *acks) add(t *tracker, index int32) {
	if !t.clear(index, a.of.consumer.spec.BatchIndex) {
		return
	}
	group := a.of.consumer.spec.Grouping
	a.mu.Lock()
	a.waiting = append(a.waiting, t)
	full := len(a.waiting) >= group.Messages
	if !full {
		a.arm(group.Delay)
	}
	a.mu.Unlock()
	if full {
		a.flush()
	}
}

// arm starts the timer of a group, unless it runs. It needs mu.
func (a *acks) arm(after time.Duration) {
	if a.armed || a.closed {
		return
	}
	a.armed = true
	if a.timer == nil {
		a.timer = time.AfterFunc(after, func() {
			a.mu.Lock()
			a.armed = false
			a.mu.Unlock()
			a.flush()
		})
		return
	}
	a.timer.Reset(after)
}

// flush sends what waits. Without a connection it goes on waiting: the broker
// takes acknowledgements on the next one as well.
func (a *acks) flush() {
	a.of.mu.Lock()
	defer a.of.mu.Unlock()
	if a.of.link != nil {
		a.resend(a.of.link)
	}
}

// resend sends what waits on a link. It needs the subscription's mu.
func (a *acks) resend(l *link) {
	a.mu.Lock()
	waiting, upTo := a.waiting, a.upTo
	a.waiting, a.upTo = nil, nil
	a.mu.Unlock()
	if upTo != nil {
		l.tell(&protocol.Ack{ConsumerID: a.of.id, Ack: protocol.Cumulative, IDs: []protocol.MessageID{*upTo}, Validation: protocol.NoValidationError})
	}
	alone := a.of.consumer.spec.Grouping.Messages <= 1
	for len(waiting) > 0 {
		n := min(len(waiting), idsMost)
		if alone {
			n = 1
		}
		l.tell(a.command(waiting[:n]))
		waiting = waiting[n:]
	}
}

// command is the ACK of a list.
func (a *acks) command(list []*tracker) *protocol.Ack {
	ack := &protocol.Ack{ConsumerID: a.of.id, Validation: protocol.NoValidationError, IDs: make([]protocol.MessageID, len(list))}
	for i, t := range list {
		ack.IDs[i] = t.ackID()
	}
	return ack
}

// confirm acknowledges messages and waits for the broker's answer.
func (a *acks) confirm(ctx context.Context, run []*handle) (failed int, err error) {
	var list []*tracker
	for _, h := range run {
		if h.of.clear(h.index, a.of.consumer.spec.BatchIndex) {
			list = append(list, h.of)
		}
	}
	for len(list) > 0 {
		n := min(len(list), idsMost)
		command := a.command(list[:n])
		list = list[n:]
		if e := a.ask(ctx, command); e != nil {
			failed += n
			if err == nil {
				err = e
			}
		}
	}
	return min(failed, len(run)), err
}

// ask sends an ACK and waits for its answer.
func (a *acks) ask(ctx context.Context, command *protocol.Ack) error {
	a.of.mu.Lock()
	l := a.of.link
	a.of.mu.Unlock()
	if l == nil {
		return &broker.Error{Category: broker.Disconnected, Message: "the broker cannot be reached", Try: "local start"}
	}
	body, err := l.ask(ctx, command)
	if err != nil {
		return sentence(err, a.of.about)
	}
	if answer, ok := body.(*protocol.AckResponse); ok && answer.Error != protocol.NoError {
		return sentence(refusalOf(answer), a.of.about)
	}
	return nil
}

// close stops the timer.
func (a *acks) close() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.closed = true
	if a.timer != nil {
		a.timer.Stop()
	}
}

// Ack acknowledges each delivery. With answers the run travels as one list for
// each topic.
func (c *consumer) Ack(run []broker.Delivery) (failed int, err error) {
	lists := map[*subscription][]*handle{}
	for i := range run {
		h := run[i].Message.(*handle)
		from := h.of.from
		switch {
		case from.ctx.Err() != nil:
			failed++
			if err == nil {
				err = refuse()
			}
		case c.spec.Respond:
			lists[from] = append(lists[from], h)
		default:
			from.acks.add(h.of, h.index)
		}
	}
	for from, list := range lists {
		n, e := from.acks.confirm(c.ctx, list)
		failed += n
		if err == nil {
			err = e
		}
	}
	return failed, err
}

// refuse is the answer to who acknowledges a message of a topic that was left.
func refuse() error {
	return &broker.Error{Category: broker.Gone, Message: "the topic of this message is not received any more"}
}

// AckUpTo acknowledges the last message of each topic in the run, and all before
// it.
func (c *consumer) AckUpTo(run []broker.Delivery) error {
	last := map[*subscription]*handle{}
	for i := range run {
		h := run[i].Message.(*handle)
		last[h.of.from] = h
	}
	for from, h := range last {
		if from.ctx.Err() != nil {
			return refuse()
		}
		if err := from.acks.cumulate(c.ctx, h); err != nil {
			return err
		}
	}
	return nil
}

// cumulate acknowledges everything up to a message. In the middle of a batch
// that is the entry before, unless messages are acknowledged one by one.
func (a *acks) cumulate(ctx context.Context, h *handle) error {
	spec := a.of.consumer.spec
	id := h.of.id()
	if h.index+1 < h.of.size {
		switch {
		case spec.BatchIndex:
			set := protocol.FullAckSet(int(h.of.size))
			for i := range h.index + 1 {
				set.Clear(int(i))
			}
			id.AckSet, id.BatchSize = set, h.of.size
		case id.Entry == 0:
			return nil // nothing of the ledger is complete
		default:
			id.Entry--
		}
	}
	if spec.Respond {
		return a.ask(ctx, &protocol.Ack{ConsumerID: a.of.id, Ack: protocol.Cumulative, IDs: []protocol.MessageID{id}, Validation: protocol.NoValidationError})
	}
	a.mu.Lock()
	a.upTo = &id
	grouped := spec.Grouping.Messages > 1
	if grouped {
		a.arm(spec.Grouping.Delay)
	}
	a.mu.Unlock()
	if !grouped {
		a.flush()
	}
	return nil
}
