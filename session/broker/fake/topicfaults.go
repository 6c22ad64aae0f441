package fake

import (
	"slices"

	"pulsh/session/broker"
)

// What an administrator or a fault can do to topics, subscriptions and single
// messages while they are in use.

// Tampering is a fault of one message between its arrival and the log.
type Tampering int

// Lose acks a message without storing it, Double stores it twice, Swap stores it
// after the next message of its partition.
const (
	Lose Tampering = iota
	Double
	Swap
)

// Tamper applies a fault to the nth message, from 1, that arrives at a topic
// from now on.
func (c *Cluster) Tamper(name string, n int, how Tampering) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	t, err := c.find(name, true)
	if err == nil {
		t.tampering[t.arrived+uint64(n)] = how
	}
	return err
}

// Terminate terminates a topic: it accepts no more messages, and its producers
// end.
func (c *Cluster) Terminate(name string) error { return c.onTopic(name, c.terminate) }

func (c *core) terminate(t *topic) {
	t.terminated = true
	c.endProducers(t, terminated(t))
}

// Evict ends all consumers of a subscription with a cause, as a client does
// that gives up because its reconnect was refused.
func (c *Cluster) Evict(name, subscription string, cause error) error {
	return c.onTopic(name, func(t *topic) {
		if s := c.subscription(t, subscription); s != nil {
			for _, u := range slices.Clone(s.consumers) {
				u.end(cause)
			}
		}
	})
}

// Unload unloads a topic: its counters start from zero, and all clients
// reconnect. Stored messages stay, and messages that consumers hold are
// redelivered.
func (c *Cluster) Unload(name string) error { return c.onTopic(name, c.unload) }

func (c *core) unload(t *topic) {
	for _, p := range t.partitions {
		p.count, p.bytes = 0, 0
		for _, k := range p.cursors {
			k.out = 0
		}
	}
	for _, s := range c.subscriptions {
		if s.topic == t {
			s.disconnect()
			s.dispatch()
		}
	}
}

// Recreate deletes a topic by force while its clients are connected. They create
// it again, as Pulsar allows by default: the topic is empty afterwards.
func (c *Cluster) Recreate(name string) error { return c.onTopic(name, c.recreate) }

func (c *core) recreate(t *topic) {
	for _, p := range t.partitions {
		c.ledgers++
		p.first, p.messages, p.ledger = p.end(), nil, c.ledgers
		p.count, p.bytes, p.entries = 0, 0, 0
		for _, k := range p.cursors {
			k.out = 0
		}
	}
	for _, s := range c.subscriptions {
		if s.topic == t {
			s.recreate()
		}
	}
}

// Delete deletes a topic by force on a cluster that does not create topics by
// itself: its producers and consumers end.
func (c *Cluster) Delete(name string) error {
	return c.onTopic(name, func(t *topic) {
		gone := refusal(broker.Gone, "there is no topic %s", t.name.Short())
		delete(c.topics, t.name.String())
		for _, s := range slices.Clone(c.subscriptions) {
			if s.topic == t {
				for _, u := range slices.Clone(s.consumers) {
					u.end(gone)
				}
				c.forget(s)
			}
		}
		c.endProducers(t, gone)
	})
}

// DeleteSubscription deletes a subscription by force. Its consumers reconnect
// and create it again after the newest message.
func (c *Cluster) DeleteSubscription(name, subscription string) error {
	return c.onTopic(name, func(t *topic) {
		if s := c.subscription(t, subscription); s != nil {
			s.recreate()
		}
	})
}

// Stick makes the present consumers of a subscription deliver nothing more,
// without an error.
func (c *Cluster) Stick(name, subscription string) error {
	return c.onTopic(name, func(t *topic) {
		if s := c.subscription(t, subscription); s != nil {
			for _, u := range s.consumers {
				u.stuck = true
			}
		}
	})
}

// onTopic calls do for an existing topic, under mu.
func (c *core) onTopic(name string, do func(*topic)) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	t, err := c.find(name, false)
	if err == nil {
		do(t)
		c.callOut()
	}
	return err
}

// recreate makes a subscription as if it had just been created.
func (s *subscription) recreate() {
	for _, k := range s.cursors {
		k.seek(k.partition.end())
		k.out = 0
	}
}

// endProducers ends the producers of a topic. Their sends in flight fail.
func (c *core) endProducers(t *topic, cause error) {
	for _, l := range c.producers {
		if l.topic == t {
			l.end(cause)
		}
	}
}

// end ends the producer: it accepts no more messages, and those in flight fail.
func (l *producer) end(cause error) {
	if l.cause != nil {
		return
	}
	l.cause = cause
	if l.spec.Ended != nil {
		l.cluster.calls = append(l.cluster.calls, func() { l.spec.Ended(cause) })
	}
}
