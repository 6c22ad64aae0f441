package fake

import (
	"context"
	"slices"
	"time"

	"pulsh/session/broker"
	"pulsh/session/transaction"
)

// openTransaction is a transaction. What is sent and acknowledged in it takes effect at
// its commit. Unlike Pulsar it holds up no other messages of its topics.
type openTransaction struct {
	cluster *core
	sent    []*message // guarded by the cluster's lock
	acked   []ackedRun
}

// ackedRun is what a consumer has acknowledged in a transaction at once.
type ackedRun struct {
	by  *transactionalConsumer
	run []broker.Delivery
}

// begin begins a transaction.
func (c *core) begin(ctx context.Context) (broker.Transaction, error) {
	if c.options.NoTransactions {
		return nil, broker.NoCoordinator(nil)
	}
	if err := c.awaitResponsive(ctx); err != nil {
		return nil, err
	}
	return &openTransaction{cluster: c}, nil
}

// Commit stores what was sent, and acknowledges.
func (t *openTransaction) Commit(context.Context) error {
	time.Sleep(t.cluster.latency())
	c := t.cluster
	c.mu.Lock()
	var touched []*partition
	for _, m := range t.sent {
		m.partition.arrive(m)
		if !slices.Contains(touched, m.partition) {
			touched = append(touched, m.partition)
		}
	}
	for _, p := range touched {
		c.deliver(p)
	}
	c.mu.Unlock()
	for _, a := range t.acked {
		if a.by.output != nil {
			a.by.output.Forward(context.Background(), a.run, 0)
		}
		if _, err := a.by.Ack(a.run); err != nil {
			return err
		}
	}
	return nil
}

// Abort drops what was sent, and has what was acknowledged redelivered.
func (t *openTransaction) Abort(context.Context) error {
	time.Sleep(t.cluster.latency())
	for _, a := range t.acked {
		a.by.Nack(a.run)
	}
	return nil
}

// transactionalProducer is a producer that can send inside transactions.
type transactionalProducer struct{ *producer }

// SendIn is Send inside a transaction.
func (l transactionalProducer) SendIn(t broker.Transaction, dues []int64, claim func(n int) bool) int {
	if !claim(len(dues)) {
		return 0
	}
	l.cluster.mu.Lock()
	l.within = t.(*openTransaction)
	l.cluster.mu.Unlock()
	return l.Send(dues)
}

// Flush waits until all sent messages are answered.
func (l transactionalProducer) Flush(ctx context.Context) error {
	for l.InFlight() > 0 {
		select {
		case <-time.After(l.cluster.latency()):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// Numbers returns the number of the next message, and how many sends have failed.
func (l transactionalProducer) Numbers() (next, failed uint64) {
	l.cluster.mu.Lock()
	defer l.cluster.mu.Unlock()
	return l.sequence, l.failedSends
}

// transactional returns a producer that sends in transactions, if its spec wants that.
// The caller holds mu.
func (c *core) transactional(l *producer) (broker.Producer, error) {
	switch {
	case l.spec.Transactions == nil:
		return l, nil
	case c.options.NoTransactions:
		return nil, broker.NoCoordinator(nil)
	}
	return transaction.NewSender(transactionalProducer{l}, c.begin, *l.spec.Transactions), nil
}

// transactionalConsumer is a consumer that can acknowledge inside transactions.
type transactionalConsumer struct {
	*consumer
	output *forwarder // nil for none
}

// AckIn acknowledges a run inside a transaction.
func (t *transactionalConsumer) AckIn(in broker.Transaction, run []broker.Delivery) (failed int, err error) {
	within := in.(*openTransaction)
	within.acked = append(within.acked, ackedRun{t, slices.Clone(run)})
	return 0, nil
}

// EndsEntry returns true: the fake acknowledges messages, not entries.
func (t *transactionalConsumer) EndsEntry(*broker.Delivery) bool { return true }

// acknowledging returns a consumer that acknowledges in transactions, if its spec wants
// that. The caller holds mu.
func (c *core) acknowledging(u *consumer) (broker.Consumer, error) {
	how := u.spec.Transactions
	switch {
	case how == nil:
		return u, nil
	case c.options.NoTransactions:
		return nil, broker.NoCoordinator(nil)
	}
	t := &transactionalConsumer{consumer: u}
	if how.Output != "" {
		topic, err := c.find(how.Output, true)
		if err != nil {
			return nil, err
		}
		t.output = &forwarder{c, broker.ForwarderSpec{Topic: how.Output}, topic}
	}
	return transaction.NewAcker(t, c.begin, *how), nil
}
