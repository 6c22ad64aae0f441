package transaction

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"pulsh/session/broker/protocol"
)

// parts notes which parts of transactions have ended.
type parts []string

func (p *parts) EndSends(topic string, id protocol.Txn, commit bool) {
	*p = append(*p, fmt.Sprint(topic, id.Least, commit))
}

func (p *parts) EndAcks(topic, subscription string, id protocol.Txn, commit bool) {
	*p = append(*p, fmt.Sprint(topic, "/", subscription, id.Least, commit))
}

func TestATransactionEndsOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var ended parts
		c := NewCoordinator(&ended)
		_, err := c.Begin(Coordinators, time.Second)
		require.Error(t, err)
		_, err = c.Begin(0, 0)
		require.Error(t, err)
		a, err := c.Begin(1, time.Minute)
		require.NoError(t, err)
		b, err := c.Begin(2, time.Second)
		require.NoError(t, err)
		require.EqualValues(t, 1, a.Most)
		for range 2 {
			require.True(t, c.Join(a, "t"))
			require.True(t, c.JoinSubscription(a, protocol.TxnSubscription{Topic: "t", Subscription: "s"}))
		}
		require.True(t, c.Join(b, "u"))
		require.NoError(t, c.End(a, true))
		require.Equal(t, parts{"t0 true", "t/s0 true"}, ended)
		require.Error(t, c.End(a, true))
		require.False(t, c.Join(a, "t"))
		time.Sleep(2 * time.Second)
		require.Equal(t, "u0 false", ended[2], "it has timed out")
		require.Zero(t, c.Open())
		_, err = c.Begin(0, time.Hour)
		require.NoError(t, err)
		c.Close()
		_, err = c.Begin(0, time.Hour)
		require.Error(t, err)
		require.Zero(t, c.Open())
	})
}

func TestTheOldestOpenTransactionHoldsUpWhatFollows(t *testing.T) {
	var s Sends
	a, b, c := protocol.Txn{Least: 1}, protocol.Txn{Least: 2}, protocol.Txn{Least: 3}
	require.EqualValues(t, 9, s.Limit(9))
	s.Add(a, 3, true)
	s.Add(b, 4, true)
	s.Add(a, 5, false)
	s.Add(c, 6, true)
	s.Add(a, 7, true)
	require.EqualValues(t, 3, s.Limit(9))
	entries, known := s.End(c, true)
	require.True(t, known)
	require.Equal(t, []int64{6}, entries)
	require.EqualValues(t, 3, s.Limit(9))
	entries, _ = s.End(a, false)
	require.Equal(t, []int64{3, 7}, entries, "the entry 5 does not name its transaction")
	require.EqualValues(t, 4, s.Limit(9))
	_, known = s.End(a, false)
	require.False(t, known)
	s.End(b, true)
	require.EqualValues(t, 9, s.Limit(9))
	s.Add(a, 9, true)
	require.EqualValues(t, 9, s.Limit(20))
}

func TestTwoTransactionsDoNotAcknowledgeOneEntry(t *testing.T) {
	var s Acks
	a, b := protocol.Txn{Least: 1}, protocol.Txn{Least: 2}
	require.False(t, s.Pending(1))
	require.NoError(t, s.Add(a, 1))
	require.NoError(t, s.Add(a, 1))
	require.Error(t, s.Add(b, 1))
	require.NoError(t, s.Add(b, 2))
	require.True(t, s.Pending(1))
	require.Equal(t, []int64{1}, s.End(a))
	require.False(t, s.Pending(1))
	require.True(t, s.Pending(2))
	require.NoError(t, s.Add(b, 1))
	require.Equal(t, []int64{2, 1}, s.End(b))
	require.Empty(t, s.End(b))
}
