package wire

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"pulsh/session/broker"
	"pulsh/session/broker/protocol"
	"pulsh/session/broker/protocol/conn"
)

// freeMost is how many batches a part keeps for use again: more were in flight
// at once only for a while.
const freeMost = 64

// part is a producer on one partition: what it gathers, what it has sent, and
// its connection. It outlives connections.
type part struct {
	*producer
	topic string // full name of the partition
	id    uint64

	mu       sync.Mutex
	name     string // in force at the broker
	link     *link  // nil while there is none that has accepted the producer
	gone     *link  // that has closed the producer before it was attached
	gathered []*batch
	gather   int   // messages in gathered
	payload  int   // bytes of their payloads
	opened   int64 // when the first of them came, in the engine's time
	armed    bool  // the timer runs
	timer    *time.Timer
	window   conn.Window[*batch]
	next     uint64 // sequence id
	free     []*batch
	packer   *protocol.Compressor
	scratch  protocol.Builder
	most     int // bytes of a message that the broker takes
	send     protocol.Send
	meta     protocol.Metadata

	epoch      uint64
	started    bool // it was accepted once
	connecting bool
	closed     bool
	backoff    conn.Backoff
	expiring   *time.Timer
}

func newPart(p *producer, topic string) *part {
	t := &part{
		producer: p, topic: topic, id: p.engine.ids.Add(1), name: p.spec.Name, most: protocol.MaxMessageSize,
		backoff: conn.Backoff{First: retryFirst, Most: retryMost},
	}
	t.packer, _ = protocol.NewCompressor(p.codec) // every codec of codecs is known
	return t
}

// open connects for the first time.
func (t *part) open(ctx context.Context) error {
	ctx, cancel := context.WithTimeoutCause(ctx, operationTimeout, errOverdue)
	defer cancel()
	err := retry(ctx, func(ctx context.Context) error { return t.connect(ctx, nil) }, finalAtFirst)
	if err != nil {
		return err
	}
	if t.spec.Timeout > 0 {
		t.mu.Lock()
		t.expiring = time.AfterFunc(expiry(t.spec.Timeout), t.expire)
		t.mu.Unlock()
	}
	return nil
}

// connect looks the partition up, unless the broker has said where it is, and
// creates the producer there. What was not answered is sent again before
// anything new.
func (t *part) connect(ctx context.Context, to *place) error {
	if to == nil {
		at, err := t.engine.lookup(ctx, &t.engine.sending, t.topic)
		if err != nil {
			return err
		}
		to = &at
	}
	l, err := t.engine.sending.link(ctx, *to)
	if err != nil {
		return err
	}
	if err := l.add(t.id, t, false); err != nil {
		return err
	}
	t.mu.Lock()
	question := &protocol.Producer{Topic: t.topic, ProducerID: t.id, Name: t.name, Epoch: t.epoch, TopicEpoch: protocol.NoEpoch}
	t.epoch++
	t.gone = nil
	t.mu.Unlock()
	body, err := l.ask(ctx, question)
	if err != nil {
		t.leave(l, err)
		return err
	}
	success, ok := body.(*protocol.ProducerSuccess)
	if !ok {
		return unexpected(body)
	}
	return t.attach(l, success)
}

// leave takes back a PRODUCER that was not answered with success: the broker may
// still carry it out, and would keep the name.
func (t *part) leave(l *link, err error) {
	l.remove(t.id, false)
	var refusal *conn.Refusal
	if !errors.As(err, &refusal) {
		l.forgetProducer(t.id)
	}
}

// attach makes a link the one to send on.
func (t *part) attach(l *link, success *protocol.ProducerSuccess) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed {
		l.remove(t.id, false)
		l.forgetProducer(t.id)
		return errClosed
	}
	if !t.started {
		t.started, t.name, t.next = true, success.Name, uint64(success.LastSequence+1)
	}
	t.most = l.maxMessage()
	t.backoff.Reset()
	t.link = l
	t.window.Each(func(p *conn.Pending[*batch]) { l.send(p.Frame) })
	if t.gone == l || !l.alive() { // its end was told before the link was ours
		t.link = nil
		return lostError{errClosed}
	}
	return nil
}

// happened is an event of the link.
func (t *part) happened(l *link, e *conn.Event) {
	switch e.Kind {
	case conn.Receipt:
		t.receipt(l, e.Receipt)
	case conn.SendRefused:
		t.refused(l, e.Body.(*protocol.SendError))
	case conn.ProducerClosed:
		t.movedTo(l, e.Body.(*protocol.CloseProducer))
	}
}

// receipt accounts for what the broker has stored.
func (t *part) receipt(l *link, r *protocol.SendReceipt) {
	t.mu.Lock()
	pending, verdict := t.window.Receipt(r.Sequence)
	t.mu.Unlock()
	switch verdict {
	case conn.Gap:
		l.fail(conn.ErrOrder)
	case conn.Matched:
		pending.Value.acked(t.producer, t.spec.Clock())
		t.reuse(pending.Value)
	}
}

func (t *part) reuse(b *batch) {
	t.mu.Lock()
	t.keep(b)
	t.mu.Unlock()
}

// keep takes a batch back that nobody needs. It needs mu.
func (t *part) keep(b *batch) {
	if !b.lent && len(t.free) < freeMost {
		t.free = append(t.free, b)
	}
}

// refused deals with what the broker has not stored: by the error it is given
// up, all that waits is, the producer is, or all is sent again.
func (t *part) refused(l *link, e *protocol.SendError) {
	refusal := &conn.Refusal{Code: e.Error, Message: e.Message}
	switch {
	case e.Error == protocol.NotAllowedError:
		t.mu.Lock()
		pending, verdict := t.window.Refused(e.Sequence)
		t.mu.Unlock()
		if verdict == conn.Matched {
			category, text := told(refusal, t.spec.Topic)
			t.refuse(pending.Value, category, text)
		}
	case e.Error == protocol.ProducerBlockedQuotaException:
		category, text := told(refusal, t.spec.Topic)
		t.drop(category, text)
		l.forgetProducer(t.id)
		t.detach(l, nil)
	case final(refusal):
		t.finish(refusal)
	default:
		l.forgetProducer(t.id)
		t.detach(l, nil)
	}
}

// told is the category of an error and its text in the list of failures.
func told(err error, topic string) (broker.Category, string) {
	said := sentence(err, topic)
	return broker.Classify(said), said.Error()
}

// drop fails all that is not answered or not sent.
func (t *part) drop(category broker.Category, text string) {
	t.mu.Lock()
	dropped := t.takeAll()
	t.mu.Unlock()
	for _, b := range dropped {
		t.refuse(b, category, text)
	}
}

// takeAll empties window and batches. It needs mu.
func (t *part) takeAll() (all []*batch) {
	for p, ok := t.window.Take(); ok; p, ok = t.window.Take() {
		all = append(all, p.Value)
	}
	all = append(all, t.gathered...)
	t.gathered, t.gather, t.payload = nil, 0, 0
	return all
}

// finish gives the producer up for good.
func (t *part) finish(cause error) {
	t.producer.room.block()
	t.mu.Lock()
	t.closed = true
	t.mu.Unlock()
	category, text := told(cause, t.spec.Topic)
	t.drop(category, text)
	t.giveUp(cause)
}

// movedTo follows the broker's close: to the broker that it names, or by a
// lookup.
func (t *part) movedTo(l *link, m *protocol.CloseProducer) {
	var to *place
	if m.URL != "" || m.TLSURL != "" {
		if at, err := t.engine.placeOf(m.URL, m.TLSURL, place{}, false); err == nil {
			to = &at
		}
	}
	t.detach(l, to)
}

// lost is the end of the link.
func (t *part) lost(l *link, _ error) { t.detach(l, nil) }

// detach leaves a link and connects anew, at once if the broker said where.
func (t *part) detach(l *link, to *place) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.link != l {
		t.gone = l
		return
	}
	t.link = nil
	if l.alive() {
		l.remove(t.id, false)
		t.window.Each(func(p *conn.Pending[*batch]) { p.Value.lent = true })
	}
	t.reconnect(to)
}

// reconnect runs attempts until one succeeds. It needs mu.
func (t *part) reconnect(to *place) {
	if t.connecting || t.closed {
		return
	}
	t.connecting = true
	t.engine.running.Go(func() {
		for {
			if to == nil && !sleep(t.ctx, t.pause()) {
				break
			}
			ctx, cancel := context.WithTimeoutCause(t.ctx, operationTimeout, errOverdue)
			err := t.connect(ctx, to)
			cancel()
			to = nil
			if err == nil || t.ctx.Err() != nil {
				break
			}
			if final(err) {
				t.finish(err)
				break
			}
		}
		t.mu.Lock()
		defer t.mu.Unlock()
		t.connecting = false
		if t.link == nil && t.ctx.Err() == nil {
			t.reconnect(nil) // it was lost between
		}
	})
}

func (t *part) pause() time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.backoff.Next(rand.Float64())
}

// expire fails what has waited longer than the timeout.
func (t *part) expire() {
	now := t.engine.now()
	t.mu.Lock()
	var late []*batch
	for p, ok := t.window.Expired(now, t.spec.Timeout); ok; p, ok = t.window.Expired(now, t.spec.Timeout) {
		late = append(late, p.Value) // not to be used again: its frame may still wait to be sent
	}
	if !t.closed {
		t.expiring.Reset(expiry(t.spec.Timeout))
	}
	t.mu.Unlock()
	for _, b := range late {
		t.refuse(b, broker.Timeout, "no receipt within "+t.spec.Timeout.String())
	}
}

// close ends the part at the broker. What is in flight stays so.
func (t *part) close(ctx context.Context) {
	t.mu.Lock()
	l := t.link
	t.closed, t.link = true, nil
	for _, timer := range []*time.Timer{t.timer, t.expiring} {
		if timer != nil {
			timer.Stop()
		}
	}
	t.mu.Unlock()
	if l != nil {
		_, _ = l.ask(ctx, &protocol.CloseProducer{ProducerID: t.id}) // a broker that does not answer has closed it with the connection
		l.remove(t.id, false)
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
	t.gather, t.payload = 0, 0
}
