package fake

import (
	"context"
	"slices"

	"pulsh/session/broker"
)

// Add subscribes to one more topic from its first message on.
func (u *consumer) Add(ctx context.Context, name string) error {
	c := u.cluster
	if err := c.await(ctx); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if u.gone {
		return refusal(broker.Disconnected, "the consumer is closed")
	}
	spec := u.spec
	spec.Position = broker.Earliest
	s, err := c.join(name, spec)
	if err != nil {
		return err
	}
	if !slices.Contains(u.subs, s) {
		u.subs = append(u.subs, s)
		s.consumers = append(s.consumers, u)
		s.dispatch()
	}
	return nil
}

// Drop leaves a topic; one that is not there any more is left as well.
func (u *consumer) Drop(_ context.Context, name string) error {
	c := u.cluster
	c.mu.Lock()
	defer c.mu.Unlock()
	parsed, err := broker.ParseTopic(name)
	if err != nil {
		return err
	}
	for _, s := range slices.Clone(u.subs) {
		if s.topic.name == parsed {
			u.subs = slices.DeleteFunc(u.subs, func(other *subscription) bool { return other == s })
			u.part(s)
		}
	}
	return nil
}

// join finds or makes a topic's subscription, if the consumer may come in.
func (c *Cluster) join(name string, spec broker.ConsumerSpec) (*subscription, error) {
	t, err := c.find(name, true)
	if err != nil {
		return nil, err
	}
	s := c.subscribe(t, spec)
	return s, s.admit(spec)
}

// part takes the consumer out of one subscription; what it holds goes to the
// others. A subscription that is not durable ends with its last consumer.
func (u *consumer) part(s *subscription) {
	s.consumers = slices.DeleteFunc(s.consumers, func(other *consumer) bool { return other == u })
	for _, k := range s.cursors {
		k.release(u)
		u.queue = slices.DeleteFunc(u.queue, func(i item) bool { return i.cursor == k })
	}
	if u.spec.NonDurable && len(s.consumers) == 0 {
		u.cluster.forget(s)
		return
	}
	s.dispatch()
}

// forget deletes a subscription.
func (c *Cluster) forget(s *subscription) {
	c.subs = slices.DeleteFunc(c.subs, func(other *subscription) bool { return other == s })
	for _, k := range s.cursors {
		k.partition.cursors = slices.DeleteFunc(k.partition.cursors, func(other *cursor) bool { return other == k })
	}
}
