package client

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/apache/pulsar-client-go/pulsar"

	"pulsh/session/broker"
	"pulsh/session/transaction"
)

// coordinator is the client that begins transactions, for all groups. Producers and
// consumers of other clients can use them.
type coordinator struct {
	mu     sync.Mutex // held while the client connects to all coordinators
	client pulsar.Client
}

// get returns the client, and connects it at first. A broker that has just started may
// not have its coordinators yet, so it tries again until ctx ends, but not for a cluster
// that has none.
func (c *coordinator) get(ctx context.Context, o Options) (pulsar.Client, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.client != nil {
		return c.client, nil
	}
	o.transactions = true
	made, err := within(ctx, func() (pulsar.Client, error) {
		made, err := connect(o, 1)
		return made.Client, err
	}, pulsar.Client.Close)
	if err != nil {
		return nil, transactionError(err)
	}
	c.client = made
	return made, nil
}

// close closes the client. What the client has for the coordinators themselves stays: it
// has no way to end that (v0.21.0).
func (c *coordinator) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.client != nil {
		c.client.Close()
		c.client = nil
	}
}

// transactionError turns an error about a transaction into a sentence.
func transactionError(err error) error {
	known, ok := errors.AsType[*pulsar.Error](err)
	switch {
	case ok && known.Result() == pulsar.TransactionCoordinatorNotEnabled,
		errors.Is(err, pulsar.ErrTransactionCoordinatorNotEnabled),
		broker.CodeIn(err.Error()) == "NotAllowedError":
		return broker.NoCoordinator(err)
	case ok && known.Result() == pulsar.TransactionNoFoundError:
		return broker.Subject{}.Refused("TransactionNotFound", err.Error(), err)
	case ok && known.Result() == pulsar.InvalidStatus:
		return broker.Subject{}.Refused("InvalidTxnStatus", err.Error(), err)
	}
	return sentence(err, broker.Subject{})
}

// begin returns the function that begins transactions.
func (c *Client) begin(timeout time.Duration) transaction.Begin {
	return func(ctx context.Context) (broker.Transaction, error) {
		through, err := c.coordinator.get(ctx, c.options)
		if err != nil {
			return nil, err
		}
		begun, err := within(ctx, func() (pulsar.Transaction, error) { return through.NewTransaction(timeout) }, nil)
		if err != nil {
			return nil, transactionError(err)
		}
		return begunTransaction{begun}, nil
	}
}

// begunTransaction is a transaction of the client, whose calls wait for the coordinator
// without regard to the context.
type begunTransaction struct{ pulsar.Transaction }

// Commit commits the transaction.
func (t begunTransaction) Commit(ctx context.Context) error { return t.end(ctx, t.Transaction.Commit) }

// Abort aborts it.
func (t begunTransaction) Abort(ctx context.Context) error { return t.end(ctx, t.Transaction.Abort) }

func (t begunTransaction) end(ctx context.Context, how func(context.Context) error) error {
	_, err := within(ctx, func() (struct{}, error) { return struct{}{}, how(context.Background()) }, nil)
	if err != nil {
		return transactionError(err)
	}
	return nil
}

// transactional returns a producer that sends in transactions, if the spec wants that.
func (c *Client) transactional(ctx context.Context, l *producer, spec broker.ProducerSpec) (broker.Producer, error) {
	if spec.Transactions == nil {
		return l, nil
	}
	if _, err := c.coordinator.get(ctx, c.options); err != nil {
		_ = l.Close(ctx) // the failure before is the reason
		return nil, err
	}
	return transaction.NewSender(l, c.begin(spec.Transactions.Timeout), *spec.Transactions), nil
}

// SendIn is Send inside a transaction.
func (l *producer) SendIn(t broker.Transaction, dues []int64, claim func(n int) bool) int {
	return l.sendIn(t.(begunTransaction).Transaction, dues, claim)
}

// Flush waits until all sent messages are answered.
func (l *producer) Flush(ctx context.Context) error {
	if l.InFlight() == 0 {
		return nil
	}
	return l.producer.FlushWithCtx(ctx)
}

// Numbers returns the number of the next message, and how many sends have failed.
func (l *producer) Numbers() (next, failed uint64) {
	return uint64(l.given.Load()), l.failed.Load()
}

// transactionalConsumer acknowledges inside transactions, and stores what it
// acknowledges in another topic.
type transactionalConsumer struct {
	*consumer
	output *forwarder // nil for none
}

// acknowledging returns a consumer that acknowledges in transactions, if the spec wants
// that.
func (c *Client) acknowledging(ctx context.Context, s *consumer, spec broker.ConsumerSpec) (broker.Consumer, error) {
	if spec.Transactions == nil {
		return s, nil
	}
	_, err := c.coordinator.get(ctx, c.options)
	t := &transactionalConsumer{consumer: s}
	if to := spec.Transactions.Output; err == nil && to != "" {
		t.output, err = c.openForwarder(ctx, broker.ForwarderSpec{Topic: to, Name: spec.Transactions.OutputName})
	}
	if err != nil {
		_ = s.Close(ctx) // the failure before is the reason
		return nil, err
	}
	return transaction.NewAcker(t, c.begin(spec.Transactions.Timeout), *spec.Transactions), nil
}

// AckIn stores a run in the output topic, then acknowledges it, both inside a
// transaction.
func (t *transactionalConsumer) AckIn(in broker.Transaction, run []broker.Delivery) (failed int, err error) {
	inside := in.(begunTransaction).Transaction
	if t.output != nil {
		ctx, cancel := context.WithTimeout(context.Background(), forwardTimeout)
		defer cancel()
		for _, e := range t.output.store(ctx, run, func(m pulsar.Message) *pulsar.ProducerMessage { return copyIn(m, inside) }) {
			if e != nil {
				return len(run), e // one that is missing breaks the transaction
			}
		}
	}
	for i := range run {
		consumer, id := t.topics.of(&run[i])
		if e := consumer.AckWithTxn(identified{id: id}, inside); e != nil {
			failed++
			if err == nil {
				err = transactionError(e)
			}
		}
	}
	return failed, err
}

// copyIn returns a copy of a message to send inside a transaction.
func copyIn(m pulsar.Message, inside pulsar.Transaction) *pulsar.ProducerMessage {
	return &pulsar.ProducerMessage{
		Payload: m.Payload(), Key: m.Key(), OrderingKey: m.OrderingKey(), EventTime: m.EventTime(), Properties: m.Properties(),
		Transaction: inside,
	}
}

// identified is a message of which the client asks nothing but its id.
type identified struct {
	pulsar.Message
	id pulsar.MessageID
}

// ID returns the id of the message.
func (i identified) ID() pulsar.MessageID { return i.id }

// EndsEntry reports whether a message is the last of its stored entry.
func (t *transactionalConsumer) EndsEntry(d *broker.Delivery) bool {
	_, id := t.topics.of(d)
	return id.BatchIdx() >= id.BatchSize()-1
}

// Close ends the consumer and the producer of the output topic.
func (t *transactionalConsumer) Close(ctx context.Context) error {
	err := t.consumer.Close(ctx)
	if t.output != nil {
		err = errors.Join(err, t.output.Close(ctx))
	}
	return err
}
