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
)

// item is an entry that a sender has sent. Its methods are called once, without
// locks, but for lend.
type item interface {
	// acked says that the entry is stored.
	acked()
	// refused says that it failed, and may be stored all the same.
	refused(category broker.Category, text string)
	// lend says that a connection that lives may still send the frame, after
	// the answer as well. It is called under the sender's mu.
	lend()
}

// sender is a producer at the broker, of one topic or partition: its connection
// and what was sent and is not answered. It outlives connections.
type sender struct {
	engine  *Engine
	ctx     context.Context // ends with the producer
	topic   string          // full name
	about   string          // the topic as users name it
	id      uint64
	timeout time.Duration // of an entry; 0 for none

	gatheredNow func() []item     // takes what is not sent yet; called under mu
	ending      func(cause error) // called when it is given up, before what waits fails
	ended       func(cause error) // and after

	mu         sync.Mutex
	name       string // in force at the broker
	link       *link  // nil while there is none that has accepted the producer
	gone       *link  // that has closed the producer before it was attached
	window     conn.Window[item]
	next       uint64 // sequence id
	most       int    // bytes of a message that the broker takes
	epoch      uint64
	started    bool // it was accepted once
	connecting bool
	closed     bool
	backoff    conn.Backoff
	expiring   *time.Timer
}

func newSender(e *Engine, ctx context.Context, topic, about, name string, timeout time.Duration) *sender {
	return &sender{
		engine: e, ctx: ctx, topic: topic, about: about, id: e.ids.Add(1), name: name, timeout: timeout,
		gatheredNow: func() []item { return nil }, ending: func(error) {}, ended: func(error) {},
		most: protocol.MaxMessageSize, backoff: conn.Backoff{First: retryFirst, Most: retryMost},
	}
}

// push sends an entry whose frame has the sequence ids from first to last. It
// needs mu.
func (s *sender) push(first, last uint64, frame []byte, value item) {
	s.window.Push(conn.Pending[item]{First: first, Last: last, Frame: frame, Sent: s.engine.now(), Value: value})
	if s.link != nil {
		s.link.send(frame)
	}
}

// open connects for the first time.
func (s *sender) open(ctx context.Context) error {
	ctx, cancel := context.WithTimeoutCause(ctx, operationTimeout, errOverdue)
	defer cancel()
	err := retry(ctx, func(ctx context.Context) error { return s.connect(ctx, nil) }, finalAtFirst)
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
// creates the producer there. What was not answered is sent again before
// anything new.
func (s *sender) connect(ctx context.Context, to *place) error {
	if to == nil {
		at, err := s.engine.lookup(ctx, &s.engine.sending, s.topic)
		if err != nil {
			return err
		}
		to = &at
	}
	l, err := s.engine.sending.link(ctx, *to)
	if err != nil {
		return err
	}
	if err := l.add(s.id, s, false); err != nil {
		return err
	}
	s.mu.Lock()
	question := &protocol.Producer{Topic: s.topic, ProducerID: s.id, Name: s.name, Epoch: s.epoch, TopicEpoch: protocol.NoEpoch}
	s.epoch++
	s.gone = nil
	s.mu.Unlock()
	body, err := l.ask(ctx, question)
	if err != nil {
		s.leave(l, err)
		return err
	}
	success, ok := body.(*protocol.ProducerSuccess)
	if !ok {
		return unexpected(body)
	}
	return s.attach(l, success)
}

// leave takes back a PRODUCER that was not answered with success: the broker may
// still carry it out, and would keep the name.
func (s *sender) leave(l *link, err error) {
	l.remove(s.id, false)
	var refusal *conn.Refusal
	if !errors.As(err, &refusal) {
		l.forget(&protocol.CloseProducer{ProducerID: s.id})
	}
}

// attach makes a link the one to send on.
func (s *sender) attach(l *link, success *protocol.ProducerSuccess) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		l.remove(s.id, false)
		l.forget(&protocol.CloseProducer{ProducerID: s.id})
		return errClosed
	}
	if !s.started {
		s.started, s.name, s.next = true, success.Name, uint64(success.LastSequence+1)
	}
	s.most = l.maxMessage()
	s.backoff.Reset()
	s.link = l
	s.window.Each(func(p *conn.Pending[item]) { l.send(p.Frame) })
	if s.gone == l || !l.alive() { // its end was told before the link was ours
		s.link = nil
		return lostError{errClosed}
	}
	return nil
}

// happened is an event of the link.
func (s *sender) happened(l *link, e *conn.Event) {
	switch e.Kind {
	case conn.Receipt:
		s.receipt(l, e.Receipt)
	case conn.SendRefused:
		s.refused(l, e.Body.(*protocol.SendError))
	case conn.ProducerClosed:
		s.movedTo(l, e.Body.(*protocol.CloseProducer))
	}
}

// receipt accounts for what the broker has stored.
func (s *sender) receipt(l *link, r *protocol.SendReceipt) {
	s.mu.Lock()
	pending, verdict := s.window.Receipt(r.Sequence)
	s.mu.Unlock()
	switch verdict {
	case conn.Gap:
		l.fail(conn.ErrOrder)
	case conn.Matched:
		pending.Value.acked()
	}
}

// refused deals with what the broker has not stored: by the error it is given
// up, all that waits is, the producer is, or all is sent again.
func (s *sender) refused(l *link, e *protocol.SendError) {
	refusal := &conn.Refusal{Code: e.Error, Message: e.Message}
	switch {
	case e.Error == protocol.NotAllowedError:
		s.mu.Lock()
		pending, verdict := s.window.Refused(e.Sequence)
		s.mu.Unlock()
		if verdict == conn.Matched {
			category, text := told(refusal, s.about)
			pending.Value.refused(category, text)
		}
	case e.Error == protocol.ProducerBlockedQuotaException:
		category, text := told(refusal, s.about)
		s.drop(category, text)
		l.forget(&protocol.CloseProducer{ProducerID: s.id})
		s.detach(l, nil)
	case final(refusal):
		s.finish(refusal)
	default:
		l.forget(&protocol.CloseProducer{ProducerID: s.id})
		s.detach(l, nil)
	}
}

// told is the category of an error and its text in the list of failures.
func told(err error, topic string) (broker.Category, string) {
	said := sentence(err, topic)
	return broker.Classify(said), said.Error()
}

// drop fails all that is not answered or not sent.
func (s *sender) drop(category broker.Category, text string) {
	s.mu.Lock()
	var dropped []item
	for p, ok := s.window.Take(); ok; p, ok = s.window.Take() {
		dropped = append(dropped, p.Value)
	}
	dropped = append(dropped, s.gatheredNow()...)
	s.mu.Unlock()
	for _, b := range dropped {
		b.refused(category, text)
	}
}

// finish gives the producer up for good.
func (s *sender) finish(cause error) {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.ending(cause)
	category, text := told(cause, s.about)
	s.drop(category, text)
	s.ended(cause)
}

// movedTo follows the broker's close: to the broker that it names, or by a
// lookup.
func (s *sender) movedTo(l *link, m *protocol.CloseProducer) {
	var to *place
	if m.URL != "" || m.TLSURL != "" {
		if at, err := s.engine.placeOf(m.URL, m.TLSURL, place{}, false); err == nil {
			to = &at
		}
	}
	s.detach(l, to)
}

// lost is the end of the link.
func (s *sender) lost(l *link, _ error) { s.detach(l, nil) }

// detach leaves a link and connects anew, at once if the broker said where.
func (s *sender) detach(l *link, to *place) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.link != l {
		s.gone = l
		return
	}
	s.link = nil
	if l.alive() {
		l.remove(s.id, false)
		s.window.Each(func(p *conn.Pending[item]) { p.Value.lend() })
	}
	s.reconnect(to)
}

// reconnect runs attempts until one succeeds. It needs mu.
func (s *sender) reconnect(to *place) {
	if s.connecting || s.closed {
		return
	}
	s.connecting = true
	s.engine.running.Go(func() {
		for {
			if to == nil && !sleep(s.ctx, s.pause()) {
				break
			}
			ctx, cancel := context.WithTimeoutCause(s.ctx, operationTimeout, errOverdue)
			err := s.connect(ctx, to)
			cancel()
			to = nil
			if err == nil || s.ctx.Err() != nil {
				break
			}
			if final(err) {
				s.finish(err)
				break
			}
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		s.connecting = false
		if s.link == nil && s.ctx.Err() == nil {
			s.reconnect(nil) // it was lost between
		}
	})
}

func (s *sender) pause() time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.backoff.Next(rand.Float64())
}

// expire fails what has waited longer than the timeout.
func (s *sender) expire() {
	now := s.engine.now()
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

// close ends the producer at the broker. What is in flight stays so.
func (s *sender) close(ctx context.Context) {
	s.mu.Lock()
	l := s.link
	s.closed, s.link = true, nil
	if s.expiring != nil {
		s.expiring.Stop()
	}
	s.mu.Unlock()
	if l != nil {
		_, _ = l.ask(ctx, &protocol.CloseProducer{ProducerID: s.id}) // a broker that does not answer has closed it with the connection
		l.remove(s.id, false)
	}
}
