package serve

import (
	"errors"
	"fmt"
	"time"

	"pulsh/session/broker/memory"
	"pulsh/session/broker/memory/transaction"
	"pulsh/session/broker/protocol"
)

// livenessTime is how long a client has to show that it lives, when another wants
// the name or the place that it has.
const livenessTime = 5 * time.Second

// publish carries SEND out.
func (c *connection) publish(f protocol.Frame) error {
	m := &c.command.send
	if err := protocol.Decode(f.Body, m); err != nil {
		return err
	}
	c.mu.Lock()
	p := c.producers[m.ProducerID]
	at, lingers := c.closed[m.ProducerID]
	c.mu.Unlock()
	if p == nil {
		if lingers && time.Since(at) < lingerTime {
			return nil
		}
		return fmt.Errorf("%w: SEND for the producer %d, which is not there", protocol.ErrMalformed, m.ProducerID)
	}
	entry, err := protocol.ParseEntry(f.Rest)
	if err != nil {
		return err
	}
	if !entry.Verify() {
		c.refuseSend(m, &memory.Refusal{Code: protocol.ChecksumError, Message: "Checksum failed on the broker"})
		return nil
	}
	if err := c.command.meta.Decode(entry.Metadata); err != nil {
		return err
	}
	faulty := c.server.options.Faults.Active() || c.server.held.waiting.Load() > 0
	if faulty && tamper(c, p, m, &entry, &c.command.meta) {
		return nil
	}
	err = store(c, p, m, &entry, &c.command.meta)
	if faulty {
		c.server.held.release(p.Topic())
	}
	return err
}

// store stores an entry, and answers.
func store(c *connection, p *memory.Producer, m *protocol.Send, entry *protocol.Entry, meta *protocol.Metadata) error {
	stored, err := p.Publish(m, entry, meta)
	var refusal *memory.Refusal
	switch {
	case errors.Is(err, memory.ErrClosed):
		return nil
	case errors.As(err, &refusal):
		c.refuseSend(m, refusal)
		return nil
	}
	c.receipt(protocol.SendReceipt{
		ProducerID: m.ProducerID, Sequence: m.Sequence, HighestSequence: m.HighestSequence, Stored: true,
		ID: protocol.MessageID{Ledger: stored.At.Ledger, Entry: uint64(stored.At.Entry), Partition: int32(p.Topic().Name().Partition), BatchIndex: -1},
	})
	if stored.Wait > 0 {
		c.output.pause(stored.Wait)
	}
	return nil
}

func (c *connection) receipt(r protocol.SendReceipt) { c.Tell(&r) }

func (c *connection) refuseSend(m *protocol.Send, r *memory.Refusal) {
	c.Tell(&protocol.SendError{ProducerID: m.ProducerID, Sequence: max(m.Sequence, m.HighestSequence), Error: r.Code, Message: r.Message})
}

// ack carries ACK out.
func (c *connection) ack(f protocol.Frame) error {
	m := &c.command.ack
	if err := protocol.Decode(f.Body, m); err != nil {
		return err
	}
	consumer := c.consumer(m.ConsumerID)
	if consumer == nil {
		return nil
	}
	err := consumer.Ack(m)
	if !m.Asks {
		return nil
	}
	answer := &protocol.AckResponse{ConsumerID: m.ConsumerID, Error: protocol.NoError, Numbered: protocol.Numbered{RequestID: m.RequestID}}
	if err != nil {
		answer.Error, answer.Message, answer.TxnLeast, answer.TxnMost = codeOf(err), err.Error(), m.Txn.Least, m.Txn.Most
	}
	c.Tell(answer)
	return nil
}

// flow carries FLOW out.
func (c *connection) flow(f protocol.Frame) error {
	m := &c.command.flow
	if err := protocol.Decode(f.Body, m); err != nil {
		return err
	}
	if m.Permits == 0 {
		return fmt.Errorf("%w: FLOW of 0", protocol.ErrMalformed)
	}
	if consumer := c.consumer(m.ConsumerID); consumer != nil {
		consumer.Flow(m.Permits)
	}
	return nil
}

func (c *connection) consumer(id uint64) *memory.Consumer {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.consumers[id]
}

// carryOut carries a rare command out.
func (c *connection) carryOut(body protocol.Body) error {
	switch m := body.(type) {
	case *protocol.PartitionedMetadata:
		c.partitions(m)
	case *protocol.Lookup:
		c.lookup(m)
	case *protocol.Producer:
		c.open(m, opening{m.ProducerID, false}, func() error { return c.addProducer(m) })
	case *protocol.Subscribe:
		c.open(m, opening{m.ConsumerID, true}, func() error { return c.addConsumer(m) })
	case *protocol.CloseProducer:
		c.closeProducer(m)
	case *protocol.CloseConsumer:
		c.closeConsumer(m)
	case *protocol.Unsubscribe:
		c.unsubscribe(m)
	case *protocol.Redeliver:
		if consumer := c.consumer(m.ConsumerID); consumer != nil {
			consumer.Redeliver(m)
		}
	case *protocol.Seek:
		c.seek(m)
	case *protocol.GetLastMessageID:
		c.last(m)
	case *protocol.ConsumerStats:
		c.statistics(m)
	case *protocol.GetTopics:
		c.topics(m)
	case *protocol.WatchTopicList:
		c.watch(m)
	case *protocol.WatchTopicListClose:
		c.unwatch(m)
	case *protocol.GetSchema:
		c.schema(m)
	case *protocol.GetOrCreateSchema:
		c.addSchema(m)
	case *protocol.AuthResponse:
	default:
		if transact(c, m) {
			return nil
		}
		return fmt.Errorf("%w: a client has no %v to say", protocol.ErrMalformed, m.Type())
	}
	return nil
}

// refuse answers a request with an error.
func (c *connection) refuse(q protocol.Question, err error) {
	answer := &protocol.Error{Numbered: protocol.Numbered{RequestID: *q.Request()}, Error: protocol.UnknownError, Message: err.Error()}
	var refusal *memory.Refusal
	if errors.As(err, &refusal) {
		answer.Error = refusal.Code
	}
	c.Tell(answer)
}

func (c *connection) succeed(q protocol.Question) {
	c.Tell(&protocol.Success{Numbered: protocol.Numbered{RequestID: *q.Request()}})
}

func (c *connection) partitions(m *protocol.PartitionedMetadata) {
	answer := &protocol.PartitionedMetadataAnswer{Numbered: m.Numbered, Error: protocol.NoError}
	n, err := c.server.broker.Partitions(m.Topic, m.NoCreation)
	var refusal *memory.Refusal
	if errors.As(err, &refusal) {
		answer.Failed, answer.Error, answer.Message = 1, refusal.Code, refusal.Message
	}
	if answer.Partitions = uint32(n); m.Topic == transaction.Topic {
		answer.Partitions = uint32(c.server.broker.Transactions.Count())
	}
	c.Tell(answer)
}

// lookup answers with the address that the client has reached.
func (c *connection) lookup(m *protocol.Lookup) {
	answer := &protocol.LookupAnswer{Numbered: m.Numbered, Response: protocol.LookupConnect, Authoritative: true, Error: protocol.NoError}
	host := c.socket.LocalAddr().String()
	answer.URL, answer.TLSURL = "pulsar://"+host, "pulsar+ssl://"+host
	if _, err := memory.ParseName(m.Topic); err != nil {
		answer.Response, answer.Error, answer.Message = protocol.LookupFailed, protocol.InvalidTopicName, err.Error()
	}
	c.Tell(answer)
}

// open creates a producer or a consumer. If another client has what is asked for,
// it is asked whether it lives, and its place is taken if not.
func (c *connection) open(q protocol.Question, what opening, try func() error) {
	c.mu.Lock()
	pending := c.opening[what]
	c.mu.Unlock()
	if pending {
		c.refuse(q, &memory.Refusal{Code: protocol.ServiceNotReady, Message: "It is being created already"})
		return
	}
	err := try()
	var taken *memory.TakenError
	if !errors.As(err, &taken) || taken.By == memory.Peer(c) {
		if err != nil {
			c.refuse(q, err)
		}
		return
	}
	other, ok := taken.By.(*connection)
	if !ok {
		c.refuse(q, err)
		return
	}
	c.mark(what, true)
	c.server.running.Go(func() {
		defer c.mark(what, false)
		if other.alive(livenessTime) {
			c.refuse(q, err)
			return
		}
		other.close()
		other.output.wait()
		if err := c.retry(try); err != nil {
			c.refuse(q, err)
		}
	})
}

// retry tries again until the place of a dead client is free.
func (c *connection) retry(try func() error) (err error) {
	for range 100 {
		var taken *memory.TakenError
		if err = try(); !errors.As(err, &taken) || c.output.stopped() {
			return err
		}
		time.Sleep(10 * time.Millisecond)
	}
	return err
}

// mark notes that a creation waits, or does no more.
func (c *connection) mark(what opening, waits bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.opening == nil: // the connection has ended
	case waits:
		c.opening[what] = true
	default:
		delete(c.opening, what)
	}
}

func (c *connection) addProducer(m *protocol.Producer) error {
	c.mu.Lock()
	known := c.producers[m.ProducerID]
	c.mu.Unlock()
	if known != nil {
		c.Tell(&protocol.ProducerSuccess{Numbered: m.Numbered, Name: known.Name, LastSequence: -1, TopicEpoch: protocol.NoEpoch})
		return nil
	}
	var p *memory.Producer
	var answer *protocol.ProducerSuccess
	ready := func(epoch int64) {
		c.Tell(&protocol.ProducerSuccess{Numbered: m.Numbered, Name: p.Name, LastSequence: answer.LastSequence, SchemaVersion: answer.SchemaVersion, TopicEpoch: epoch})
	}
	p, answer, err := c.server.broker.AddProducer(c, m, ready)
	if err != nil {
		return err
	}
	answer.Numbered = m.Numbered
	c.mu.Lock()
	gone := c.producers == nil
	if !gone {
		c.producers[m.ProducerID] = p
		delete(c.closed, m.ProducerID)
	}
	c.mu.Unlock()
	if gone {
		p.Close()
		return nil
	}
	c.Tell(answer)
	return nil
}

func (c *connection) addConsumer(m *protocol.Subscribe) error {
	if c.consumer(m.ConsumerID) != nil {
		c.succeed(m)
		return nil
	}
	consumer, err := c.server.broker.AddConsumer(c, m)
	if err != nil {
		return err
	}
	c.mu.Lock()
	gone := c.consumers == nil
	if !gone {
		c.consumers[m.ConsumerID] = consumer
	}
	c.mu.Unlock()
	if gone {
		consumer.Close()
		return nil
	}
	c.succeed(m)
	return nil
}

func (c *connection) closeProducer(m *protocol.CloseProducer) {
	c.mu.Lock()
	p := c.producers[m.ProducerID]
	delete(c.producers, m.ProducerID)
	c.mu.Unlock()
	if p != nil {
		p.Close()
	}
	c.succeed(m)
}

func (c *connection) closeConsumer(m *protocol.CloseConsumer) {
	c.mu.Lock()
	consumer := c.consumers[m.ConsumerID]
	delete(c.consumers, m.ConsumerID)
	c.mu.Unlock()
	if consumer != nil {
		consumer.Close()
	}
	c.succeed(m)
}

// errNoConsumer refuses what is asked for a consumer that is not there.
func errNoConsumer(id uint64) error {
	return &memory.Refusal{Code: protocol.MetadataError, Message: fmt.Sprintf("Consumer %d not found", id)}
}

func (c *connection) unsubscribe(m *protocol.Unsubscribe) {
	consumer := c.consumer(m.ConsumerID)
	if consumer == nil {
		c.refuse(m, errNoConsumer(m.ConsumerID))
		return
	}
	if err := consumer.Unsubscribe(m.Force); err != nil {
		c.refuse(m, err)
		return
	}
	c.mu.Lock()
	delete(c.consumers, m.ConsumerID)
	c.mu.Unlock()
	c.succeed(m)
}

func (c *connection) seek(m *protocol.Seek) {
	consumer := c.consumer(m.ConsumerID)
	if consumer == nil {
		c.refuse(m, errNoConsumer(m.ConsumerID))
		return
	}
	if err := consumer.Seek(m); err != nil {
		c.refuse(m, err)
		return
	}
	c.succeed(m)
}

func (c *connection) last(m *protocol.GetLastMessageID) {
	consumer := c.consumer(m.ConsumerID)
	if consumer == nil {
		c.refuse(m, errNoConsumer(m.ConsumerID))
		return
	}
	last, mark, err := consumer.Last()
	if err != nil {
		c.refuse(m, err)
		return
	}
	c.Tell(&protocol.GetLastMessageIDAnswer{Numbered: m.Numbered, Last: last, MarkDelete: &mark})
}

func (c *connection) statistics(m *protocol.ConsumerStats) {
	consumer := c.consumer(m.ConsumerID)
	if consumer == nil {
		c.Tell(&protocol.ConsumerStatsAnswer{Numbered: m.Numbered, Error: protocol.ConsumerNotFound, Message: "Consumer not found"})
		return
	}
	answer := consumer.Statistics()
	answer.Numbered = m.Numbered
	c.Tell(&answer)
}
