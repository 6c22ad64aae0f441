package session_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pulsh/session/payload"
	"pulsh/session/spec"
)

// A reset sets every figure to zero, and a stop and start after it make no negative
// times or rates.
func TestAResetSetsAllFiguresToZero(t *testing.T) {
	inVirtualTime(t, func(v *inVirtual) {
		t := v.t
		v.receive(func(s *spec.Consumer) { s.Workers = 2 })
		v.produce(1000, func(s *spec.Producer) { s.Keys, _ = payload.ParseKeys("100") })
		time.Sleep(5 * time.Second)
		require.NoError(t, v.Stop(t.Context(), "fast"))
		time.Sleep(time.Second)
		require.NoError(t, v.Reset("sub1"))
		time.Sleep(time.Second)
		sub1 := v.sub1()
		for _, w := range sub1.Consumer.PerWorker {
			require.Zero(t, w.Done)
			require.Zero(t, w.Acked)
		}
		for _, share := range v.consumerGroup("sub1").KeyShares(context.Background()) {
			require.Zero(t, share.Received)
			require.Zero(t, share.Keys)
		}
		books, err := v.Delivery("sub1", 10)
		require.NoError(t, err)
		require.Zero(t, books.Present.Received)
		for _, account := range books.Producers {
			require.Zero(t, account.Received)
		}
		require.NoError(t, v.Start(t.Context(), "fast"))
		time.Sleep(4 * time.Second)
		require.NoError(t, v.Stop(t.Context(), "sub1"))
		time.Sleep(2 * time.Second)
		require.NoError(t, v.Start(t.Context(), "sub1"))
		for range 20 {
			time.Sleep(100 * time.Millisecond)
			s := v.sub1()
			require.Positive(t, s.Running)
			require.GreaterOrEqual(t, s.Consumer.Average, 0.0)
			require.Less(t, s.Consumer.Average, 3000.0, "the average is over the time in which it received")
		}
	})
}

// Messages that come again after a seek tell nothing of the latency.
func TestReplaysStayOutOfEndToEndLatency(t *testing.T) {
	inVirtualTime(t, func(v *inVirtual) {
		t := v.t
		v.consume()
		v.produce(1000, nil)
		time.Sleep(20 * time.Second)
		before := v.sub1().Consumer.E2E.Total
		require.NoError(t, v.consumerGroup("sub1").SeekTime(t.Context(), time.Now().Add(-15*time.Second)))
		time.Sleep(10 * time.Second)
		after := v.sub1().Consumer
		require.Greater(t, after.Received, before.Count+20_000, "they came again")
		require.Less(t, after.E2E.Total.Count, before.Count+11_000, "and were not measured")
		require.Less(t, after.E2E.Total.P99, int64(time.Second))
	})
}

// A message that is in flight at a reset is acked after it, and so counts as sent and as
// due after it, too.
func TestAcksAfterAResetHaveTheirSends(t *testing.T) {
	inVirtualTime(t, func(v *inVirtual) {
		t := v.t
		v.produce(10_000, nil)
		for range 5 {
			time.Sleep(2*time.Second + time.Millisecond)
			require.NoError(t, v.Reset("fast"))
			for range 20 {
				time.Sleep(100 * time.Millisecond)
				p := v.fast().Producer
				require.Positive(t, p.Acked)
				require.GreaterOrEqual(t, p.Sent, p.Acked)
				require.GreaterOrEqual(t, p.Due, p.Acked)
			}
		}
		require.NoError(t, v.Stop(t.Context(), "fast"))
		time.Sleep(time.Second)
		p := v.fast().Producer
		require.Equal(t, p.Sent, p.Acked)
		require.Equal(t, p.Due, p.Acked)
	})
}
