package memory

import (
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"pulsh/session/broker/memory/figures"
	"pulsh/session/broker/memory/log"
	"pulsh/session/broker/memory/transaction"
	"pulsh/session/broker/protocol"
)

// Topic is a topic without partitions, or one partition.
type Topic struct {
	broker *Broker
	name   Name
	stored bool // it is persistent

	mu         sync.Mutex // guards the fields below, and those of its producers, subscriptions and consumers
	log        log.Log
	sends      transaction.Sends
	compacted  compacted
	producers  map[*Producer]bool
	exclusive  *Producer   // who alone may send
	waiting    []*Producer // to be the exclusive one, in order
	epoch      int64       // of the exclusive producer, -1 before the first
	subs       map[string]*Subscription
	highest    map[string]int64 // sequence ids, by producer: deduplication
	policy     policies
	blocked    bool // producers are refused: the quota is reached
	terminated bool
	deleted    bool
	reopen     bool // the next entry begins a ledger

	messagesIn, bytesIn, added int64
	throttled                  int64
	publishing, dispatching    bucket
	rateIn                     figures.Rate
	created                    time.Time
}

// Peer is a client's connection as the model uses it. Its methods do not block,
// and may be called with the lock of a topic.
type Peer interface {
	Push(d *Delivery)               // hands a message on; d is valid during the call
	Tell(m protocol.Body)           // sends a command
	Writable() bool                 // whether it takes more; if not, it calls Consumer.Resume later
	ProducerClosed(id uint64)       // the broker has closed a producer
	ConsumerClosed(id uint64)       // the broker has closed a consumer
	Address() (text, client string) // where the client is, and what it calls itself
}

// Delivery is a message on its way to a consumer.
type Delivery struct {
	Consumer   *Consumer
	Position   log.Position
	Data       []byte
	Redelivery uint32
	AckSet     []uint64
	Epoch      int64
}

func newTopic(b *Broker, name Name) *Topic {
	t := &Topic{
		broker: b, name: name, stored: name.Domain == "persistent", epoch: -1,
		producers: map[*Producer]bool{}, subs: map[string]*Subscription{}, created: b.cfg.Now(),
	}
	t.policy = b.policies.of(name, b.cfg)
	t.openLedger()
	return t
}

// Name returns the topic's name.
func (t *Topic) Name() Name { return t.name }

func (t *Topic) openLedger() {
	if t.stored {
		t.log.Open(t.broker.ledgers.Add(1))
	}
	t.reopen = false
}

// publish stores an entry and gives it to the subscriptions. The lock is held.
func (t *Topic) publish(e log.Entry) (log.Position, error) {
	if t.terminated {
		return log.Position{}, refuse(protocol.TopicTerminatedError, "Topic %s was terminated", t.name.Full)
	}
	t.messagesIn += int64(e.Messages)
	t.bytesIn += int64(len(e.Data))
	t.added++
	if !t.stored {
		t.pass(&e)
		return log.Position{}, nil
	}
	if t.reopen || t.log.Full() {
		t.openLedger()
		t.trim(false)
	}
	n, grown := t.log.Append(e, t.broker.nowMs())
	t.broker.used.Add(grown)
	t.broker.janitor.arm(t.policy.urgent())
	for _, s := range t.subs {
		s.pump()
	}
	return t.log.Position(n), nil
}

// pass gives an entry of a non-persistent topic to whoever can take it now.
func (t *Topic) pass(e *log.Entry) {
	data := slices.Clone(e.Data) // the buffer is the connection's
	for _, s := range t.subs {
		if c := s.taker(e); c != nil {
			c.send(0, &log.Entry{Data: data, Messages: e.Messages}, 0, nil)
		} else {
			s.dropped += int64(e.Messages)
		}
	}
}

// trim drops the oldest ledgers that nobody needs: all subscriptions have
// acknowledged them, and the retention is over, or the memory is wanted. The lock
// is held. It returns how many bytes of memory it freed.
func (t *Topic) trim(pressed bool) (freed int64) {
	needed := t.log.Next()
	for _, s := range t.subs {
		if s.holds() {
			needed = min(needed, s.cursor.Mark())
		}
	}
	keep := t.policy.retention
	now := t.broker.nowMs()
	for ledgers := t.log.Ledgers(); len(ledgers) > 1; ledgers = t.log.Ledgers() {
		end := ledgers[1].First
		old := keep >= 0 && now-ledgers[0].Last >= keep.Milliseconds() || t.broker.full(kept)
		if end > needed || !old && !pressed {
			break
		}
		freed += t.dropFirst()
	}
	return freed
}

// dropFirst drops the oldest ledger, whoever needs it.
func (t *Topic) dropFirst() int64 {
	freed := t.log.DropFirst()
	t.broker.used.Add(-freed)
	for _, s := range t.subs {
		s.skipTo(t.log.First())
	}
	return freed
}

// SubscriptionNames lists the subscriptions, sorted.
func (t *Topic) SubscriptionNames() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Sorted(maps.Keys(t.subs))
}

// Busy reports whether the topic has producers or consumers.
func (t *Topic) Busy() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, s := range t.subs {
		if len(s.consumers) > 0 {
			return true
		}
	}
	return len(t.producers) > 0 || len(t.waiting) > 0
}

// delete closes all clients and frees the memory. The broker has forgotten it.
func (t *Topic) delete() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.deleted = true
	t.closeProducers()
	for _, s := range t.subs {
		s.closeConsumers()
		s.end()
	}
	clear(t.subs)
	t.broker.used.Add(-t.log.Memory() - t.compacted.memory)
	t.log, t.compacted = log.Log{}, compacted{}
}

// closeProducers closes all producers from the broker's side. The lock is held.
func (t *Topic) closeProducers() {
	for p := range t.producers {
		p.end()
		p.peer.ProducerClosed(p.ID)
	}
	for _, p := range t.waiting {
		p.closed = true
		p.peer.ProducerClosed(p.ID)
	}
	clear(t.producers)
	t.waiting, t.exclusive = nil, nil
}

// Unload closes all clients and forgets what a broker only knows while it serves a
// topic. The entries and the cursors stay.
func (t *Topic) Unload() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.closeProducers()
	for name, s := range t.subs {
		s.closeConsumers()
		if !s.durable {
			s.end()
			delete(t.subs, name)
			continue
		}
		s.forget()
		s.counters = counters{}
	}
	t.messagesIn, t.bytesIn, t.added, t.throttled = 0, 0, 0, 0
	t.rateIn, t.compacted.status = figures.Rate{}, ""
	t.openLedger()
}

// Terminate ends publishing for ever and returns where the last entry is.
func (t *Topic) Terminate() log.Position {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.terminated = true
	t.closeProducers()
	for _, s := range t.subs {
		s.reachedEnd()
	}
	return t.log.Position(t.log.Next() - 1)
}

// Entry returns a stored entry, for the admin API.
func (t *Topic) Entry(p log.Position) (log.Entry, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	n, ok := t.log.Number(p)
	if !ok {
		return log.Entry{}, false
	}
	return *t.log.At(n), true
}

// Subscription returns a subscription, nil if it is not there.
func (t *Topic) Subscription(name string) *Subscription {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.subs[name]
}

// Start is where a new subscription begins.
type Start = protocol.InitialPosition

// The two ends of a topic.
const (
	Latest   = protocol.Latest
	Earliest = protocol.Earliest
)

// CreateSubscription creates a durable subscription at one end of the topic.
func (t *Topic) CreateSubscription(name string, at Start) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.subs[name] != nil {
		return ErrExists
	}
	if !validSubscription(name) {
		return ErrInvalid
	}
	if t.crowded() {
		return ErrSubscriptions
	}
	n := t.log.Next()
	if at == Earliest {
		n = t.log.First()
	}
	t.subscription(name, true, n)
	return nil
}

// CreateSubscriptionAt creates a durable subscription at a place.
func (t *Topic) CreateSubscriptionAt(name string, at log.Position) error {
	if err := t.CreateSubscription(name, Latest); err != nil {
		return err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if s := t.subs[name]; s != nil {
		s.moveTo(t.log.From(at))
	}
	return nil
}

// crowded reports whether the topic has as many subscriptions as it may have.
func (t *Topic) crowded() bool {
	return t.policy.subscriptionsMax > 0 && len(t.subs) >= t.policy.subscriptionsMax
}

// validSubscription refuses the names that are Pulsar's own.
func validSubscription(name string) bool {
	return name != "" && len(name) <= nameMax && !strings.HasPrefix(name, "pulsar.repl") && !strings.HasPrefix(name, "pulsar.dedup")
}

// DeleteSubscription deletes a subscription with its backlog.
func (t *Topic) DeleteSubscription(name string, force bool) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	s := t.subs[name]
	switch {
	case s == nil:
		return ErrMissing
	case len(s.consumers) > 0 && !force:
		return ErrBusy
	}
	s.closeConsumers()
	s.end()
	delete(t.subs, name)
	return nil
}

// subscription makes a subscription whose next entry is n. The lock is held.
func (t *Topic) subscription(name string, durable bool, n int64) *Subscription {
	s := &Subscription{topic: t, name: name, durable: durable}
	s.moveTo(n)
	t.subs[name] = s
	return s
}
