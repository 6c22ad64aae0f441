package wire

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"time"

	"pulsh/session/broker"
	"pulsh/session/broker/protocol"
	"pulsh/session/broker/protocol/conn"
	"pulsh/session/broker/wire/connect"
	"pulsh/session/connections"
)

// item is an entry that a sender has sent. Its methods are called once, without
// locks, except retain.
type item interface {
	// acked says that the entry is stored.
	acked()
	// refused says that it failed, and may be stored all the same.
	refused(category broker.Category, text string)
	// retain keeps the memory of the frame: a live connection may still send it,
	// even after the answer. It is called under the sender's mu.
	retain()
}

// sender is a producer at the broker, of one topic or partition: its connection
// and the unanswered entries. It outlives connections.
type sender struct {
	engine  *Engine
	ctx     context.Context // ends with the producer
	topic   string          // full name
	about   string          // the topic as users name it
	set     connect.Set     // of connections that it uses
	id      uint64
	timeout time.Duration    // of an entry; 0 for none
	access  int32            // the protocol's access mode
	schema  *protocol.Schema // of its entries; nil for none

	transactional bool // it sends in transactions

	link   *connections.Member // is told of lost connections; nil for none
	unsent func() []item       // removes and returns the entries that are not sent yet; called under mu
	ending func(cause error)   // called when the producer ends, before its entries fail
	ended  func(cause error)   // and after

	mu          sync.Mutex
	name        string              // in force at the broker
	connection  *connect.Connection // nil while no connection has accepted the producer
	closedEarly *connect.Connection // closed the producer before it was attached
	window      conn.Window[item]
	next        uint64 // sequence id
	version     []byte // of the schema at the broker; nil without one
	most        int    // bytes of a message that the broker takes
	epoch       uint64
	started     bool // it was accepted once
	connecting  bool
	closed      bool
	why         failure // why the producer ended; later entries fail with it
	backoff     conn.Backoff
	expiring    *time.Timer
}

// failure is why an entry failed.
type failure struct {
	category broker.Category
	text     string
}

func newSender(e *Engine, ctx context.Context, topic, about, name string, timeout time.Duration) *sender {
	return &sender{
		engine: e, ctx: ctx, topic: topic, about: about, id: e.ids.Add(1), name: name, timeout: timeout,
		unsent: func() []item { return nil }, ending: func(error) {}, ended: func(error) {},
		most: protocol.MaxMessageSize, backoff: conn.Backoff{First: connect.RetryFirst, Most: connect.RetryMost},
	}
}

// push sends an entry whose frame has the sequence ids from first to last. It
// needs mu.
func (s *sender) push(first, last uint64, frame []byte, value item) {
	s.window.Push(conn.Pending[item]{First: first, Last: last, Frame: frame, Sent: s.engine.Now(), Value: value})
	if s.connection != nil {
		s.connection.Send(frame)
	}
}

// open connects for the first time.
func (s *sender) open(ctx context.Context) error {
	ctx, cancel := context.WithTimeoutCause(ctx, s.engine.OperationTimeout(), connect.ErrOverdue)
	defer cancel()
	err := connect.Retry(ctx, func(ctx context.Context) error { return s.connect(ctx, nil) }, connect.FinalAtFirst)
	if err != nil {
		return err
	}
	if s.timeout > 0 {
		s.mu.Lock()
		s.expiring = time.AfterFunc(expiry(s.timeout), s.expire)
		s.mu.Unlock()
	}
	return nil
}

// connect looks the partition up, unless the broker has said where it is, and
// creates the producer there. Unanswered entries are sent again before new ones.
func (s *sender) connect(ctx context.Context, to *connect.Endpoint) error {
	if to == nil {
		at, err := s.engine.Lookup(ctx, &s.engine.Sending, s.topic)
		if err != nil {
			return err
		}
		to = &at
	}
	c, err := s.engine.Sending.ConnectSet(ctx, s.set, *to)
	if err != nil {
		return err
	}
	if err := c.Add(s.id, s, false); err != nil {
		return err
	}
	s.mu.Lock()
	question := &protocol.Producer{Topic: s.topic, ProducerID: s.id, Name: s.name, Epoch: s.epoch, AccessMode: s.access, TopicEpoch: protocol.NoEpoch, Transactional: s.transactional, Schema: s.schema}
	s.epoch++
	s.closedEarly = nil
	s.mu.Unlock()
	body, err := c.Ask(ctx, question)
	if err != nil {
		s.leave(c, err)
		return err
	}
	success, ok := body.(*protocol.ProducerSuccess)
	if !ok {
		return connect.Unexpected(body)
	}
	return s.attach(c, success)
}

// leave takes back a PRODUCER that was not answered with success: the broker may
// still carry it out, and would keep the name.
func (s *sender) leave(c *connect.Connection, err error) {
	c.Remove(s.id, false)
	var refusal *conn.Refusal
	if !errors.As(err, &refusal) {
		c.Forget(&protocol.CloseProducer{ProducerID: s.id})
	}
}

// attach makes c the connection to send on.
func (s *sender) attach(c *connect.Connection, success *protocol.ProducerSuccess) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		c.Remove(s.id, false)
		c.Forget(&protocol.CloseProducer{ProducerID: s.id})
		return connect.ErrClosed
	}
	if !s.started {
		s.started, s.name, s.next = true, success.Name, uint64(success.LastSequence+1)
	}
	s.most, s.version = c.MaxMessage(), success.SchemaVersion
	s.backoff.Reset()
	s.connection = c
	s.window.Each(func(p *conn.Pending[item]) { c.Send(p.Frame) })
	if s.closedEarly == c || !c.Alive() { // it ended before it was attached
		s.connection = nil
		return connect.LostError{Cause: connect.ErrClosed}
	}
	s.link.Back(s.topic)
	return nil
}

// Handle handles an event of the connection.
func (s *sender) Handle(c *connect.Connection, e *conn.Event) {
	switch e.Kind {
	case conn.Receipt:
		s.receipt(c, e.Receipt)
	case conn.SendRefused:
		s.refused(c, e.Body.(*protocol.SendError))
	case conn.ProducerClosed:
		s.movedTo(c, e.Body.(*protocol.CloseProducer))
	}
}

// receipt handles a SEND_RECEIPT: the broker has stored an entry.
func (s *sender) receipt(c *connect.Connection, r *protocol.SendReceipt) {
	s.mu.Lock()
	pending, verdict := s.window.Receipt(r.Sequence)
	s.mu.Unlock()
	switch verdict {
	case conn.Gap:
		c.Fail(conn.ErrOrder)
	case conn.Matched:
		pending.Value.acked()
	}
}

// refused handles a SEND_ERROR. Depending on the error the entry fails, all
// entries fail, the producer ends, or all entries are sent again.
func (s *sender) refused(c *connect.Connection, e *protocol.SendError) {
	refusal := &conn.Refusal{Code: e.Error, Message: e.Message}
	switch {
	case e.Error == protocol.NotAllowedError:
		s.mu.Lock()
		pending, verdict := s.window.Refused(e.Sequence)
		s.mu.Unlock()
		if verdict == conn.Matched {
			category, text := classify(refusal, s.about)
			pending.Value.refused(category, text)
		}
	case e.Error == protocol.ProducerBlockedQuotaException:
		category, text := classify(refusal, s.about)
		s.drop(category, text)
		c.Forget(&protocol.CloseProducer{ProducerID: s.id})
		s.detach(c, nil)
	case connect.Final(refusal):
		s.finish(refusal)
	default:
		c.Forget(&protocol.CloseProducer{ProducerID: s.id})
		s.detach(c, nil)
	}
}

// classify is the category of an error and its text in the list of failures.
func classify(err error, topic string) (broker.Category, string) {
	said := connect.Sentence(err, broker.Subject{Topic: topic})
	return broker.Classify(said), said.Error()
}

// drop fails all that is not answered or not sent.
func (s *sender) drop(category broker.Category, text string) {
	s.mu.Lock()
	var dropped []item
	for p, ok := s.window.Take(); ok; p, ok = s.window.Take() {
		dropped = append(dropped, p.Value)
	}
	dropped = append(dropped, s.unsent()...)
	s.mu.Unlock()
	for _, b := range dropped {
		b.refused(category, text)
	}
}

// finish ends the producer: no later attempt can succeed.
func (s *sender) finish(cause error) {
	category, text := classify(cause, s.about)
	s.mu.Lock()
	s.closed, s.why = true, failure{category, text}
	s.link.Drop(s.topic)
	s.mu.Unlock()
	s.ending(cause)
	s.drop(category, text)
	s.ended(cause)
}

// movedTo follows the broker's close: to the broker that it names, or by a
// lookup.
func (s *sender) movedTo(c *connect.Connection, m *protocol.CloseProducer) {
	s.detach(c, endpointNamed(s.engine, m.URL, m.TLSURL))
}

// Lost handles the end of the connection.
func (s *sender) Lost(c *connect.Connection, _ error) {
	s.mu.Lock()
	if s.connection == c {
		s.link.Lost(s.topic)
	}
	s.mu.Unlock()
	s.detach(c, nil)
}

// detach leaves a connection and reconnects, at once if the broker named an
// endpoint.
func (s *sender) detach(c *connect.Connection, to *connect.Endpoint) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.connection != c {
		s.closedEarly = c
		return
	}
	s.connection = nil
	if c.Alive() {
		c.Remove(s.id, false)
		s.window.Each(func(p *conn.Pending[item]) { p.Value.retain() })
	}
	s.reconnect(to)
}

// reconnect runs attempts until one succeeds. It needs mu.
func (s *sender) reconnect(to *connect.Endpoint) {
	if s.connecting || s.closed {
		return
	}
	s.connecting = true
	s.engine.Start(func() {
		// Without an endpoint from the broker the first attempt waits too.
		if err := attempts(s.ctx, to, to == nil, s.pause, s.connect); err != nil {
			s.finish(err)
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		s.connecting = false
		if s.connection == nil && s.ctx.Err() == nil {
			s.reconnect(nil) // it was lost between
		}
	})
}

func (s *sender) pause() time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.backoff.Next(rand.Float64())
}

// expire fails the entries that are older than the timeout.
func (s *sender) expire() {
	now := s.engine.Now()
	s.mu.Lock()
	var late []item
	for p, ok := s.window.Expired(now, s.timeout); ok; p, ok = s.window.Expired(now, s.timeout) {
		late = append(late, p.Value) // not to be used again: its frame may still wait to be sent
	}
	if !s.closed {
		s.expiring.Reset(expiry(s.timeout))
	}
	s.mu.Unlock()
	for _, b := range late {
		b.refused(broker.Timeout, "no receipt within "+s.timeout.String())
	}
}

// close closes the producer at the broker. Messages in flight stay unanswered.
func (s *sender) close(ctx context.Context) {
	s.mu.Lock()
	c := s.connection
	s.closed, s.connection = true, nil
	s.link.Drop(s.topic)
	if s.expiring != nil {
		s.expiring.Stop()
	}
	s.mu.Unlock()
	if c != nil {
		_, _ = c.Ask(ctx, &protocol.CloseProducer{ProducerID: s.id}) // a broker that does not answer has closed it with the connection
		c.Remove(s.id, false)
	}
}
