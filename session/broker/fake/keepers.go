package fake

import (
	"context"
	"net/http"
	"slices"
	"time"

	"pulsh/session/broker"
)

var (
	_ broker.Admin = (*admin)(nil)
)

// compactTime is how long a compaction of the fake takes: two looks at it, a
// second apart, see it run.
const compactTime = 2 * time.Second

// refuse is a refusal of the admin API with a status of HTTP.
func refuse(status int, format string, args ...any) error {
	e := refusal(broker.Other, format, args...).(*broker.Error)
	e.Cause = &broker.Refusal{Status: status, Reason: e.Message}
	return e
}

// gone is the refusal of a topic or a subscription that is not there.
func gone(format string, args ...any) error {
	e := refuse(http.StatusNotFound, format, args...).(*broker.Error)
	e.Category = broker.Gone
	return e
}

// on does something to a topic, or to the partition that is named.
func (a *admin) on(name string, do func(t *topic, parts []*partition) error) error {
	c := a.cluster
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := a.answers(); err != nil {
		return err
	}
	parsed, err := broker.ParseTopic(name)
	if err != nil {
		return err
	}
	if t := c.topics[parsed.String()]; t != nil {
		return do(t, t.partitions)
	}
	t := c.topics[parsed.Of(-1).String()]
	if t == nil || parsed.Partition < 0 || parsed.Partition >= len(t.partitions) {
		return gone("there is no topic %s", parsed.Short())
	}
	return do(t, t.partitions[parsed.Partition:parsed.Partition+1])
}

// cursorsOf does something to a subscription's place in each partition named.
func (a *admin) cursorsOf(name, subscription string, do func(*cursor)) error {
	return a.on(name, func(t *topic, parts []*partition) error {
		s := a.cluster.subscription(t, subscription)
		if s == nil {
			return gone("topic %s has no subscription %s", t.name.Short(), subscription)
		}
		for _, k := range s.cursors {
			if slices.Contains(parts, k.partition) {
				do(k)
			}
		}
		s.dispatch()
		return nil
	})
}

// subscription finds one by its name, or nil.
func (c *Cluster) subscription(t *topic, name string) *subscription {
	for _, s := range c.subs {
		if s.topic == t && s.name == name {
			return s
		}
	}
	return nil
}

// connected says whether anybody sends to a topic or receives from it.
func (c *Cluster) connected(t *topic) bool {
	for _, s := range c.subs {
		if s.topic == t && len(s.consumers) > 0 {
			return true
		}
	}
	return c.producers(t) > 0
}

// Partitions tells how many partitions a topic has, and creates nothing.
func (a *admin) Partitions(_ context.Context, name string) (n int, err error) {
	err = a.on(name, func(t *topic, parts []*partition) error {
		if t.partitioned && len(parts) == len(t.partitions) {
			n = len(parts)
		}
		return nil
	})
	return n, err
}

// CreateTopic makes a topic, unless it is there.
func (a *admin) CreateTopic(_ context.Context, name string, partitions int) error {
	c := a.cluster
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := a.answers(); err != nil {
		return err
	}
	parsed, err := broker.ParseTopic(name)
	if err != nil {
		return err
	}
	if c.topics[parsed.String()] != nil {
		return refuse(http.StatusConflict, "cannot create %s: This topic already exists", parsed.Short())
	}
	c.create(parsed, partitions)
	return nil
}

// GrowTopic adds partitions, which begin empty.
func (a *admin) GrowTopic(_ context.Context, name string, partitions int) error {
	return a.on(name, func(t *topic, _ []*partition) error {
		if !t.partitioned || partitions <= len(t.partitions) {
			return refuse(http.StatusUnprocessableEntity, "cannot give %s %d partitions", t.name.Short(), partitions)
		}
		c := a.cluster
		for i := len(t.partitions); i < partitions; i++ {
			c.ledgers++
			p := &partition{topic: t, index: i, ledger: c.ledgers}
			t.partitions = append(t.partitions, p)
			for _, s := range c.subs {
				if s.topic == t {
					k := &cursor{subscription: s, partition: p}
					k.reset(0)
					s.cursors = append(s.cursors, k)
					p.cursors = append(p.cursors, k)
				}
			}
		}
		return nil
	})
}

// DeleteTopic deletes a topic. One that somebody is connected to is created
// again at once, empty, as Pulsar's clients bring it about when they reconnect.
func (a *admin) DeleteTopic(_ context.Context, name string, force bool) error {
	return a.on(name, func(t *topic, _ []*partition) error {
		c := a.cluster
		there := c.connected(t)
		if there && !force {
			return refuse(http.StatusPreconditionFailed, "cannot delete %s: Topic has active producers/subscriptions", t.name.Short())
		}
		c.subs = slices.DeleteFunc(c.subs, func(s *subscription) bool { return s.topic == t && len(s.consumers) == 0 })
		if !there {
			delete(c.topics, t.name.String())
			return nil
		}
		for _, p := range t.partitions {
			p.cursors = slices.DeleteFunc(p.cursors, func(k *cursor) bool { return len(k.subscription.consumers) == 0 })
		}
		c.recreate(t)
		return nil
	})
}

// Terminate ends publishing to a topic.
func (a *admin) Terminate(_ context.Context, name string) error { return a.cluster.Terminate(name) }

// Unload makes all clients connect again.
func (a *admin) Unload(_ context.Context, name string) error {
	return a.on(name, func(t *topic, _ []*partition) error {
		a.cluster.unload(t)
		return nil
	})
}

// Compact begins a compaction that changes nothing and takes its time.
func (a *admin) Compact(_ context.Context, name string) error {
	return a.on(name, func(t *topic, _ []*partition) error {
		if time.Now().After(t.compacted) {
			t.compacted = time.Now().Add(compactTime)
		}
		return nil
	})
}

// Compaction tells how far it is.
func (a *admin) Compaction(_ context.Context, name string) (all []broker.Compaction, err error) {
	err = a.on(name, func(t *topic, parts []*partition) error {
		state := broker.CompactionDone
		switch {
		case t.compacted.IsZero():
			state = broker.CompactionNever
		case time.Now().Before(t.compacted):
			state = broker.CompactionRunning
		}
		for range parts {
			all = append(all, broker.Compaction{State: state})
		}
		return nil
	})
	return all, err
}

// CreateSubscription makes a subscription without consumers.
func (a *admin) CreateSubscription(_ context.Context, name, subscription string, from broker.Position) error {
	return a.on(name, func(t *topic, _ []*partition) error {
		if a.cluster.subscription(t, subscription) != nil {
			return refuse(http.StatusConflict, "cannot create the subscription %s of %s: Subscription already exists for topic",
				subscription, t.name.Short())
		}
		a.cluster.subscribe(t, broker.ConsumerSpec{Subscription: subscription, Type: broker.Shared, Position: from})
		return nil
	})
}

// DeleteSubscription ends a subscription and, if forced, its consumers.
func (a *admin) DeleteSubscription(_ context.Context, name, named string, force bool) error {
	return a.on(name, func(t *topic, _ []*partition) error {
		c := a.cluster
		s := c.subscription(t, named)
		switch {
		case s == nil:
			return gone("topic %s has no subscription %s", t.name.Short(), named)
		case len(s.consumers) > 0 && !force:
			return refuse(http.StatusPreconditionFailed, "cannot delete the subscription %s of %s: Subscription has active connected consumers",
				named, t.name.Short())
		}
		for _, u := range slices.Clone(s.consumers) {
			u.end(refusal(broker.Other, "the subscription was deleted"))
		}
		for _, p := range t.partitions {
			p.cursors = slices.DeleteFunc(p.cursors, func(k *cursor) bool { return k.subscription == s })
		}
		c.subs = slices.DeleteFunc(c.subs, func(other *subscription) bool { return other == s })
		return nil
	})
}

// SkipEntries acks the next n entries of each partition for the consumers.
func (a *admin) SkipEntries(_ context.Context, name, subscription string, n int) error {
	return a.cursorsOf(name, subscription, func(k *cursor) {
		skipped, last := 0, int64(-1)
		k.ackWhile(func(m *stored) bool {
			if m.entry != last {
				skipped, last = skipped+1, m.entry
			}
			return skipped <= n
		})
	})
}

// ClearBacklog acks everything.
func (a *admin) ClearBacklog(_ context.Context, name, subscription string) error {
	return a.cursorsOf(name, subscription, func(k *cursor) { k.ackWhile(func(*stored) bool { return true }) })
}

// Expire acks what is older than age.
func (a *admin) Expire(_ context.Context, name, subscription string, age time.Duration) error {
	before := time.Now().Add(-age)
	return a.cursorsOf(name, subscription, func(k *cursor) {
		k.ackWhile(func(m *stored) bool { return m.published.Before(before) })
	})
}

// ackWhile acks what is not acked, from the oldest on, while want says so.
func (k *cursor) ackWhile(want func(*stored) bool) {
	for index, end := max(k.done, k.partition.first), k.partition.end(); index < end; index++ {
		if k.acked[index] {
			continue
		}
		if !want(k.partition.at(index)) {
			return
		}
		k.ack(index)
	}
}

// Survey tells where a subscription stands.
func (a *admin) CursorPositions(_ context.Context, name, subscription string) (all []broker.CursorPosition, err error) {
	err = a.cursorsOf(name, subscription, func(k *cursor) {
		p := k.partition
		next := p.entries
		if k.done < p.end() {
			next = p.at(max(k.done, p.first)).entry
		}
		s := broker.CursorPosition{
			Partition: p.index, Ledgers: []broker.Ledger{{ID: p.ledger, Entries: p.entries}},
			Acked: broker.MessageID{Ledger: p.ledger, Entry: next - 1, Partition: p.index},
		}
		if p.count > 0 && len(p.messages) > 0 {
			s.MessagesPerEntry = float64(len(p.messages)) / float64(p.entries-p.at(p.first).entry)
		}
		all = append(all, s)
	})
	return all, err
}

// Entry looks at a stored entry.
func (a *admin) Entry(_ context.Context, name string, at broker.MessageID) (e broker.Entry, err error) {
	err = a.on(name, func(t *topic, parts []*partition) error {
		for _, p := range parts {
			for i := range p.messages {
				m := &p.messages[i]
				if p.ledger != at.Ledger || m.entry != at.Entry {
					continue
				}
				if e.Messages == 0 {
					e.Published = m.published.Truncate(time.Millisecond)
				}
				e.Messages++
			}
		}
		if e.Messages == 0 {
			return gone("topic %s has no entry %s", t.name.Short(), at)
		}
		return nil
	})
	return e, err
}
