package transaction

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"pulsh/session/broker"
)

// drain is a consumer whose entries have three messages.
type drain struct {
	broker.Consumer // nil: only the methods below are called
	acked           []int
	nacked          int
	failing         bool
	closed          bool
}

func (d *drain) AckIn(t broker.Transaction, run []broker.Delivery) (int, error) {
	if d.failing {
		return len(run), errors.New("refused")
	}
	for range run {
		d.acked = append(d.acked, t.(*txn).number)
	}
	return 0, nil
}
func (d *drain) EndsEntry(m *broker.Delivery) bool { return m.Index == 2 }
func (d *drain) Nack(run []broker.Delivery)        { d.nacked += len(run) }
func (d *drain) Close(context.Context) error       { d.closed = true; return nil }

// entries returns messages of whole entries.
func entries(messages int) []broker.Delivery {
	run := make([]broker.Delivery, messages)
	for i := range run {
		run[i].Index = int32(i % 3)
	}
	return run
}

func TestTransactionsEndWithAnEntry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, b := &drain{}, &book{toAbort: func(n int) bool { return n == 2 }}
		a := NewAcker(d, coordinator(time.Millisecond, nil), b.how(10))
		run := entries(60)
		for len(run) > 0 { // runs that divide entries
			n := min(7, len(run))
			failed, err := a.Ack(run[:n])
			require.NoError(t, err)
			require.Zero(t, failed)
			run = run[n:]
		}
		require.NoError(t, a.Close(within(t, time.Second)))
		require.Len(t, d.acked, 60)
		for i := range d.acked {
			require.Equal(t, i/12+1, d.acked[i], "message %d: twelve are the first whole entries of ten", i)
		}
		require.Equal(t, []broker.TransactionOutcome{broker.Committed, broker.Aborted, broker.Committed, broker.Committed, broker.Committed}, b.outcomes)
		require.True(t, d.closed)
	})
}

func TestAnOpenTransactionOfAConsumerIsCommittedInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, b := &drain{}, &book{}
		a := NewAcker(d, coordinator(0, nil), b.how(100))
		_, err := a.Ack(entries(3))
		require.NoError(t, err)
		time.Sleep(4 * time.Second)
		require.Empty(t, b.outcomes)
		time.Sleep(2 * time.Second)
		require.Equal(t, []broker.TransactionOutcome{broker.Committed}, b.outcomes)
		require.NoError(t, a.Close(within(t, time.Second)))
		require.Len(t, b.outcomes, 1)
	})
}

func TestWhatCannotBeAcknowledgedComesAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, b := &drain{failing: true}, &book{}
		a := NewAcker(d, coordinator(0, nil), b.how(100))
		failed, err := a.Ack(entries(6))
		require.Error(t, err)
		require.Equal(t, 6, failed)
		require.Equal(t, 6, d.nacked)
		require.Equal(t, []broker.TransactionOutcome{broker.TransactionFailed}, b.outcomes)

		d, b = &drain{}, &book{}
		a = NewAcker(d, func(context.Context) (broker.Transaction, error) { return nil, errors.New("no coordinator") }, b.how(100))
		failed, err = a.Ack(entries(6))
		require.Error(t, err)
		require.Equal(t, 6, failed)
		require.Equal(t, 6, d.nacked)
		require.Equal(t, 1, b.refused)
	})
}
