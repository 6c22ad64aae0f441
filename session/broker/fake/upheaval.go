package fake

import (
	"slices"

	"pulsh/session/broker"
)

// What an administrator can do to topics and subscriptions under their users.

// Unload makes the broker give a topic up: its counters begin anew, and all
// clients connect again. What is stored stays, what consumers hold is delivered
// again.
func (c *Cluster) Unload(name string) error {
	return c.upset(name, c.unload)
}

func (c *Cluster) unload(t *topic) {
	for _, p := range t.partitions {
		p.count, p.bytes = 0, 0
		for _, k := range p.cursors {
			k.out = 0
		}
	}
	for _, s := range c.subs {
		if s.topic == t {
			s.disconnect()
			s.dispatch()
		}
	}
}

// Recreate deletes a topic by force while clients that are connected make it
// again, as Pulsar's standard allows: what was stored is gone.
func (c *Cluster) Recreate(name string) error {
	return c.upset(name, c.recreate)
}

func (c *Cluster) recreate(t *topic) {
	for _, p := range t.partitions {
		c.ledgers++
		p.first, p.messages, p.ledger = p.end(), nil, c.ledgers
		p.count, p.bytes, p.entries = 0, 0, 0
		for _, k := range p.cursors {
			k.out = 0
		}
	}
	for _, s := range c.subs {
		if s.topic == t {
			s.renew()
		}
	}
}

// Delete deletes a topic by force where clients must not make it again: its
// lanes and consumers end.
func (c *Cluster) Delete(name string) error {
	return c.upset(name, func(t *topic) {
		gone := refusal(broker.Gone, "there is no topic %s", t.name.Short())
		delete(c.topics, t.name.String())
		for _, s := range slices.Clone(c.subs) {
			if s.topic == t {
				for _, u := range slices.Clone(s.consumers) {
					u.end(gone)
				}
				c.forget(s)
			}
		}
		c.endLanes(t, gone)
	})
}

// DeleteSubscription deletes a subscription by force; its consumers connect
// again and make it anew behind the newest message.
func (c *Cluster) DeleteSubscription(name, subscription string) error {
	return c.upset(name, func(t *topic) {
		for _, s := range c.subs {
			if s.topic == t && s.name == subscription {
				s.renew()
			}
		}
	})
}

// Numb makes the present consumers of a subscription deliver nothing more,
// without a word, as a client that has lost its way.
func (c *Cluster) Numb(name, subscription string) error {
	return c.upset(name, func(t *topic) {
		for _, s := range c.subs {
			if s.topic == t && s.name == subscription {
				for _, u := range s.consumers {
					u.numb = true
				}
			}
		}
	})
}

// upset does something to a topic that is there.
func (c *Cluster) upset(name string, do func(*topic)) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	t, err := c.find(name, false)
	if err == nil {
		do(t)
		c.tell()
	}
	return err
}

// renew has a subscription as it is when it has just been made.
func (s *subscription) renew() {
	for _, k := range s.cursors {
		k.seek(k.partition.end())
		k.out = 0
	}
}

// endLanes gives a topic's lanes up for good: what is in flight fails.
func (c *Cluster) endLanes(t *topic, why error) {
	for _, l := range c.lanes {
		if l.topic == t {
			l.give(why)
		}
	}
}

// give gives the lane up: it takes no more, and what is in flight fails.
func (l *producer) give(why error) {
	if l.ended != nil {
		return
	}
	l.ended = why
	if l.spec.Ended != nil {
		l.cluster.told = append(l.cluster.told, func() { l.spec.Ended(why) })
	}
}
