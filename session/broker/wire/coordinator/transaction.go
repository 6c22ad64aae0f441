package coordinator

import (
	"context"
	"sync"

	"pulsh/session/broker"
	"pulsh/session/broker/protocol"
	"pulsh/session/broker/wire/connect"
)

// unansweredMost bounds the requests of a transaction that wait for their answers: what
// was sent is kept until then.
const unansweredMost = 4096

// Transaction is an open transaction. Who sends or acknowledges in it announces each
// request with Expect and its outcome with Done, so that the transaction ends when all are
// answered, and is committed only if none has failed.
type Transaction struct {
	ID protocol.Txn
	at *one

	mu         sync.Mutex
	parts      map[protocol.TxnSubscription]*part // partitions have no subscription
	unanswered int
	changed    chan struct{} // closed when unanswered gets lower; nil if nobody waits
	failed     error         // the first failure
	committed  bool
	ended      chan struct{} // closed when the outcome is known, or will not be
	end        sync.Once
}

// part is a partition or a subscription of a transaction. It joins once, whoever asks.
type part struct {
	joined chan struct{} // closed when err is known
	err    error
}

// AddPartition makes a partition a part of the transaction. It must have returned before a
// message of the transaction is sent there.
func (t *Transaction) AddPartition(ctx context.Context, topic string) error {
	return t.add(ctx, protocol.TxnSubscription{Topic: topic}, func() protocol.Question {
		return &protocol.AddPartitionToTxn{Txn: t.ID, Partitions: []string{topic}}
	})
}

// AddSubscription makes a subscription a part of the transaction. It must have returned
// before the transaction acknowledges there.
func (t *Transaction) AddSubscription(ctx context.Context, topic, name string) error {
	s := protocol.TxnSubscription{Topic: topic, Subscription: name}
	return t.add(ctx, s, func() protocol.Question {
		return &protocol.AddSubscriptionToTxn{Txn: t.ID, Subscriptions: []protocol.TxnSubscription{s}}
	})
}

func (t *Transaction) add(ctx context.Context, name protocol.TxnSubscription, question func() protocol.Question) error {
	t.mu.Lock()
	p, known := t.parts[name]
	if !known {
		p = &part{joined: make(chan struct{})}
		t.parts[name] = p
	}
	t.mu.Unlock()
	if !known {
		_, err := t.at.ask(ctx, connect.OperationTimeout, question)
		p.err = sentence(err)
		close(p.joined)
	}
	select {
	case <-p.joined:
		return p.err
	case <-ctx.Done():
		return sentence(context.Cause(ctx))
	}
}

// Room waits until there is room for more requests, and returns why the transaction can
// only be aborted, nil if it need not.
func (t *Transaction) Room(ctx context.Context) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	for t.unanswered >= unansweredMost && t.failed == nil {
		if err := t.wait(ctx); err != nil {
			return sentence(err)
		}
	}
	return t.failed
}

// Expect announces a request.
func (t *Transaction) Expect() {
	t.mu.Lock()
	t.unanswered++
	t.mu.Unlock()
}

// Done announces the answer of a request. err is why it failed.
func (t *Transaction) Done(err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.unanswered--
	if err != nil && t.failed == nil {
		t.failed = err
	}
	if t.changed != nil {
		close(t.changed)
		t.changed = nil
	}
}

// wait waits for an answer. It needs mu, which it releases meanwhile.
func (t *Transaction) wait(ctx context.Context) error {
	if t.changed == nil {
		t.changed = make(chan struct{})
	}
	changed := t.changed
	t.mu.Unlock()
	defer t.mu.Lock()
	select {
	case <-changed:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// settle waits until all requests are answered, and returns the first failure.
func (t *Transaction) settle(ctx context.Context) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	for t.unanswered > 0 {
		if err := t.wait(ctx); err != nil {
			return &broker.Error{Category: broker.Timeout, Message: "its messages were not acked in time", Cause: err}
		}
	}
	return t.failed
}

// Commit commits the transaction. One of which something has failed is aborted instead.
func (t *Transaction) Commit(ctx context.Context) error {
	defer t.end.Do(func() { close(t.ended) })
	if err := t.settle(ctx); err != nil {
		_ = t.finish(ctx, true) // the failure is the reason
		return err
	}
	if err := t.finish(ctx, false); err != nil {
		return err
	}
	t.mu.Lock()
	t.committed = true
	t.mu.Unlock()
	return nil
}

// Abort aborts the transaction.
func (t *Transaction) Abort(ctx context.Context) error {
	defer t.end.Do(func() { close(t.ended) })
	_ = t.settle(ctx) // what is late is sent in vain
	return t.finish(ctx, true)
}

func (t *Transaction) finish(ctx context.Context, abort bool) error {
	switch {
	case ctx.Err() == nil:
	case abort:
		return nil // the coordinator aborts it at its timeout
	default: // and never commits it
		return &broker.Error{Category: broker.Timeout, Message: "it was not committed in time", Cause: context.Cause(ctx)}
	}
	_, err := t.at.ask(ctx, endPatience, func() protocol.Question { return &protocol.EndTxn{Txn: t.ID, Abort: abort} })
	return sentence(err)
}

// Committed waits for the end of the transaction, and reports whether it is known to be
// committed.
func (t *Transaction) Committed(ctx context.Context) bool {
	select {
	case <-t.ended:
	case <-ctx.Done():
		return false
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.committed
}
