package transaction

import (
	"context"
	"sync"
	"time"

	"pulsh/session/broker"
)

// Drain is a consumer that can acknowledge inside transactions.
type Drain interface {
	broker.Consumer
	// AckIn is Ack inside a transaction. With an output topic it first stores the run there.
	AckIn(t broker.Transaction, run []broker.Delivery) (failed int, err error)
	// EndsEntry reports whether a message is the last of its stored entry.
	EndsEntry(d *broker.Delivery) bool
}

// Acker is a broker.Consumer that acknowledges in transactions, one after another.
//
// A transaction ends with an entry: the client acknowledges an entry when all its messages
// are, so one that were divided would count in the second transaction alone.
type Acker struct {
	Drain
	how   broker.Transactions
	begin Begin

	mu     sync.Mutex // held while messages are acknowledged, so that runs follow each other
	open   broker.Transaction
	acked  int   // in the open transaction
	broken error // why the open transaction cannot be committed
	expiry *time.Timer
}

// NewAcker returns a consumer that acknowledges through drain.
func NewAcker(drain Drain, begin Begin, how broker.Transactions) *Acker {
	return &Acker{Drain: drain, how: how, begin: begin}
}

// Ack acknowledges deliveries in transactions. What it cannot acknowledge is redelivered.
func (a *Acker) Ack(run []broker.Delivery) (failed int, err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for len(run) > 0 {
		if e := a.beginNext(); e != nil {
			a.Nack(run)
			return failed + len(run), e
		}
		n := a.share(run)
		lost, e := a.AckIn(a.open, run[:n])
		if e != nil {
			failed, err, a.broken = failed+lost, e, e
			a.Nack(run[:n]) // what was acknowledged in vain is redelivered with the end of the transaction
		}
		a.acked += n
		if a.acked >= a.how.Messages && a.EndsEntry(&run[n-1]) || a.broken != nil {
			a.finish()
		}
		run = run[n:]
	}
	return failed, err
}

// share returns how many messages of a run belong to the open transaction.
func (a *Acker) share(run []broker.Delivery) int {
	n := min(max(a.how.Messages-a.acked, 1), len(run))
	for n < len(run) && !a.EndsEntry(&run[n-1]) {
		n++
	}
	return n
}

// beginNext begins a transaction if none is open. The caller holds mu.
func (a *Acker) beginNext() error {
	if a.open != nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), a.how.Timeout)
	defer cancel()
	t, err := a.begin(ctx)
	if err != nil {
		a.how.Recorder.Refused(err)
		return err
	}
	a.how.Recorder.Opened()
	a.open, a.acked, a.broken = t, 0, nil
	a.expiry = time.AfterFunc(a.how.Timeout/2, func() { a.expire(t) })
	return nil
}

// expire ends a transaction that stays open because no more messages come.
func (a *Acker) expire(t broker.Transaction) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.open == t {
		a.finish()
	}
}

// finish ends the open transaction. The caller holds mu.
func (a *Acker) finish() {
	if a.open == nil {
		return
	}
	a.expiry.Stop()
	conclude(a.open, a.how, a.broken)
	a.open = nil
}

// Close commits the open transaction, then ends the consumer.
func (a *Acker) Close(ctx context.Context) error {
	ended := make(chan struct{})
	go func() {
		a.mu.Lock()
		defer a.mu.Unlock()
		a.finish()
		close(ended)
	}()
	select {
	case <-ended:
	case <-ctx.Done(): // the broker aborts the transaction at its timeout, and redelivers
	}
	return a.Drain.Close(ctx)
}
