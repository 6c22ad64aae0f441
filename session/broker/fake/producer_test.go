package fake

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"pulsh/session/broker"
	"pulsh/session/metrics"
	"pulsh/session/payload"
)

func TestWhatIsSentIsReceivedInOrder(t *testing.T) {
	in(t, Options{Latency: 2 * time.Millisecond}, func(w *world) {
		u, l := w.consumer("fast", broker.Exclusive), w.producer("fast")
		start := w.clock()
		w.send(l, 25)
		require.Zero(w, l.InFlight())
		require.EqualValues(w, 25, l.Answered())
		require.Equal(w, metrics.SendCounts{Sent: 25, Acked: 25, Bytes: 2500, Batches: 3}, w.counts())
		require.Equal(w, 2*time.Millisecond, w.shards.Latency.Total().Max.Truncate(100*time.Microsecond))

		run := w.drain(u)
		require.Equal(w, upTo(25), w.numbers(run))
		stamp, _ := payload.ReadStamp(run[24].Body)
		require.Equal(w, w.base.UnixNano()+start, stamp.Due)
		require.Equal(w, l.spec.ID, stamp.Producer)
		require.Len(w, run[0].Body, 100)
		require.Equal(w, run[0].Entry, run[9].Entry, "a batch is one entry")
		require.NotEqual(w, run[0].Entry, run[10].Entry)
		w.ack(u, run)
		require.Zero(w, w.backlog("fast"))
		w.close(l)
		require.NoError(w, u.Close(w.Context()))
	})
}

func TestSendBlocksAtPendingUntilReleased(t *testing.T) {
	in(t, Options{}, func(w *world) {
		l := w.producer("fast", func(s *broker.ProducerSpec) { s.Pending = 5 })
		w.Kill()
		var sent int
		var sending sync.WaitGroup
		sending.Go(func() { sent = l.Send(w.dues(20)) })
		synctest.Wait()
		require.Equal(w, 5, l.InFlight())
		l.Release()
		sending.Wait()
		require.Equal(w, 5, sent)
		require.Zero(w, l.Send(w.dues(1)))

		ctx, cancel := context.WithTimeout(w.Context(), time.Second)
		defer cancel()
		require.EqualError(w, l.Close(ctx), "5 messages are without an answer")
		require.Equal(w, 5, l.InFlight(), "they stay without one")
		w.Restore()
		w.settle()
		require.EqualValues(w, 5, w.counts().Sent)
		require.Zero(w, w.counts().Acked)
	})
}

func TestSendGoesOnWhenAnswersCome(t *testing.T) {
	in(t, Options{Latency: 10 * time.Millisecond}, func(w *world) {
		l := w.producer("fast", func(s *broker.ProducerSpec) { s.Pending = 5 })
		start := time.Now()
		require.Equal(w, 20, l.Send(w.dues(20)))
		require.Equal(w, 30*time.Millisecond, time.Since(start), "three times the places are full")
		w.close(l)
		require.EqualValues(w, 20, w.counts().Acked)
	})
}

func TestPartitionsShareMessages(t *testing.T) {
	in(t, Options{}, func(w *world) {
		require.NoError(w, w.CreateTopic("wide", 4))
		n, err := w.broker.Partitions(w.Context(), "wide")
		require.NoError(w, err)
		require.Equal(w, 4, n)
		n, err = w.broker.Partitions(w.Context(), "new")
		require.NoError(w, err)
		require.Zero(w, n)

		u, l := w.consumer("wide", broker.Shared), w.producer("wide")
		for range 8 {
			w.send(l, 10)
		}
		require.ElementsMatch(w, upTo(80), w.numbers(w.drain(u)))
		stats, err := w.admin.Stats(w.Context(), "wide")
		require.NoError(w, err)
		require.Len(w, stats.Partitions, 4)
		require.EqualValues(w, 20, stats.Partitions["wide-partition-3"].MessagesIn)
		require.EqualValues(w, 80, stats.MessagesIn)
		require.EqualValues(w, 8, stats.Subscriptions["s"].BacklogEntries)
		require.Equal(w, 10.0, stats.MessagesPerEntry)
		require.Equal(w, 1, stats.Producers)
	})
}

func TestKeysStayOnTheirPartition(t *testing.T) {
	in(t, Options{}, func(w *world) {
		require.NoError(w, w.CreateTopic("wide", 4))
		keys, err := payload.ParseKeys("10")
		require.NoError(w, err)
		l := w.producer("wide", func(s *broker.ProducerSpec) { s.Keys = payload.NewKeyTable(keys) })
		w.send(l, 200)
		home := map[string]int{}
		for _, p := range w.topics["persistent://public/default/wide"].partitions {
			for _, m := range p.messages {
				require.Contains(w, m.key, "key-")
				if before, seen := home[m.key]; seen {
					require.Equal(w, before, p.index)
				}
				home[m.key] = p.index
			}
		}
		require.Len(w, home, 10)
	})
}

func TestLanesThatCannotBe(t *testing.T) {
	in(t, Options{SizeMax: 99}, func(w *world) {
		l := w.producer("fast", func(s *broker.ProducerSpec) { s.Name = "p" })
		spec := w.spec("fast")
		spec.Name = "p"
		_, err := w.broker.OpenProducer(w.Context(), spec)
		require.EqualError(w, err, "a producer named p is on topic fast already")
		_, err = w.broker.OpenProducer(w.Context(), w.spec("a/b/c/d"))
		require.ErrorContains(w, err, "is not a topic")

		w.send(l, 3)
		require.EqualValues(w, 3, w.counts().Failed)
		failures := w.shards.Failures.List()
		require.Equal(w, broker.TooLarge, failures[0].Category)

		require.NoError(w, w.Terminate("fast"))
		_, err = w.broker.OpenProducer(w.Context(), w.spec("fast"))
		require.EqualError(w, err, "topic fast is terminated and accepts no more messages")
		sending := make(chan int)
		go func() { sending <- l.Send(w.dues(1)) }() // ends below, by Release
		w.settle()
		l.Release()
		require.Zero(w, <-sending, "an ended producer accepts nothing")
	})
}
