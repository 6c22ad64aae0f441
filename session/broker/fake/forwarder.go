package fake

import (
	"context"
	"time"

	"pulsh/session/broker"
)

// forwarder stores received messages elsewhere.
type forwarder struct {
	cluster *Cluster
	spec    broker.ForwarderSpec
	topic   *topic
}

// OpenForwarder creates a producer for received messages.
func (n *connection) OpenForwarder(ctx context.Context, spec broker.ForwarderSpec) (broker.Forwarder, error) {
	c := n.cluster
	if err := c.await(ctx); err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.reachable(); err != nil {
		return nil, err
	}
	t, err := c.find(spec.Topic, true)
	return &forwarder{c, spec, t}, err
}

// Forward stores the run after the cluster's latency, and each message of a
// retry topic after its delay.
func (f *forwarder) Forward(ctx context.Context, run []broker.Delivery, delay time.Duration) []error {
	errs := make([]error, len(run))
	fail := func(err error) []error {
		for i := range errs {
			errs[i] = err
		}
		return errs
	}
	if err := f.cluster.await(ctx); err != nil {
		return fail(err)
	}
	select {
	case <-time.After(f.cluster.latency()):
	case <-ctx.Done():
		return fail(unreachable())
	}
	c := f.cluster
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.faults.absent() {
		return fail(unreachable())
	}
	for i := range run {
		if category, text, fails := c.faults.fails(); fails {
			errs[i] = refusal(category, "%s", text)
			continue
		}
		f.store(run[i].Whole.(item), delay)
	}
	return errs
}

// store puts a copy of a message into the topic, at its time.
func (f *forwarder) store(i item, delay time.Duration) {
	m := i.cursor.partition.at(i.index)
	copied := message{head: m.head, size: m.size, key: m.key, published: m.sent, opens: true, retries: m.retries}
	p := f.topic.choose(m.key, 0)
	if !f.spec.Retry {
		p.append(&copied)
		f.cluster.grown(p)
		return
	}
	copied.retries++
	f.cluster.at(time.Now().Add(delay), func() {
		p.append(&copied)
		f.cluster.grown(p)
	})
}

// Close does nothing: what was forwarded is stored.
func (f *forwarder) Close(context.Context) error { return nil }

// latency is the time from a send to its receipt.
func (c *Cluster) latency() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.options.Latency
}
