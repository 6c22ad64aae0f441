package wire

import (
	"context"
	"errors"
	"time"

	"pulsh/session/broker"
	"pulsh/session/broker/protocol"
	"pulsh/session/broker/wire/coordinator"
	"pulsh/session/transaction"
)

// begin returns the function that begins transactions.
func (e *Engine) begin(timeout time.Duration) transaction.Begin {
	return func(ctx context.Context) (broker.Transaction, error) {
		t, err := e.coordinators.Begin(ctx, timeout)
		if err != nil {
			return nil, err
		}
		return t, nil
	}
}

// lane is a producer that sends inside transactions.
type lane struct{ *producer }

// transactional returns the producer, or one that sends in transactions, if the spec wants
// that.
func (p *producer) transactional() broker.Producer {
	if p.spec.Transactions == nil {
		return p
	}
	how := *p.spec.Transactions
	settled := how.Settled
	how.Settled = func(first, end uint64, outcome broker.TransactionOutcome) {
		if outcome != broker.Committed {
			p.failed.Add(end - first) // stamps say so: a consumer elsewhere, or a later one, must not call these lost
		}
		if settled != nil {
			settled(first, end, outcome)
		}
	}
	return transaction.NewSender(lane{p}, p.engine.begin(how.Timeout), how)
}

// SendIn is Send inside a transaction.
func (l lane) SendIn(t broker.Transaction, dues []int64, claim func(n int) bool) int {
	l.order.Lock()
	l.in = t.(*coordinator.Transaction)
	l.order.Unlock()
	return l.sendClaimed(dues, claim)
}

// Flush sends the open batches. Nobody needs to wait for the answers: a transaction knows
// its own, and does so before it ends.
func (l lane) Flush(context.Context) error {
	for _, part := range *l.parts.Load() {
		part.flush()
	}
	return nil
}

// Numbers returns the number of the next message. Failures are the transactions' own.
func (l lane) Numbers() (next, failed uint64) { return uint64(l.given.Load()), 0 }

// join makes a partition a part of the open transaction, before a message is written for
// it. The batches of the transaction before are sent by then. It needs order, and waits
// for the coordinator: only transactions send here.
func (p *producer) join(to *partition) {
	if to.in == p.in {
		return
	}
	ctx, cancel := context.WithTimeout(p.ctx, p.spec.Transactions.Timeout)
	err := p.in.AddPartition(ctx, to.topic)
	cancel()
	to.mu.Lock()
	defer to.mu.Unlock()
	to.sendAll()
	to.in, to.outside = p.in, err
}

// addTransaction names the transaction of a batch, in the command and in what is stored:
// brokers know by the latter alone which entries were aborted.
func (t *partition) addTransaction(b *batch) {
	if b.in != nil {
		t.send.Txn, t.send.Transactional = b.in.ID, true
		t.meta.Txn, t.meta.Transactional = b.in.ID, true
	}
}

// drain is a consumer that acknowledges inside transactions.
type drain struct {
	*consumer
	copies *copier // nil for none
}

// transactional returns the consumer, or one that acknowledges in transactions, if the spec
// wants that.
func (c *consumer) transactional(ctx context.Context) (broker.Consumer, error) {
	how := c.spec.Transactions
	if how == nil {
		return c, nil
	}
	err := c.engine.coordinators.Find(ctx)
	d := &drain{consumer: c}
	if err == nil && how.Output != "" {
		d.copies, err = c.engine.openCopier(ctx, broker.ForwarderSpec{Topic: how.Output, Name: how.OutputName})
	}
	if err != nil {
		_ = c.Close(ctx) // the failure before is the reason
		return nil, err
	}
	return transaction.NewAcker(d, c.engine.begin(how.Timeout), *how).Beside(transaction.EndingMost), nil
}

// AckIn stores copies of a run, if there is an output topic, and acknowledges it, without
// waiting for the answers: the transaction does. Entries are acknowledged as a whole, with
// the last of their messages.
func (d *drain) AckIn(in broker.Transaction, run []broker.Delivery) (failed int, err error) {
	t := in.(*coordinator.Transaction)
	ctx, cancel := context.WithTimeout(d.ctx, d.spec.Transactions.Timeout)
	defer cancel()
	err = t.Room(ctx)
	if err == nil && d.copies != nil {
		err = d.copies.store(ctx, t, run)
	}
	if err != nil {
		return len(run), err
	}
	lists := map[*subscription][]completed{}
	for len(run) > 0 {
		of := run[0].Message.(*handle).of
		var done completed
		if done, run = of.clearIn(t, run); done.of != nil {
			lists[of.from] = append(lists[of.from], done)
		}
	}
	for from, list := range lists {
		t.Expect()
		go func() { t.Done(d.acknowledge(t, from, list)) }() // the end of the transaction waits for it
	}
	return 0, nil
}

// EndsEntry reports whether a message is the last of its stored entry.
func (d *drain) EndsEntry(m *broker.Delivery) bool {
	h := m.Message.(*handle)
	return h.index+1 >= h.of.size
}

// Close ends the consumer and the producer of the copies.
func (d *drain) Close(ctx context.Context) error {
	err := d.consumer.Close(ctx)
	if d.copies != nil {
		err = errors.Join(err, d.copies.Close(ctx))
	}
	return err
}

// completed is an entry of which all messages are acknowledged. earlier are the other
// transactions that have acknowledged some.
type completed struct {
	of      *tracker
	earlier []*coordinator.Transaction
}

// clearIn is clearRun inside a transaction.
func (t *tracker) clearIn(in *coordinator.Transaction, run []broker.Delivery) (done completed, others []broker.Delivery) {
	tell, others := t.clearRun(run, false)
	t.mu.Lock()
	defer t.mu.Unlock()
	if tell {
		done = completed{t, t.divided}
		t.divided = nil
	} else if t.size > 0 && (len(t.divided) == 0 || t.divided[len(t.divided)-1] != in) {
		t.divided = append(t.divided, in)
	}
	return done, others
}

// acknowledge acknowledges entries of a subscription in a transaction, and waits for the
// answers. What is not acknowledged is asked for again.
func (d *drain) acknowledge(t *coordinator.Transaction, from *subscription, list []completed) error {
	ctx, cancel := context.WithTimeout(d.engine.Life(), d.spec.Transactions.Timeout)
	defer cancel()
	err := t.AddSubscription(ctx, from.topic, d.spec.Subscription)
	var entries, lost []*tracker
	for _, e := range list {
		if err != nil || !committedIn(ctx, e.earlier, t) {
			lost = append(lost, e.of) // its other messages, at least, have to come again
		} else {
			entries = append(entries, e.of)
		}
	}
	for len(entries) > 0 {
		n := min(len(entries), idsMost)
		command := from.acks.command(entries[:n])
		command.Txn, command.Transactional = t.ID, true
		for i, e := range entries[:n] {
			command.IDs[i].BatchSize = e.size // by which the broker counts what is not acknowledged
		}
		if e := from.acks.ask(ctx, command); e != nil {
			lost = append(lost, entries[:n]...)
			if err == nil {
				err = e
			}
		}
		entries = entries[n:]
	}
	if len(lost) > 0 {
		d.nack(lost)
	}
	return err
}

// committedIn reports whether all transactions but one are committed, and waits for that.
func committedIn(ctx context.Context, all []*coordinator.Transaction, but *coordinator.Transaction) bool {
	for _, t := range all {
		if t != but && !t.Committed(ctx) {
			return false
		}
	}
	return true
}

// copier stores copies of received messages in another topic, inside transactions.
type copier struct {
	*forwarder
	lists [][]*whole // by partition
}

// copied is an entry of copies whose answer a transaction waits for.
type copied struct{ in *coordinator.Transaction }

func (c copied) acked() { c.in.Done(nil) }

func (c copied) refused(category broker.Category, text string) {
	c.in.Done(&broker.Error{Category: category, Message: "a copy was not stored: " + text})
}

func (copied) retain() {}

// openCopier creates producers on all partitions of the output topic.
func (e *Engine) openCopier(ctx context.Context, spec broker.ForwarderSpec) (*copier, error) {
	f, err := e.openForwarder(ctx, spec, true)
	if err != nil {
		return nil, err
	}
	return &copier{forwarder: f, lists: make([][]*whole, len(f.parts))}, nil
}

// store sends a copy of each message of a run, those for one partition together.
func (c *copier) store(ctx context.Context, in *coordinator.Transaction, run []broker.Delivery) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.turn++
	for i := range run {
		w := run[i].Whole.(*whole)
		to := c.turn % len(c.parts)
		if w.key != "" {
			to = protocol.JavaString.Partition(w.key, len(c.parts))
		}
		c.lists[to] = append(c.lists[to], w)
	}
	var err error
	for i, list := range c.lists {
		if c.lists[i] = list[:0]; len(list) == 0 {
			continue
		}
		if err == nil {
			err = in.AddPartition(ctx, c.parts[i].topic)
		}
		for err == nil && len(list) > 0 {
			n := fitting(list, c.parts[i].largest()-metadataBytes)
			c.push(c.parts[i], in, list[:n])
			list = list[n:]
		}
		clear(c.lists[i][:cap(c.lists[i])])
	}
	return err
}

// fitting returns how many copies at the front of a list fit into an entry, at least one.
func fitting(list []*whole, most int) int {
	bytes := 0
	for i, w := range list {
		if bytes += w.size(); i > 0 && bytes > most {
			return i
		}
	}
	return len(list)
}

// largest returns how many bytes a message may have.
func (s *sender) largest() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.most
}

// size returns the bytes of a copy in a batch, with its metadata.
func (w *whole) size() int {
	n := len(w.body) + len(w.key) + singleBytes
	if w.details != nil {
		n += len(w.details.orderKey) + extraSingleBytes
		for _, p := range w.details.properties {
			n += len(p.Key) + len(p.Value) + propertyBytes
		}
	}
	return n
}

// push sends an entry of copies.
func (c *copier) push(to *sender, in *coordinator.Transaction, list []*whole) {
	in.Expect()
	to.mu.Lock()
	defer to.mu.Unlock()
	if to.closed {
		in.Done(unanswered(c.spec.Topic))
		return
	}
	first := to.next
	last := first + uint64(len(list)) - 1
	to.next = last + 1
	meta := protocol.Metadata{
		ProducerName: []byte(to.name), Sequence: first, PublishTime: uint64(time.Now().UnixMilli()), HighestSequence: last,
		Batch: true, BatchSize: int32(len(list)), Txn: in.ID, Transactional: true,
	}
	c.builder.Begin(nil, metadataBytes)
	for i, w := range list {
		single := protocol.Single{PartitionKey: []byte(w.key), KeySet: w.key != ""}
		if w.details != nil {
			single.OrderingKey, single.EventTime, single.Properties = w.details.orderKey, w.details.eventTime, w.details.properties
		}
		copy(c.builder.Claim(&single, len(w.body)), w.body)
		if i == 0 {
			meta.PartitionKey, meta.KeySet, meta.OrderingKey = single.PartitionKey, single.KeySet, single.OrderingKey
		}
	}
	meta.UncompressedSize = uint32(c.builder.Size())
	frame, _ := c.builder.Finish(&protocol.Send{
		ProducerID: to.id, Sequence: first, HighestSequence: last, Messages: int32(len(list)), Txn: in.ID, Transactional: true,
	}, &meta)
	if len(frame) > to.most {
		in.Done(&broker.Error{Category: broker.TooLarge, Message: "a copy is larger than the broker accepts"})
		return
	}
	to.push(first, last, frame, copied{in})
}
