package fake

import (
	"context"
	"net/http"
	"slices"
	"time"

	"pulsh/session/broker"
)

// SeekTime moves a subscription to the first message published at a time or
// later.
func (a *admin) SeekTime(_ context.Context, name, subscription string, to time.Time) error {
	return a.seek(name, subscription, func(k *cursor) { k.seek(k.partition.since(to)) })
}

// SeekID moves a subscription to a message, in the partition of the message
// only.
func (a *admin) SeekID(_ context.Context, name, subscription string, id broker.MessageID) error {
	return a.seek(name, subscription, func(k *cursor) {
		if id.Partition == k.partition.index || !k.partition.topic.partitioned {
			k.seek(k.partition.from(id))
		}
	})
}

func (a *admin) seek(name, subscription string, move func(*cursor)) error {
	return a.onCursors(name, subscription, move)
}

// onCursors calls do for the cursor of a subscription in each partition named.
func (a *admin) onCursors(name, subscription string, do func(*cursor)) error {
	return a.onTopic(name, func(t *topic, parts []*partition) error {
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

// CreateSubscription creates a subscription without consumers.
func (a *admin) CreateSubscription(_ context.Context, name, subscription string, from broker.Position) error {
	return a.onTopic(name, func(t *topic, _ []*partition) error {
		if a.cluster.subscription(t, subscription) != nil {
			return refuse(http.StatusConflict, "cannot create the subscription %s of %s: Subscription already exists for topic",
				subscription, t.name.Short())
		}
		a.cluster.subscribe(t, broker.ConsumerSpec{Subscription: subscription, Type: broker.Shared, Position: from})
		return nil
	})
}

// DeleteSubscription deletes a subscription; with force it ends its consumers.
func (a *admin) DeleteSubscription(_ context.Context, name, named string, force bool) error {
	return a.onTopic(name, func(t *topic, _ []*partition) error {
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
		c.subscriptions = slices.DeleteFunc(c.subscriptions, func(other *subscription) bool { return other == s })
		return nil
	})
}

// SkipEntries acknowledges the next n entries of each partition.
func (a *admin) SkipEntries(_ context.Context, name, subscription string, n int) error {
	return a.onCursors(name, subscription, func(k *cursor) {
		skipped, last := 0, int64(-1)
		k.ackWhile(func(m *stored) bool {
			if m.entry != last {
				skipped, last = skipped+1, m.entry
			}
			return skipped <= n
		})
	})
}

// ClearBacklog acknowledges everything.
func (a *admin) ClearBacklog(_ context.Context, name, subscription string) error {
	return a.onCursors(name, subscription, func(k *cursor) { k.ackWhile(func(*stored) bool { return true }) })
}

// Expire acknowledges everything that is older than age.
func (a *admin) Expire(_ context.Context, name, subscription string, age time.Duration) error {
	before := time.Now().Add(-age)
	return a.onCursors(name, subscription, func(k *cursor) {
		_, had := k.backlog()
		k.ackWhile(func(m *stored) bool { return m.published.Before(before) })
		_, has := k.backlog()
		k.expired += had - has
	})
}

// ackWhile acknowledges messages from the oldest on, while want returns true.
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

// CursorPositions returns the positions of a subscription.
func (a *admin) CursorPositions(_ context.Context, name, subscription string) (all []broker.CursorPosition, err error) {
	err = a.onCursors(name, subscription, func(k *cursor) {
		p := k.partition
		next := p.entries
		if k.done < p.end() {
			next = p.at(max(k.done, p.first)).entry
		}
		s := broker.CursorPosition{
			Partition: p.index, Ledgers: []broker.Ledger{{ID: p.ledger, Entries: p.entries}},
			Acked: broker.MessageID{Ledger: p.ledger, Entry: next - 1, Partition: p.index}, Holes: len(k.acked) > 0,
		}
		if p.count > 0 && len(p.messages) > 0 {
			s.MessagesPerEntry = float64(len(p.messages)) / float64(p.entries-p.at(p.first).entry)
		}
		s.Gaps = k.gaps(s.Acked)
		all = append(all, s)
	})
	return all, err
}

// Entry returns a stored entry.
func (a *admin) Entry(_ context.Context, name string, at broker.MessageID) (e broker.Entry, err error) {
	err = a.onTopic(name, func(t *topic, parts []*partition) error {
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
