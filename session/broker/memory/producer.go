package memory

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"pulsh/session/broker/memory/figures"
	"pulsh/session/broker/memory/log"
	"pulsh/session/broker/protocol"
)

// Producer is a client's producer on a topic.
type Producer struct {
	ID    uint64 // per connection
	Name  string
	topic *Topic
	peer  Peer
	epoch uint64
	mode  int32

	closed          bool
	messages, bytes int64
	rate            figures.Rate
	since           time.Time
	ready           func(epoch int64) // tells a waiting producer that it may send
}

// Topic returns the producer's topic.
func (p *Producer) Topic() *Topic { return p.topic }

// AddProducer creates a producer. A producer that has to wait is told by ready when
// its turn has come. The answer says all but the request id.
func (b *Broker) AddProducer(peer Peer, m *protocol.Producer, ready func(epoch int64)) (*Producer, *protocol.ProducerSuccess, error) {
	version, err := b.AddSchema(m.Topic, m.Schema)
	if err != nil {
		return nil, nil, err
	}
	t, err := b.open(m.Topic, true)
	if err != nil {
		return nil, nil, err
	}
	name := m.Name
	if name == "" {
		name = fmt.Sprintf("embedded-%d-%d", b.began.UnixMilli()%1e6, b.names.Add(1))
	}
	if len(name) > nameMax {
		return nil, nil, refuse(protocol.ProducerBusy, "The name of a producer has %d bytes, more than %d", len(name), nameMax)
	}
	p := &Producer{ID: m.ProducerID, Name: name, topic: t, peer: peer, epoch: m.Epoch, mode: m.AccessMode, since: b.cfg.Now(), ready: ready}
	if b.full(bottom) {
		b.reclaim()
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if err := t.mayProduce(); err != nil {
		return nil, nil, err
	}
	if err := t.replace(p); err != nil {
		return nil, nil, err
	}
	if t.policy.producersMax > 0 && len(t.producers) >= t.policy.producersMax {
		return nil, nil, refuse(protocol.ProducerBusy, "Topic '%s' reached max producers limit", t.name.Full)
	}
	queued, err := t.admit(p, m.TopicEpoch)
	if err != nil {
		return nil, nil, err
	}
	if m.InitialSubscription != "" && t.subs[m.InitialSubscription] == nil && t.stored {
		t.subscription(m.InitialSubscription, true, t.log.First())
	}
	answer := &protocol.ProducerSuccess{Name: name, LastSequence: -1, SchemaVersion: version, TopicEpoch: protocol.NoEpoch, Queued: queued}
	if last, ok := t.highest[name]; ok && t.policy.dedup {
		answer.LastSequence = last
	}
	if p.mode != protocol.AccessShared && !queued {
		answer.TopicEpoch = t.epoch
	}
	return p, answer, nil
}

// mayProduce refuses producers of a topic that takes none.
func (t *Topic) mayProduce() error {
	switch {
	case t.deleted:
		return refuse(protocol.ServiceNotReady, "Topic %s is being deleted", t.name.Full)
	case t.terminated:
		return refuse(protocol.TopicTerminatedError, "Topic %s was terminated", t.name.Full)
	}
	t.blocked = t.blocked && t.overQuota()
	if t.stored && (t.blocked || t.broker.full(bottom)) {
		if t.policy.quota == quotaException {
			return refuse(protocol.ProducerBlockedQuotaException, "Cannot create producer on topic with backlog quota exceeded")
		}
		return refuse(protocol.ProducerBlockedQuotaError, "Cannot create producer on topic with backlog quota exceeded")
	}
	return nil
}

// replace takes the place of a producer with the same name, if it is the same one
// again.
func (t *Topic) replace(p *Producer) error {
	for other := range t.producers {
		if other.Name != p.Name {
			continue
		}
		if other.peer != p.peer || other.ID != p.ID || other.epoch >= p.epoch {
			return &TakenError{Refusal{protocol.ProducerBusy, fmt.Sprintf("Producer with name '%s' is already connected to topic", p.Name)}, other.peer}
		}
		other.end()
		delete(t.producers, other)
		if t.exclusive == other {
			t.exclusive = nil
		}
	}
	return nil
}

// TakenError says that another connection has what is asked for. It may be dead
// without having been closed.
type TakenError struct {
	Refusal
	By Peer
}

// Unwrap returns the refusal.
func (e *TakenError) Unwrap() error { return &e.Refusal }

// admit adds a producer by its access mode.
func (t *Topic) admit(p *Producer, epoch int64) (queued bool, err error) {
	if epoch != protocol.NoEpoch && p.mode != protocol.AccessShared && epoch < t.epoch {
		return false, refuse(protocol.ProducerFenced, "Topic epoch has already moved from %d to %d", epoch, t.epoch)
	}
	switch p.mode {
	case protocol.AccessShared:
		if t.exclusive != nil || len(t.waiting) > 0 {
			return false, refuse(protocol.ProducerBusy, "Topic has an existing exclusive producer")
		}
	case protocol.AccessExclusive:
		if t.exclusive != nil || len(t.producers) > 0 || len(t.waiting) > 0 {
			return false, refuse(protocol.ProducerFenced, "Topic has existing producers")
		}
		t.own(p)
	case protocol.AccessWaitForExclusive:
		if t.exclusive != nil || len(t.producers) > 0 {
			t.waiting = append(t.waiting, p)
			return true, nil
		}
		t.own(p)
	case protocol.AccessExclusiveWithFencing:
		for _, w := range t.waiting {
			w.closed = true
			w.peer.ProducerClosed(w.ID)
		}
		t.waiting = nil
		t.closeProducers()
		t.own(p)
	default:
		return false, refuse(protocol.NotAllowedError, "There is no producer access mode %d", p.mode)
	}
	t.producers[p] = true
	return false, nil
}

func (t *Topic) own(p *Producer) {
	t.exclusive = p
	t.epoch++
}

// end marks a producer as closed. The lock is held.
func (p *Producer) end() { p.closed = true }

// Close ends the producer. The one that waits longest takes its place.
func (p *Producer) Close() {
	t := p.topic
	t.mu.Lock()
	defer t.mu.Unlock()
	p.end()
	delete(t.producers, p)
	t.waiting = slices.DeleteFunc(t.waiting, func(w *Producer) bool { return w == p })
	if t.exclusive == p {
		t.exclusive = nil
	}
	if t.exclusive == nil && len(t.producers) == 0 && len(t.waiting) > 0 {
		next := t.waiting[0]
		t.waiting = t.waiting[1:]
		t.own(next)
		t.producers[next] = true
		next.ready(t.epoch)
	}
}

// Duplicate is the place of a message that was stored before.
var Duplicate = log.Position{Ledger: ^uint64(0), Entry: -1}

// ErrClosed says that a producer was closed by the broker: what it sent is dropped.
var ErrClosed = fmt.Errorf("the producer is closed")

// Stored says what became of a message.
type Stored struct {
	At   log.Position
	Wait time.Duration // for which nothing more is to be read: the publish rate is reached
}

// Publish stores what a SEND carries, whose metadata is decoded.
func (p *Producer) Publish(send *protocol.Send, entry *protocol.Entry, meta *protocol.Metadata) (Stored, error) {
	e := log.Entry{Data: entry.Stored, Published: int64(meta.PublishTime), DeliverAt: meta.DeliverAt, Messages: 1, Chunk: meta.Chunks > 0}
	if meta.Batch {
		e.Batch, e.Messages = true, meta.BatchSize
	}
	if e.Messages < 1 || e.Messages > batchMax {
		return Stored{}, refuse(protocol.NotAllowedError, "A batch of %d messages is not possible", e.Messages)
	}
	if send.Transactional && !p.topic.stored {
		return Stored{}, refuse(protocol.NotAllowedError, "A non-persistent topic has no transactions")
	}
	t := p.topic
	if t.broker.full(top) && t.stored {
		t.broker.reclaim()
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if p.closed {
		return Stored{}, ErrClosed
	}
	if most := t.policy.sizeMax; most > 0 && len(entry.Stored) > most {
		return Stored{}, refuse(protocol.NotAllowedError, "Message size of %d bytes exceeds the topic's limit of %d", len(entry.Stored), most)
	}
	if t.stored && t.broker.full(top) && !t.evict() {
		t.block()
		return Stored{}, ErrClosed
	}
	if t.policy.dedup && t.known(p.Name, send, meta) {
		return Stored{At: Duplicate}, nil
	}
	if send.Transactional && !t.terminated {
		sendIn(t, send.Txn, meta.Transactional, &e)
	}
	at, err := t.publish(e)
	if err == nil {
		p.messages += int64(e.Messages)
		p.bytes += int64(len(e.Data))
	}
	return Stored{at, t.meter(int64(e.Messages), len(e.Data))}, err
}

// known reports whether a message was stored before, and notes that it is now.
func (t *Topic) known(name string, send *protocol.Send, meta *protocol.Metadata) bool {
	if strings.HasPrefix(name, "pulsar.repl") || meta.Chunks > 0 && meta.Chunk < meta.Chunks-1 {
		return false
	}
	highest := int64(max(send.Sequence, send.HighestSequence))
	if last, ok := t.highest[name]; ok && int64(send.Sequence) <= last {
		return true
	}
	if t.highest == nil {
		t.highest = map[string]int64{}
	}
	t.highest[name] = highest
	return false
}
