package session_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pulsh/session/broker"
	"pulsh/session/pacing"
	"pulsh/session/snapshot"
	"pulsh/session/spec"
)

// named waits for a sample of a group of this moment.
func (v *inVirtual) named(name string) snapshot.Group {
	v.fast()
	g, ok := v.Snapshot().Group(name)
	require.True(v.t, ok, name)
	return g
}

func TestCommittedMessagesArriveAndAbortedOnesDoNot(t *testing.T) {
	inVirtualTime(t, func(v *inVirtual) {
		v.consume()
		v.produce(5000, func(p *spec.Producer) {
			p.Transactions.Messages, p.Transactions.Abort = 50, 10
		})
		time.Sleep(10 * time.Second)
		g := v.fast()
		require.Positive(t, g.Transactions.Open)
		require.InDelta(t, 100, g.Transactions.Rate, 5)
		require.NoError(t, v.Stop(v.t.Context(), "fast"))
		g = v.fast()
		p, x := g.Producer, g.Transactions
		require.InDelta(t, 50_000, p.Acked, 1500)
		require.Zero(t, p.Failed)
		require.Zero(t, x.Open)
		require.Zero(t, x.Failed)
		require.InDelta(t, float64(x.Committed+x.Aborted)/10, float64(x.Aborted), 1)
		require.InDelta(t, 4, x.Commit.Total.P50.Seconds()*1000, 1, "ms, for the partition and the coordinator")
		require.EqualValues(t, x.Aborted, x.Abort.Total.Count)
		books := v.sub1().Consumer.Delivery
		require.EqualValues(t, p.Acked, books.Unique()+books.Aborted)
		require.Zero(t, books.AbortedReceived)
		require.Zero(t, books.Missing())
		require.Zero(t, books.Duplicated)
		for metric, want := range map[string]float64{"fast.txn.aborted": float64(x.Aborted), "sub1.aborted": float64(books.Aborted), "sub1.aborted.received": 0} {
			m, err := snapshot.ParseMetric(metric)
			require.NoError(t, err)
			require.Equal(t, want, v.Snapshot().Value(m), metric)
		}
	})
}

func TestATransformStoresWhatItReceivesOnce(t *testing.T) {
	inVirtualTime(t, func(v *inVirtual) {
		v.produce(2000, nil)
		copying := spec.DefaultConsumer("copy")
		copying.Topic, copying.To, copying.From = "fast", "out", broker.Earliest
		copying.Transactions.Messages, copying.Transactions.Abort = 100, 20
		require.NoError(t, v.AddConsumer("copy", copying))
		require.NoError(t, v.Start(v.t.Context(), "copy"))
		v.consumeFrom("sub2", "out")
		time.Sleep(10 * time.Second)
		require.NoError(t, v.Stop(v.t.Context(), "fast"))
		time.Sleep(10 * time.Minute) // what was aborted is redelivered, a part of it again and again
		g := v.named("copy")
		require.Positive(t, g.Transactions.Aborted)
		require.Positive(t, g.Consumer.Delivery.Redelivered)
		got := v.named("sub2").Consumer
		require.EqualValues(t, v.fast().Producer.Acked, got.Received, "each once")
		require.Zero(t, got.Delivery.Duplicated)
		require.False(t, got.Clock.Differs)
	})
}

// consumeFrom starts a consumer group on a topic from its first message.
func (v *inVirtual) consumeFrom(name, topic string) {
	settings := spec.DefaultConsumer(name)
	settings.Topic, settings.From = topic, broker.Earliest
	require.NoError(v.t, v.AddConsumer(name, settings))
	require.NoError(v.t, v.Start(v.t.Context(), name))
}

func TestTransactionsGoOnThroughChangesAndStalls(t *testing.T) {
	inVirtualTime(t, func(v *inVirtual) {
		v.consume()
		v.produce(5000, func(p *spec.Producer) { p.Transactions.Messages, p.Ends.Count = 50, 60_000 })
		time.Sleep(2 * time.Second)
		require.NoError(t, v.Scale(v.t.Context(), "fast", 9))
		time.Sleep(2 * time.Second)
		v.cluster.Stall(time.Second)
		time.Sleep(2 * time.Second)
		changed, _ := v.Producer("fast")
		changed.Transactions.Messages, changed.Batch = 7, 1
		_, err := v.SetProducer(v.t.Context(), "fast", changed)
		require.NoError(t, err)
		time.Sleep(2 * time.Second)
		changed.Transactions.Messages = 0
		_, err = v.SetProducer(v.t.Context(), "fast", changed)
		require.NoError(t, err)
		time.Sleep(30 * time.Second)
		g := v.fast()
		require.Equal(t, snapshot.Done, g.State)
		require.EqualValues(t, 60_000, g.Producer.Acked)
		require.Zero(t, g.Transactions.Open)
		books := v.sub1().Consumer.Delivery
		require.EqualValues(t, 60_000, books.Unique())
		require.Zero(t, books.Missing())
		require.Zero(t, books.Unknown)
	})
}

func TestASlowTransactionIsCommittedBeforeItTimesOut(t *testing.T) {
	inVirtualTime(t, func(v *inVirtual) {
		v.consume()
		v.produce(100, func(p *spec.Producer) { p.Transactions.Messages = 50 })
		time.Sleep(time.Second)
		v.producerGroup("fast").SetRate(pacing.Hold(1)) // slower than the settings would allow
		time.Sleep(30 * time.Second)
		require.NoError(t, v.Pause("fast"))
		time.Sleep(10 * time.Second)
		g := v.fast()
		require.Zero(t, g.Transactions.Open)
		require.Zero(t, g.Transactions.Failed)
		require.EqualValues(t, g.Producer.Acked, v.sub1().Consumer.Delivery.Unique())
	})
}
