package fake

import (
	"context"
	"net/http"
	"slices"
	"time"

	"pulsh/session/broker"
)

// compactTime is how long a compaction takes. Two polls, a second apart, see it
// run.
const compactTime = 2 * time.Second

// refuse returns a refusal of the admin API with an HTTP status.
func refuse(status int, format string, args ...any) error {
	e := refusal(broker.Other, format, args...).(*broker.Error)
	e.Cause = &broker.Refusal{Status: status, Reason: e.Message}
	return e
}

// gone returns the refusal for a topic or subscription that does not exist.
func gone(format string, args ...any) error {
	e := refuse(http.StatusNotFound, format, args...).(*broker.Error)
	e.Category = broker.Gone
	return e
}

// onTopic calls do for a topic with all its partitions, or with the one
// partition that name gives. It holds the lock.
func (a *admin) onTopic(name string, do func(t *topic, parts []*partition) error) error {
	c := a.cluster
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := a.refused(); err != nil {
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

// subscription returns the subscription of a topic by its name, or nil.
func (c *core) subscription(t *topic, name string) *subscription {
	for _, s := range c.subscriptions {
		if s.topic == t && s.name == name {
			return s
		}
	}
	return nil
}

// connected reports whether a topic has producers or consumers.
func (c *core) connected(t *topic) bool {
	for _, s := range c.subscriptions {
		if s.topic == t && len(s.consumers) > 0 {
			return true
		}
	}
	return c.producersOf(t) > 0
}

// Partitions returns how many partitions a topic has. It creates nothing.
func (a *admin) Partitions(_ context.Context, name string) (n int, err error) {
	err = a.onTopic(name, func(t *topic, parts []*partition) error {
		if t.partitioned && len(parts) == len(t.partitions) {
			n = len(parts)
		}
		return nil
	})
	return n, err
}

// CreateTopic creates a topic. It fails if the topic exists.
func (a *admin) CreateTopic(_ context.Context, name string, partitions int) error {
	c := a.cluster
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := a.refused(); err != nil {
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

// GrowTopic adds empty partitions.
func (a *admin) GrowTopic(_ context.Context, name string, partitions int) error {
	return a.onTopic(name, func(t *topic, _ []*partition) error {
		if !t.partitioned || partitions <= len(t.partitions) {
			return refuse(http.StatusUnprocessableEntity, "cannot give %s %d partitions", t.name.Short(), partitions)
		}
		c := a.cluster
		for i := len(t.partitions); i < partitions; i++ {
			c.ledgers++
			p := &partition{topic: t, index: i, ledger: c.ledgers}
			t.partitions = append(t.partitions, p)
			for _, s := range c.subscriptions {
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

// DeleteTopic deletes a topic. A topic with connected clients is created again
// at once, empty, as it happens when Pulsar's clients reconnect.
func (a *admin) DeleteTopic(_ context.Context, name string, force bool) error {
	return a.onTopic(name, func(t *topic, _ []*partition) error {
		c := a.cluster
		there := c.connected(t)
		if there && !force {
			return refuse(http.StatusPreconditionFailed, "cannot delete %s: Topic has active producers/subscriptions", t.name.Short())
		}
		c.subscriptions = slices.DeleteFunc(c.subscriptions, func(s *subscription) bool { return s.topic == t && len(s.consumers) == 0 })
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

// Terminated reports whether Terminate has ended a topic.
func (a *admin) Terminated(_ context.Context, name string) (ended bool, err error) {
	a.cluster.mu.Lock()
	defer a.cluster.mu.Unlock()
	if err := a.refused(); err != nil {
		return false, err
	}
	t := a.cluster.topics[broker.FullTopic(name)]
	return t != nil && t.terminated, nil
}

// Terminate terminates a topic.
func (a *admin) Terminate(_ context.Context, name string) error {
	return a.onTopic(name, func(t *topic, _ []*partition) error {
		a.cluster.terminate(t)
		a.cluster.callOut()
		return nil
	})
}

// Unload makes all clients reconnect.
func (a *admin) Unload(_ context.Context, name string) error {
	return a.onTopic(name, func(t *topic, _ []*partition) error {
		a.cluster.unload(t)
		return nil
	})
}

// Compact starts a compaction that takes compactTime and changes nothing.
func (a *admin) Compact(_ context.Context, name string) error {
	return a.onTopic(name, func(t *topic, _ []*partition) error {
		if time.Now().After(t.compacted) {
			t.compacted = time.Now().Add(compactTime)
		}
		return nil
	})
}

// Compaction returns the state of the compaction of each partition.
func (a *admin) Compaction(_ context.Context, name string) (all []broker.Compaction, err error) {
	err = a.onTopic(name, func(t *topic, parts []*partition) error {
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
