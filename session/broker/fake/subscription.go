package fake

import (
	"slices"
	"strings"
	"time"

	"pulsh/session/broker"
)

// subscription is a named place in a topic, with a cursor in each partition.
type subscription struct {
	cluster   *Cluster
	topic     *topic
	name      string
	kind      broker.SubscriptionType
	consumers []*consumer // in the order in which they came
	turn      int         // of the consumers, where they take turns
	cursors   []*cursor
}

// cursor is a subscription's place in one partition. Messages below done are
// done with; those from done to read are acked, or held by a consumer, or in
// again. Those from read on have not been sent to anybody.
type cursor struct {
	subscription *subscription
	partition    *partition
	done, read   int64
	acked        map[int64]bool
	held         map[int64]*consumer
	again        []int64 // to be delivered again, in order
	counts       map[int64]uint32
	out          int64
}

// subscribe finds or makes a subscription, at its position.
func (c *Cluster) subscribe(t *topic, spec broker.ConsumerSpec) *subscription {
	for _, s := range c.subs {
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
	c.subs = append(c.subs, s)
	return s
}

// admit says why a consumer may not come in, or nothing.
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

// reset puts a cursor to an index, with nothing known of what comes.
func (k *cursor) reset(at int64) {
	k.done, k.read = at, at
	k.acked = map[int64]bool{}
	k.held = map[int64]*consumer{}
	k.counts = map[int64]uint32{}
	k.again = nil
}

func (s *subscription) dispatch() {
	for _, k := range s.cursors {
		k.dispatch()
	}
}

// dispatch sends what can be sent to consumers that have room.
func (k *cursor) dispatch() {
	if k.subscription.cluster.faults.absent() {
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
		if len(k.again) > 0 {
			k.again = k.again[1:]
		} else {
			k.read++
		}
		k.held[index] = u
		k.out++
		u.push(item{k, index, k.counts[index]})
	}
}

// next is the next message to be delivered; what was acked meanwhile is
// stepped over.
func (k *cursor) next() (int64, bool) {
	for len(k.again) > 0 {
		if index := k.again[0]; index >= k.done && !k.acked[index] {
			return index, true
		}
		k.again = k.again[1:]
	}
	k.read = max(k.read, k.done, k.partition.first)
	for k.read < k.partition.end() && k.acked[k.read] {
		k.read++
	}
	return k.read, k.read < k.partition.end()
}

// choose picks the consumer for a message, nil if there is none with room.
func (s *subscription) choose(p *partition, m *stored) *consumer {
	n := len(s.consumers)
	if n == 0 {
		return nil
	}
	var u *consumer
	switch s.kind {
	case broker.Shared:
		for i := range n {
			if one := s.consumers[(s.turn+i)%n]; one.hasRoom() {
				s.turn = (s.turn + i + 1) % n
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

// ack is done with a message.
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

// redeliver puts a message back, if it is still that consumer's.
func (k *cursor) redeliver(index int64, u *consumer) {
	if k.held[index] != u {
		return
	}
	delete(k.held, index)
	if k.subscription.kind == broker.Shared || k.subscription.kind == broker.KeyShared {
		k.counts[index]++ // the other types are not counted by Pulsar
	}
	at, found := slices.BinarySearch(k.again, index)
	if !found {
		k.again = slices.Insert(k.again, at, index)
	}
}

// release takes all messages back from a consumer.
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

// disconnect is a broker that dies: it forgets who holds what, and how often
// it was delivered. Clients drop what they had fetched ahead.
func (s *subscription) disconnect() {
	for _, k := range s.cursors {
		k.rewind()
	}
	for _, u := range s.consumers {
		u.queue = nil
	}
}

// rewind has all that is not acked delivered again.
func (k *cursor) rewind() {
	k.read = k.done
	k.held = map[int64]*consumer{}
	k.counts = map[int64]uint32{}
	k.again = nil
}

// seek moves a cursor; the broker disconnects the consumers, which drop what
// they had fetched ahead from it.
func (k *cursor) seek(to int64) {
	k.reset(to)
	for _, u := range k.subscription.consumers {
		u.queue = slices.DeleteFunc(u.queue, func(i item) bool { return i.cursor == k })
	}
}

// backlog counts what is not acked, in messages and in entries.
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

// later delivers messages again after a delay, unless they are acked until then.
func (u *consumer) later(run []item, delay time.Duration) {
	c := u.cluster
	c.at(time.Now().Add(delay), func() {
		for _, i := range run {
			if individual := u.spec.Type == broker.Shared || u.spec.Type == broker.KeyShared; !individual {
				i.cursor.release(u) // Pulsar keeps the order of these: all that is not acked comes again
				continue
			}
			i.cursor.redeliver(i.index, u)
		}
		for _, i := range run {
			i.cursor.dispatch()
		}
	})
}
