package fake

import (
	"slices"
	"strings"
	"time"

	"pulsh/session/broker"
)

// subscription is a subscription of a topic, with a cursor in each partition.
type subscription struct {
	cluster      *core
	topic        *topic
	name         string
	kind         broker.SubscriptionType
	consumers    []*consumer // in the order in which they joined
	nextConsumer int         // of a shared subscription
	cursors      []*cursor
}

// cursor is the place of a subscription in one partition. Messages below done
// are acknowledged. Those from done to read are acknowledged, held by a
// consumer, or in redeliveries. Those from read on were never delivered.
type cursor struct {
	subscription *subscription
	partition    *partition
	done, read   int64
	acked        map[int64]bool
	held         map[int64]*consumer
	redeliveries []int64 // to be delivered again, in order
	counts       map[int64]uint32
	out, expired int64 // messages delivered, entries expired
}

// subscribe finds a subscription or creates it at its initial position.
func (c *core) subscribe(t *topic, spec broker.ConsumerSpec) *subscription {
	for _, s := range c.subscriptions {
		if s.topic == t && s.name == spec.Subscription {
			return s
		}
	}
	s := &subscription{cluster: c, topic: t, name: spec.Subscription, kind: spec.Type}
	for _, p := range t.partitions {
		at := p.end()
		if spec.Position == broker.Earliest {
			at = p.first
		}
		k := &cursor{subscription: s, partition: p}
		k.reset(at)
		s.cursors = append(s.cursors, k)
		p.cursors = append(p.cursors, k)
	}
	c.subscriptions = append(c.subscriptions, s)
	return s
}

// admit returns an error if a consumer may not join.
func (s *subscription) admit(spec broker.ConsumerSpec) error {
	switch {
	case len(s.consumers) == 0:
		s.kind = spec.Type
	case s.kind != spec.Type:
		return refusal(broker.Other, "subscription %s is %s, not %s", s.name, s.kind, spec.Type)
	case s.kind == broker.Exclusive:
		return refusal(broker.Busy, "another consumer already holds this subscription of topic %s", s.topic.name.Short())
	}
	return nil
}

// reset moves the cursor to an index and forgets everything else.
func (k *cursor) reset(at int64) {
	k.done, k.read = at, at
	k.acked = map[int64]bool{}
	k.held = map[int64]*consumer{}
	k.counts = map[int64]uint32{}
	k.redeliveries = nil
}

func (s *subscription) dispatch() {
	for _, k := range s.cursors {
		k.dispatch()
	}
}

// dispatch sends what can be sent to consumers that have room.
func (k *cursor) dispatch() {
	if k.subscription.cluster.faults.unresponsive() {
		return
	}
	for {
		index, ok := k.next()
		if !ok {
			return
		}
		u := k.subscription.choose(k.partition, k.partition.at(index))
		if u == nil {
			return
		}
		if len(k.redeliveries) > 0 {
			k.redeliveries = k.redeliveries[1:]
		} else {
			k.read++
		}
		k.held[index] = u
		k.out++
		u.push(item{k, index, k.counts[index]})
	}
}

// next returns the index of the next message to deliver. It skips messages that
// were acknowledged meanwhile.
func (k *cursor) next() (int64, bool) {
	for len(k.redeliveries) > 0 {
		if index := k.redeliveries[0]; index >= k.done && !k.acked[index] {
			return index, true
		}
		k.redeliveries = k.redeliveries[1:]
	}
	k.read = max(k.read, k.done, k.partition.first)
	for k.read < k.partition.end() && k.acked[k.read] {
		k.read++
	}
	return k.read, k.read < k.partition.end()
}

// choose picks the consumer for a message, nil if no consumer that may get it
// has room.
func (s *subscription) choose(p *partition, m *stored) *consumer {
	n := len(s.consumers)
	if n == 0 {
		return nil
	}
	var u *consumer
	switch s.kind {
	case broker.Shared:
		for i := range n {
			if one := s.consumers[(s.nextConsumer+i)%n]; one.hasRoom() {
				s.nextConsumer = (s.nextConsumer + i + 1) % n
				return one
			}
		}
		return nil
	case broker.KeyShared:
		u = s.consumers[hash(m.key)%uint32(n)]
	case broker.Failover:
		byName := slices.SortedFunc(slices.Values(s.consumers), func(a, b *consumer) int {
			return strings.Compare(a.spec.Name, b.spec.Name)
		})
		u = byName[max(p.index, 0)%n]
	default:
		u = s.consumers[0]
	}
	if !u.hasRoom() {
		return nil
	}
	return u
}

// ack acknowledges a message.
func (k *cursor) ack(index int64) {
	delete(k.held, index)
	delete(k.counts, index)
	if index < k.done {
		return
	}
	k.acked[index] = true
	for k.acked[k.done] {
		delete(k.acked, k.done)
		k.done++
	}
}

// redeliver has a message delivered again, if u still holds it.
func (k *cursor) redeliver(index int64, u *consumer) {
	if k.held[index] != u {
		return
	}
	delete(k.held, index)
	if k.subscription.kind == broker.Shared || k.subscription.kind == broker.KeyShared {
		k.counts[index]++ // Pulsar does not count for the other types
	}
	at, found := slices.BinarySearch(k.redeliveries, index)
	if !found {
		k.redeliveries = slices.Insert(k.redeliveries, at, index)
	}
}

// release has all messages that u holds delivered again.
func (k *cursor) release(u *consumer) {
	var indexes []int64
	for index, holder := range k.held {
		if holder == u {
			indexes = append(indexes, index)
		}
	}
	slices.Sort(indexes)
	for _, index := range indexes {
		k.redeliver(index, u)
	}
}

// disconnect is the crash of a broker: it forgets who holds which message and
// the redelivery counts. Clients drop their queues.
func (s *subscription) disconnect() {
	for _, k := range s.cursors {
		k.rewind()
	}
	for _, u := range s.consumers {
		u.queue = nil
	}
}

// rewind has everything that is not acknowledged delivered again.
func (k *cursor) rewind() {
	k.read = k.done
	k.held = map[int64]*consumer{}
	k.counts = map[int64]uint32{}
	k.redeliveries = nil
}

// seek moves the cursor. The broker disconnects the consumers, which drop what
// they queued from it.
func (k *cursor) seek(to int64) {
	k.reset(to)
	for _, u := range k.subscription.consumers {
		u.queue = slices.DeleteFunc(u.queue, func(i item) bool { return i.cursor == k })
	}
}

// backlog counts what is not acknowledged, in messages and in entries.
func (k *cursor) backlog() (messages, entries int64) {
	last := int64(-1)
	for index := max(k.done, k.partition.first); index < k.partition.end(); index++ {
		if k.acked[index] {
			continue
		}
		messages++
		if entry := k.partition.at(index).entry; entry != last {
			entries++
			last = entry
		}
	}
	return messages, entries
}

// redeliverLater redelivers messages after a delay, unless they are
// acknowledged by then.
func (u *consumer) redeliverLater(run []item, delay time.Duration) {
	c := u.cluster
	c.schedule(time.Now().Add(delay), func() {
		for _, i := range run {
			if individual := u.spec.Type == broker.Shared || u.spec.Type == broker.KeyShared; !individual {
				i.cursor.release(u) // to keep the order Pulsar redelivers everything that is not acknowledged
				continue
			}
			i.cursor.redeliver(i.index, u)
		}
		for _, i := range run {
			i.cursor.dispatch()
		}
	})
}

// join finds or creates the subscription of a topic and checks that a consumer
// may join it.
func (c *core) join(name string, spec broker.ConsumerSpec) (*subscription, error) {
	t, err := c.find(name, true)
	if err != nil {
		return nil, err
	}
	s := c.subscribe(t, spec)
	return s, s.admit(spec)
}

// forget deletes a subscription.
func (c *core) forget(s *subscription) {
	c.subscriptions = slices.DeleteFunc(c.subscriptions, func(other *subscription) bool { return other == s })
	for _, k := range s.cursors {
		k.partition.cursors = slices.DeleteFunc(k.partition.cursors, func(other *cursor) bool { return other == k })
	}
}

// names returns the names of the consumers.
func (s *subscription) names() (names []string) {
	for _, c := range s.consumers {
		names = append(names, c.spec.Name)
	}
	return names
}
