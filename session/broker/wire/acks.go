package wire

import (
	"context"
	"sync"
	"time"

	"pulsh/session/broker"
	"pulsh/session/broker/protocol"
	"pulsh/session/broker/wire/connect"
)

// idsMost is how many messages one ACK or REDELIVER names, as with Pulsar's
// clients.
const idsMost = 1000

// acks are the acknowledgements of a subscription that wait for others.
type acks struct {
	of *subscription

	mu      sync.Mutex
	waiting []*tracker
	count   int                 // messages of waiting
	upTo    *protocol.MessageID // cumulative; nil if there is none
	timer   *time.Timer
	armed   bool
	closed  bool
}

// add queues the acknowledgement of an entry, and sends the queue when a group is
// full. A group is of messages, not of entries: a broker that lets a consumer have
// 50,000 unacknowledged would otherwise wait for the delay of each group.
func (a *acks) add(t *tracker) {
	group := a.of.consumer.spec.Grouping
	messages := t.acknowledged()
	a.mu.Lock()
	a.waiting = append(a.waiting, t)
	a.count += messages
	full := a.count >= group.Messages
	if !full || group.Messages > 1 {
		a.arm(group.Delay)
	}
	a.mu.Unlock()
	if full {
		a.flushSoon(group.Messages > 1)
	}
}

// addOne acknowledges one message.
func (a *acks) addOne(t *tracker, index int32) {
	t.mu.Lock()
	tell := t.clear(index, a.of.consumer.spec.BatchIndex)
	t.mu.Unlock()
	if tell {
		a.add(t)
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

// flush sends the queue. Without a connection the queue stays: the broker
// takes acknowledgements on the next one as well.
func (a *acks) flush() { a.flushSoon(false) }

// flushSoon is flush; soon lets the acknowledgements go with what is sent next, most
// often permits for more messages, or when the timer runs down.
func (a *acks) flushSoon(soon bool) {
	a.of.mu.Lock()
	defer a.of.mu.Unlock()
	if c := a.of.connection; c != nil {
		a.resend(c)
		if !soon {
			c.Push()
		}
	}
}

// resend puts the queue on a connection, to be pushed. It needs the subscription's mu.
func (a *acks) resend(c *connect.Connection) {
	a.mu.Lock()
	waiting, upTo := a.waiting, a.upTo
	a.waiting, a.count, a.upTo = nil, 0, nil
	a.mu.Unlock()
	if upTo != nil {
		c.TellSoon(&protocol.Ack{ConsumerID: a.of.id, Ack: protocol.Cumulative, IDs: []protocol.MessageID{*upTo}, Validation: protocol.NoValidationError})
	}
	alone := a.of.consumer.spec.Grouping.Messages <= 1
	for len(waiting) > 0 {
		n := min(len(waiting), idsMost)
		if alone {
			n = 1
		}
		c.TellSoon(a.command(waiting[:n]))
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

// confirm acknowledges entries and waits for the broker's answers.
func (a *acks) confirm(ctx context.Context, list []*tracker) (failed int, err error) {
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
	return failed, err
}

// ask sends an ACK and waits for its answer.
func (a *acks) ask(ctx context.Context, command *protocol.Ack) error {
	a.of.mu.Lock()
	c := a.of.connection
	a.of.mu.Unlock()
	if c == nil {
		return &broker.Error{Category: broker.Disconnected, Message: "the broker cannot be reached", Try: "local start"}
	}
	body, err := c.Ask(ctx, command)
	if err != nil {
		return connect.Sentence(err, broker.Subject{Topic: a.of.about, Subscription: a.of.consumer.spec.Subscription})
	}
	if answer, ok := body.(*protocol.AckResponse); ok && answer.Error != protocol.NoError {
		return connect.Sentence(refusalOf(answer), broker.Subject{Topic: a.of.about, Subscription: a.of.consumer.spec.Subscription})
	}
	return nil
}

// drop empties the queue: the broker redelivers its messages.
func (a *acks) drop() {
	a.mu.Lock()
	a.waiting, a.count, a.upTo = nil, 0, nil
	a.mu.Unlock()
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
	all := len(run)
	lists := map[*subscription][]*tracker{}
	for len(run) > 0 {
		t := run[0].Message.(*handle).of
		before := len(run)
		var tell bool
		if tell, run = t.clearRun(run, c.spec.BatchIndex); t.from.ctx.Err() != nil {
			failed += before - len(run)
			err = topicLeft()
			continue
		}
		switch {
		case !tell:
		case c.spec.Respond:
			lists[t.from] = append(lists[t.from], t)
		default:
			t.from.acks.add(t)
		}
	}
	for from, list := range lists {
		n, e := from.acks.confirm(c.ctx, list)
		failed += n
		if err == nil {
			err = e
		}
	}
	return min(failed, all), err
}

// topicLeft returns the error for acknowledging a message of a topic that the
// consumer has unsubscribed from.
func topicLeft() error {
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
			return topicLeft()
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
