package wire

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"time"

	"pulsh/session/broker"
	"pulsh/session/broker/protocol"
	"pulsh/session/broker/protocol/conn"
	"pulsh/session/broker/registration"
	"pulsh/session/broker/wire/connect"
	"pulsh/session/broker/wire/names"
	"pulsh/session/broker/wire/position"
	"pulsh/session/delivery"
)

// payloadMost bounds an uncompressed payload in bytes: the size in its metadata is
// not trusted.
const payloadMost = 128 << 20

// subscription is a consumer at the broker, of one topic or partition. It
// outlives connections.
type subscription struct {
	consumer  *consumer
	ctx       context.Context // ends with the topic
	topic     string          // full name
	about     string          // the topic as users name it
	partition int32           // -1 if the topic has none
	id        uint64
	from      broker.Position

	meta   protocol.Metadata // the reader's, as is unpack
	unpack protocol.Decompressor
	keys   names.Names // under the consumer's mu

	senders names.Names // of producers, the reader's as well
	version []byte      // of the last entry's schema, as well

	mu          sync.Mutex
	connection  *connect.Connection // nil while no connection has accepted the consumer
	closedEarly *connect.Connection // closed the consumer before it was attached
	permits     int                 // not yet granted to the broker
	position    position.Position   // of one that is not durable
	acks        acks
	started     bool
	connecting  bool
	closed      bool
	backoff     conn.Backoff
}

func newSubscription(c *consumer, t *topic, name, about string, from broker.Position) *subscription {
	_, partition := protocol.SplitPartition(name)
	s := &subscription{
		consumer: c, ctx: t.ctx, topic: name, about: about, partition: int32(partition), id: c.engine.ids.Add(1), from: from,
		position: position.New(name, from, c.spec.Start),
		backoff:  conn.Backoff{First: connect.RetryFirst, Most: connect.RetryMost},
	}
	s.acks.of = s
	return s
}

// open subscribes for the first time.
func (s *subscription) open(ctx context.Context) error {
	ctx, cancel := context.WithTimeoutCause(ctx, s.consumer.engine.OperationTimeout(), connect.ErrOverdue)
	defer cancel()
	return connect.Retry(ctx, func(ctx context.Context) error { return s.connect(ctx, nil) }, connect.FinalAtFirst)
}

// connect looks the topic up, unless the broker has said where it is, and
// subscribes there.
func (s *subscription) connect(ctx context.Context, to *connect.Endpoint) error {
	engine := s.consumer.engine
	if to == nil {
		at, err := engine.Lookup(ctx, &engine.Receiving, s.topic)
		if err != nil {
			return err
		}
		to = &at
	}
	c, err := engine.Receiving.ConnectSet(ctx, s.consumer.set, *to)
	if err != nil {
		return err
	}
	if err := c.Add(s.id, s, true); err != nil {
		return err
	}
	s.mu.Lock()
	s.closedEarly = nil
	question := s.question()
	s.mu.Unlock()
	body, err := c.Ask(ctx, question)
	if err != nil {
		c.Remove(s.id, true)
		var refusal *conn.Refusal
		if !errors.As(err, &refusal) {
			c.Forget(&protocol.CloseConsumer{ConsumerID: s.id})
		}
		return err
	}
	if _, ok := body.(*protocol.Success); !ok {
		return connect.Unexpected(body)
	}
	return s.attach(c)
}

// question is the SUBSCRIBE. It needs mu.
func (s *subscription) question() *protocol.Subscribe {
	spec := s.consumer.spec
	q := &protocol.Subscribe{
		Topic: s.topic, Subscription: spec.Subscription, SubType: subTypes[spec.Type], ConsumerID: s.id, Name: spec.Name,
		Priority: int32(spec.Priority), NonDurable: spec.NonDurable, ReadCompacted: spec.Compacted, Epoch: protocol.NoEpoch,
		Schema: registration.Of(spec.Schema),
	}
	if s.from == broker.Earliest {
		q.Initial = protocol.Earliest
	}
	if spec.Ranges != nil {
		q.KeyShared = &protocol.KeySharedMeta{Sticky: true}
		for _, r := range spec.Ranges {
			q.KeyShared.Ranges = append(q.KeyShared.Ranges, protocol.HashRange{Start: int32(r.First), End: int32(r.Last)})
		}
	}
	if spec.NonDurable {
		q.Start, q.StartRollback = s.position.Start(), s.position.Rollback()
	}
	return q
}

var subTypes = map[broker.SubscriptionType]protocol.SubType{
	broker.Exclusive: protocol.Exclusive, broker.Shared: protocol.Shared,
	broker.Failover: protocol.Failover, broker.KeyShared: protocol.KeyShared,
}

// attach makes c the connection to receive on, and permits the broker to send a
// queue full of messages: the only place that does.
func (s *subscription) attach(c *connect.Connection) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		c.Remove(s.id, true)
		c.Forget(&protocol.CloseConsumer{ConsumerID: s.id})
		return connect.ErrClosed
	}
	s.started = true
	s.backoff.Reset()
	s.connection, s.permits = c, 0
	s.acks.resend(c)
	c.Tell(&protocol.Flow{ConsumerID: s.id, Permits: uint32(s.consumer.spec.Queue)})
	if s.closedEarly == c || !c.Alive() { // it ended before it was attached
		s.connection = nil
		return connect.LostError{Cause: connect.ErrClosed}
	}
	s.consumer.link.Back(s.topic)
	return nil
}

// Handle handles an event of the connection.
func (s *subscription) Handle(c *connect.Connection, e *conn.Event) {
	switch e.Kind {
	case conn.Delivered:
		s.delivered(c, e)
	case conn.ConsumerClosed:
		m := e.Body.(*protocol.CloseConsumer)
		s.acks.drop() // after a seek they would acknowledge messages that are delivered again
		s.detach(c, endpointNamed(s.consumer.engine, m.URL, m.TLSURL))
	}
}

// Lost handles the end of the connection.
func (s *subscription) Lost(c *connect.Connection, _ error) {
	s.mu.Lock()
	if s.connection == c {
		s.consumer.link.Lost(s.topic)
	}
	s.mu.Unlock()
	s.detach(c, nil)
}

// detach leaves a connection, drops its queued entries and reconnects, at once if
// the broker named an endpoint.
func (s *subscription) detach(c *connect.Connection, to *connect.Endpoint) {
	s.mu.Lock()
	if s.connection != c {
		s.closedEarly = c
		s.mu.Unlock()
		return
	}
	s.connection = nil
	s.mu.Unlock()
	s.consumer.forget(s)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.reconnect(to)
}

// reconnect runs attempts until one succeeds. It needs mu.
func (s *subscription) reconnect(to *connect.Endpoint) {
	if s.connecting || s.closed {
		return
	}
	s.connecting = true
	s.consumer.engine.Start(func() {
		if err := attempts(s.ctx, to, false, s.pause, s.connect); err != nil {
			s.mu.Lock()
			s.closed = true
			s.consumer.link.Drop(s.topic)
			s.mu.Unlock()
			s.consumer.end(connect.Sentence(err, broker.Subject{Topic: s.about, Subscription: s.consumer.spec.Subscription}))
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		s.connecting = false
		if s.connection == nil && s.ctx.Err() == nil {
			s.reconnect(nil) // it was lost between
		}
	})
}

func (s *subscription) pause() time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.backoff.Next(rand.Float64())
}

// delivered queues an entry. Its bytes stay where they were read.
func (s *subscription) delivered(c *connect.Connection, event *conn.Event) {
	m := event.Message
	t := &tracker{from: s, ledger: m.ID.Ledger, entry: m.ID.Entry}
	stored, err := protocol.ParseEntry(event.Rest)
	if err == nil {
		err = s.meta.Decode(stored.Metadata)
	}
	if err != nil || !stored.Verify() {
		s.reject(t, protocol.ChecksumMismatch, 1)
		return
	}
	why := s.unreadable()
	batched := s.meta.Batch && why == broker.Readable
	e := &entry{from: s, tracker: t, rest: stored.Payload, whole: !batched, unreadable: why, redelivery: m.RedeliveryCount}
	if s.meta.IsMarker {
		s.acks.add(t)
		s.grant(1)
		return
	}
	if s.meta.Compression != protocol.None && why == broker.Readable {
		e.rest, err = s.unpack.Decompress(nil, stored.Payload, s.meta.Compression, s.meta.UncompressedSize, payloadMost)
		if err != nil {
			s.reject(t, protocol.DecompressionError, max(int(s.meta.BatchSize), 1))
			return
		}
	}
	messages := 1
	if s.meta.Batch {
		if messages = int(s.meta.BatchSize); messages <= 0 || messages > s.mostMessages(e) {
			s.reject(t, protocol.BatchDeSerializeError, max(messages, 1))
			return
		}
		t.expect(messages, m.AckSet)
		e.deliver = append(e.deliver, m.AckSet...)
	}
	c.Hold()
	s.keep(e)
	if s.passedOver(e) {
		s.grant(messages)
		return
	}
	e.handles = make([]handle, messages)
	for i := range e.handles {
		e.handles[i] = handle{t, int32(i)}
	}
	s.consumer.push(e, messages-int(e.next))
}

// unreadable returns why the payload of the present entry is not to be read.
func (s *subscription) unreadable() broker.Unreadable {
	switch {
	case s.meta.Encrypted():
		return broker.EncryptedMessage
	case s.meta.Chunks > 1:
		return broker.ChunkOfMessage
	}
	return broker.Readable
}

// unreadMost is how many messages an entry has at most that cannot be read: its
// metadata is not trusted with more memory.
const unreadMost = 1 << 20

// mostMessages returns how many messages an entry can have.
func (s *subscription) mostMessages(e *entry) int {
	if e.unreadable != broker.Readable {
		return unreadMost
	}
	return len(e.rest) / leastBytes
}

// leastBytes is what each message takes in a batch: the size of its metadata, and
// in that the size of its body.
const leastBytes = 6

// keep copies the metadata that the messages of an entry need.
func (s *subscription) keep(e *entry) {
	e.published = published(s.meta.PublishTime)
	e.fingerprint = delivery.EntryFingerprint(int64(e.tracker.ledger), int64(e.tracker.entry), s.partition)
	if !bytes.Equal(s.version, s.meta.SchemaVersion) {
		s.version = bytes.Clone(s.meta.SchemaVersion)
	}
	e.version = s.version
	if s.consumer.spec.Reader {
		e.keepRare(&s.meta, &s.senders)
	}
	if !e.whole {
		return
	}
	if s.meta.KeySet {
		e.key = string(s.meta.PartitionKey)
	}
	e.details = details{s.meta.OrderingKey, s.meta.EventTime, append([]protocol.Property(nil), s.meta.Properties...)}
}

// passedOver reports whether a subscription that is not durable has taken all of an entry before,
// or begins after it. Of one that was taken in part the rest is delivered.
func (s *subscription) passedOver(e *entry) bool {
	if !s.consumer.spec.NonDurable {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	t := e.tracker
	all, first := s.position.Before(t.ledger, t.entry, t.size)
	for range first {
		if e.whole {
			break
		}
		var single protocol.Single
		var err error
		if _, e.rest, err = protocol.NextInBatch(e.rest, &single); err != nil {
			return true
		}
	}
	e.next = max(e.next, first)
	return all || s.position.TooEarly(e.published)
}

// reject acknowledges an entry that cannot be read, and says why.
func (s *subscription) reject(t *tracker, why int32, messages int) {
	s.mu.Lock()
	if s.connection != nil {
		s.connection.Tell(&protocol.Ack{ConsumerID: s.id, IDs: []protocol.MessageID{t.id()}, Validation: why})
	}
	s.mu.Unlock()
	if tell := s.consumer.spec.Discarded; tell != nil {
		tell(protocol.ValidationText(why))
	}
	s.grant(messages)
}

// damaged deals with a batch that is cut short.
func (s *subscription) damaged(t *tracker) { s.reject(t, protocol.BatchDeSerializeError, 0) }

// compacted reports whether the topic is read compacted.
func (s *subscription) compacted() bool { return s.consumer.spec.Compacted }

// ackCompacted acknowledges a message of a batch that compaction has removed.
func (s *subscription) ackCompacted(h *handle) { s.acks.addOne(h.of, h.index) }

// taken notes that messages of an entry have left the queue.
func (s *subscription) taken(e *entry, n int) {
	if s.consumer.spec.NonDurable {
		s.mu.Lock()
		s.position.Taken(e.tracker.ledger, e.tracker.entry, e.next)
		s.mu.Unlock()
	}
	if e.deliver != nil { // the broker counts only the messages that it wants delivered
		counted := 0
		for i := int(e.next) - n; i < int(e.next); i++ {
			if e.deliver.Holds(i) {
				counted++
			}
		}
		n = counted
	}
	s.grant(n)
}

// grant adds permits, and sends them when they are half of the queue.
func (s *subscription) grant(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.permits += n
	if s.connection != nil && s.permits >= max(s.consumer.spec.Queue/2, 1) {
		s.connection.Tell(&protocol.Flow{ConsumerID: s.id, Permits: uint32(s.permits)})
		s.permits = 0
	}
}

// flush sends the queued acknowledgements.
func (s *subscription) flush() { s.acks.flush() }

// close ends the subscription's consumer at the broker.
func (s *subscription) close(ctx context.Context) {
	s.acks.close()
	s.mu.Lock()
	c := s.connection
	s.closed, s.connection = true, nil
	s.consumer.link.Drop(s.topic)
	s.mu.Unlock()
	if c != nil {
		_, _ = c.Ask(ctx, &protocol.CloseConsumer{ConsumerID: s.id}) // a broker that does not answer has closed it with the connection
		c.Remove(s.id, true)
	}
}
