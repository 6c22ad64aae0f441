package fake

import (
	"context"
	"time"

	"pulsh/session/broker"
)

// forwarder stores received messages in another topic.
type forwarder struct {
	cluster *core
	spec    broker.ForwarderSpec
	topic   *topic
}

// OpenForwarder creates a producer for received messages.
func (n *connection) OpenForwarder(ctx context.Context, spec broker.ForwarderSpec) (broker.Forwarder, error) {
	c := n.cluster
	if err := c.enter(ctx); err != nil {
		return nil, err
	}
	defer c.mu.Unlock()
	t, err := c.find(spec.Topic, true)
	return &forwarder{c, spec, t}, err
}

// Forward stores the run after the cluster's latency. In a retry topic each
// message becomes available after the delay.
func (f *forwarder) Forward(ctx context.Context, run []broker.Delivery, delay time.Duration) []error {
	errs := make([]error, len(run))
	fail := func(err error) []error {
		for i := range errs {
			errs[i] = err
		}
		return errs
	}
	if err := f.cluster.awaitResponsive(ctx); err != nil {
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
	if c.faults.unresponsive() {
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

// store copies a message into the topic, at its time.
func (f *forwarder) store(i item, delay time.Duration) {
	m := i.cursor.partition.at(i.index)
	copied := message{head: m.head, size: m.size, key: m.key, published: m.sent, opens: true, retries: m.retries, stamp: m.stamp}
	p := f.topic.choose(m.key, 0)
	if !f.spec.Retry {
		p.append(&copied)
		f.cluster.deliver(p)
		return
	}
	copied.retries++
	f.cluster.schedule(time.Now().Add(delay), func() {
		p.append(&copied)
		f.cluster.deliver(p)
	})
}

// Close does nothing: every forwarded message is stored already.
func (f *forwarder) Close(context.Context) error { return nil }

// latency returns the time from a send to its receipt.
func (c *core) latency() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.options.Latency
}
