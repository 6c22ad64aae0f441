package memory

import (
	"cmp"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"pulsh/session/broker/memory/figures"
	"pulsh/session/broker/memory/hashring"
	"pulsh/session/broker/memory/log"
	"pulsh/session/broker/memory/schemas"
	"pulsh/session/broker/protocol"
)

// failoverDelay is how long a new active consumer of a failover subscription
// waits, so that the one before can still acknowledge.
const failoverDelay = time.Second

// Consumer is a client's consumer at a subscription. The topic's lock guards it.
type Consumer struct {
	ID       uint64 // per connection
	Name     string
	sub      *Subscription
	peer     Peer
	id       uint64 // at the subscription
	priority int32
	epoch    int64
	closed   bool

	permits   int64
	unacked   int  // messages
	blocked   bool // it has too many of them
	anySchema bool // it takes the schema that the topic has
	slots     map[int32]int
	stalled   atomic.Bool // its connection took nothing

	since                         time.Time
	messagesOut, bytesOut, resent int64
	entriesOut, acked             int64
	rateOut, rateRedeliver        figures.Rate
	lastAcked, lastSent           int64
}

// Topic returns the topic that the consumer reads.
func (c *Consumer) Topic() *Topic { return c.sub.topic }

// AddConsumer creates a consumer.
func (b *Broker) AddConsumer(peer Peer, m *protocol.Subscribe) (*Consumer, error) {
	if !validSubscription(m.Subscription) {
		return nil, refuse(protocol.NotAllowedError, "The name %.100q of a subscription is not allowed", m.Subscription)
	}
	if err := checkReader(b, m.Topic, m.Schema); err != nil {
		return nil, err
	}
	t, err := b.open(m.Topic, !m.NoCreation)
	if err != nil {
		return nil, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.deleted {
		return nil, refuse(protocol.ServiceNotReady, "Topic %s is being deleted", t.name.Full)
	}
	if m.ReadCompacted && (!t.stored || m.SubType != protocol.Exclusive && m.SubType != protocol.Failover) {
		return nil, refuse(protocol.NotAllowedError, "readCompacted only allowed on failover or exclusive subscriptions")
	}
	if m.SubType < protocol.Exclusive || m.SubType > protocol.KeyShared {
		return nil, refuse(protocol.NotAllowedError, "There is no subscription type %d", m.SubType)
	}
	s := t.subs[m.Subscription]
	if s != nil && len(s.consumers) > 0 {
		if err := s.admits(m); err != nil {
			return nil, err
		}
	}
	if err := t.consumersFull(s); err != nil {
		return nil, err
	}
	c := &Consumer{ID: m.ConsumerID, Name: m.Name, peer: peer, priority: m.Priority, epoch: m.Epoch, since: b.cfg.Now(), anySchema: schemas.Reads(m.Schema)}
	if s == nil && t.crowded() {
		return nil, refuse(protocol.NotAllowedError, "Exceed the maximum number of subscriptions of the topic: %s", t.name.Full)
	}
	if s == nil {
		s = t.subscription(m.Subscription, !m.NonDurable && t.stored, t.startOf(m))
	}
	c.sub = s
	return c, s.add(c, m)
}

// consumersFull refuses one more consumer of a topic or a subscription with as many as
// it may have.
func (t *Topic) consumersFull(s *Subscription) error {
	n := 0
	for _, one := range t.subs {
		n += len(one.consumers)
	}
	switch {
	case t.policy.consumersMax > 0 && n >= t.policy.consumersMax:
		return refuse(protocol.ConsumerBusy, "Topic reached max consumers limit")
	case s != nil && t.policy.subConsumersMax > 0 && len(s.consumers) >= t.policy.subConsumersMax:
		return refuse(protocol.ConsumerBusy, "Subscription reached max consumers limit")
	}
	return nil
}

// startOf is the number of the entry at which a new subscription begins.
func (t *Topic) startOf(m *protocol.Subscribe) int64 {
	switch start := m.Start; {
	case m.StartRollback > 0:
		return t.log.PublishedFrom(t.broker.nowMs() - int64(min(m.StartRollback, 1<<32))*1000)
	case m.NonDurable && start != nil:
		return t.numberOf(start)
	case m.Initial == Earliest:
		return t.log.First()
	}
	return t.log.Next()
}

// numberOf is the number of the entry that an id means: -1 is the first, and the
// largest number stands behind the last.
func (t *Topic) numberOf(id *protocol.MessageID) int64 {
	if int64(id.Ledger) < 0 {
		return t.log.First()
	}
	return t.log.From(log.Position{Ledger: id.Ledger, Entry: int64(id.Entry)})
}

// admits refuses a consumer that does not fit to those that are there.
func (s *Subscription) admits(m *protocol.Subscribe) error {
	switch {
	case s.durable == m.NonDurable && s.topic.stored:
		return refuse(protocol.NotAllowedError, "Durable and non-durable consumers cannot share the subscription %s", s.name)
	case m.SubType != s.kind:
		return refuse(protocol.ConsumerBusy, "Subscription is of different type")
	case s.kind == protocol.Exclusive:
		return &TakenError{Refusal{protocol.ConsumerBusy, "Exclusive consumer is already connected"}, s.consumers[0].peer}
	case s.kind == protocol.KeyShared:
		sticky, loose := keyMode(m)
		if sticky != s.selector.Sticky || loose != s.loose {
			return refuse(protocol.ConsumerBusy, "Subscription is of different type")
		}
	}
	return nil
}

func keyMode(m *protocol.Subscribe) (sticky, loose bool) {
	if m.KeyShared == nil {
		return false, false
	}
	return m.KeyShared.Sticky, m.KeyShared.AllowOutOfOrder
}

// add lets a consumer in.
func (s *Subscription) add(c *Consumer, m *protocol.Subscribe) error {
	if len(s.consumers) == 0 {
		s.kind, s.compactedRead, s.served = m.SubType, m.ReadCompacted, true
		s.forget()
	}
	s.nextID++
	c.id = s.nextID
	if s.kind == protocol.KeyShared {
		sticky, loose := keyMode(m)
		if len(s.consumers) == 0 {
			s.selector, s.loose = hashring.New(sticky), loose
		}
		var ranges []hashring.Range
		if m.KeyShared != nil {
			ranges = m.KeyShared.Ranges
		}
		if err := s.selector.Add(c.id, c.Name, ranges); err != nil {
			return refuse(protocol.ConsumerAssignError, "%s", err)
		}
	}
	for _, p := range m.SubscriptionProperties {
		if s.properties == nil {
			s.properties = map[string]string{}
		}
		s.properties[p.Key] = p.Value
	}
	s.consumers = append(s.consumers, c)
	s.changed(c)
	return nil
}

// changed follows a change of the consumers; joined is the new one or nil.
func (s *Subscription) changed(joined *Consumer) {
	switch s.kind {
	case protocol.Exclusive:
		s.active = nil
		if len(s.consumers) > 0 {
			s.active = s.consumers[0]
		}
	case protocol.Failover:
		s.elect(joined)
	case protocol.KeyShared:
		s.drain()
	}
}

// elect finds the active consumer of a failover subscription.
func (s *Subscription) elect(joined *Consumer) {
	slices.SortStableFunc(s.consumers, func(a, b *Consumer) int {
		return cmp.Or(cmp.Compare(a.priority, b.priority), cmp.Compare(a.Name, b.Name))
	})
	before := s.active
	s.active = preferred(s.consumers, s.topic.name)
	if s.active == before {
		if joined != nil {
			joined.peer.Tell(&protocol.ActiveConsumerChange{ConsumerID: joined.ID})
		}
		return
	}
	if s.switching != nil {
		s.switching.Stop()
		s.switching = nil
	}
	if s.active == nil {
		return
	}
	var timer *time.Timer
	timer = time.AfterFunc(failoverDelay, func() {
		s.topic.mu.Lock()
		defer s.topic.mu.Unlock()
		if s.switching != timer {
			return
		}
		s.switching = nil
		s.read = s.cursor.Mark()
		for _, c := range s.consumers {
			c.peer.Tell(&protocol.ActiveConsumerChange{ConsumerID: c.ID, Active: c == s.active})
		}
		s.pump()
	})
	s.switching = timer
}

// preferred is who of the consumers, in order, should be active on a topic.
func preferred(consumers []*Consumer, topic Name) *Consumer {
	if len(consumers) == 0 {
		return nil
	}
	top := 0
	for top < len(consumers) && consumers[top].priority == consumers[0].priority {
		top++
	}
	if topic.Partition >= 0 {
		return consumers[topic.Partition%top]
	}
	var names []string
	for _, c := range consumers[:top] {
		names = append(names, c.Name)
	}
	return consumers[hashring.Active(names, topic.Full)]
}

// Close takes the consumer away. What it had is given to others.
func (c *Consumer) Close() {
	s := c.sub
	s.topic.mu.Lock()
	defer s.topic.mu.Unlock()
	if c.closed {
		return
	}
	c.closed = true
	s.consumers = slices.DeleteFunc(s.consumers, func(o *Consumer) bool { return o == c })
	if s.individual() {
		for n, p := range s.pending {
			if p.owner == c {
				s.release(n, true)
			}
		}
	}
	for key, owner := range s.chunks {
		if owner == c {
			delete(s.chunks, key)
		}
	}
	if s.kind == protocol.KeyShared {
		s.selector.Remove(c.id)
		for slot, owner := range s.draining {
			if owner == c {
				delete(s.draining, slot)
			}
		}
	}
	s.changed(nil)
	if len(s.consumers) == 0 {
		s.forget()
		if !s.durable {
			s.end()
			delete(s.topic.subs, s.name)
		}
		return
	}
	s.pump()
}

// Unsubscribe deletes the subscription, unless others use it.
func (c *Consumer) Unsubscribe(force bool) error {
	t := c.sub.topic
	t.mu.Lock()
	alone := len(c.sub.consumers) <= 1
	t.mu.Unlock()
	if !alone && !force {
		return refuse(protocol.ConsumerBusy, "Unconnected or shared consumer attempting to unsubscribe")
	}
	c.Close()
	_ = t.DeleteSubscription(c.sub.name, true) // a non-durable one is gone by now
	return nil
}

// Flow permits more messages.
func (c *Consumer) Flow(permits uint32) {
	t := c.sub.topic
	t.mu.Lock()
	defer t.mu.Unlock()
	if c.closed {
		return
	}
	c.permits += int64(permits)
	c.sub.pump()
}

// Resume goes on after the connection could not take more.
func (c *Consumer) Resume() {
	if !c.stalled.CompareAndSwap(true, false) {
		return
	}
	t := c.sub.topic
	t.mu.Lock()
	defer t.mu.Unlock()
	if !c.closed {
		c.sub.pump()
	}
}

// ready reports whether the consumer takes another entry.
func (c *Consumer) ready() bool {
	if c.permits <= 0 || c.blocked {
		return false
	}
	if !c.peer.Writable() {
		c.stalled.Store(true)
		return c.peer.Writable() // it may have become so before it could see the mark
	}
	return true
}

// send hands an entry over.
func (c *Consumer) send(n int64, e *log.Entry, redelivery uint32, set protocol.AckSet) {
	s := c.sub
	left := int64(e.Messages)
	d := Delivery{Consumer: c, Data: e.Data, Redelivery: redelivery, Epoch: protocol.NoEpoch}
	if set != nil {
		left = int64(set.Left())
		d.AckSet = slices.Clone(set)
	}
	if s.topic.stored {
		d.Position = s.topic.log.Position(n)
	}
	if !s.individual() && c.epoch != protocol.NoEpoch {
		d.Epoch = c.epoch
	}
	c.permits -= left
	c.messagesOut += left
	c.entriesOut++
	c.bytesOut += int64(len(e.Data))
	s.messagesOut += left
	s.bytesOut += int64(len(e.Data))
	if redelivery > 0 {
		c.resent += left
		s.resent += left
	}
	s.topic.dispatching.spend(left, len(e.Data))
	s.dispatching.spend(left, len(e.Data))
	c.lastSent = s.topic.broker.nowMs()
	c.peer.Push(&d)
}

// isGo reports whether a client is the Go client.
func isGo(client string) bool { return strings.HasPrefix(client, "Pulsar Go") }
