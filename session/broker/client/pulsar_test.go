package client

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pulsh/session/broker"
	"pulsh/session/broker/local/localtest"
	"pulsh/session/delivery"
	"pulsh/session/metrics"
	"pulsh/session/payload"
)

// soon bounds every wait of these tests; on a busy machine a cold server takes
// seconds for its first topic.
const soon = time.Minute

// bench is one client with what its producers and consumers need.
type bench struct {
	*Client
	t     *testing.T
	base  time.Time
	topic string
	sent  *metrics.SendRecorder
}

func newBench(t *testing.T, url string) *bench {
	b := &bench{t: t, base: time.Now(), sent: metrics.NewSendShards(time.Now).Attach()}
	b.topic = fmt.Sprintf("client-%d", b.base.UnixNano())
	c, err := New(Options{URL: url, Clock: b.clock})
	require.NoError(t, err)
	t.Cleanup(c.Close)
	b.Client = c
	return b
}

func (b *bench) clock() int64 { return int64(time.Since(b.base)) }

func (b *bench) within() context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), soon)
	b.t.Cleanup(cancel)
	return ctx
}

func (b *bench) producer(change func(*broker.ProducerSpec)) *producer {
	size, err := payload.FixedSize(100)
	require.NoError(b.t, err)
	spec := broker.ProducerSpec{
		Topic: b.topic, Name: fmt.Sprintf("producer-%d", time.Now().UnixNano()), ID: uint64(time.Now().UnixNano()),
		Compression: "lz4", Batch: broker.Batch{Messages: 100, Bytes: 128 << 10, Delay: 5 * time.Millisecond},
		Pending: 1000, Timeout: 30 * time.Second, Bodies: payload.Spec{Size: size},
		Clock: b.clock, Base: b.base, Recorder: b.sent,
	}
	if change != nil {
		change(&spec)
	}
	opened, err := b.OpenProducer(b.within(), spec)
	require.NoError(b.t, err)
	return opened.(*producer)
}

func (b *bench) subscribe(kind broker.SubscriptionType) broker.Consumer {
	s, err := b.Subscribe(b.within(), broker.ConsumerSpec{
		Topics: []string{b.topic}, Subscription: "s", Type: kind, Name: fmt.Sprintf("c%d", time.Now().UnixNano()),
		Queue: 1000, Position: broker.Earliest, Grouping: broker.StandardGrouping(),
	})
	require.NoError(b.t, err)
	return s
}

// dues are n due times of this moment.
func (b *bench) dues(n int) []int64 {
	due := make([]int64, n)
	for i := range due {
		due[i] = b.clock()
	}
	return due
}

// collect receives into a ledger until nothing is missing.
func (b *bench) collect(s broker.Consumer, want int) delivery.Totals {
	ledger, stop := delivery.NewAudit(delivery.DefaultWindow), make(chan struct{})
	reader := ledger.Reader()
	deadline := time.AfterFunc(soon, func() { close(stop) })
	defer deadline.Stop()
	var buf [64]broker.Delivery
	for got := 0; got < want; {
		n := s.Receive(stop, buf[:])
		require.NotZero(b.t, n, "received %d of %d", got, want)
		for _, d := range buf[:n] {
			stamp, ok := payload.ReadStamp(d.Body)
			require.True(b.t, ok)
			reader.Take(&delivery.Arrival{Stamp: stamp, Entry: d.Entry, Redelivery: d.Redelivery, Partition: d.Partition})
		}
		failed, err := s.Ack(buf[:n])
		require.NoError(b.t, err)
		require.Zero(b.t, failed)
		got += n
	}
	return ledger.Totals()
}

func TestEveryMessageArrivesOnceAndInOrder(t *testing.T) {
	server := localtest.Start(t)
	b := newBench(t, server.URL())
	consumer := b.subscribe(broker.Exclusive)
	producers := []*producer{b.producer(nil), b.producer(nil)}
	const runs, workers = 40, 8
	var all sync.WaitGroup
	for w := range workers {
		all.Go(func() {
			for range runs {
				producers[w%2].Send(b.dues(64))
			}
		})
	}
	all.Wait()
	const want = runs * workers * 64
	totals := b.collect(consumer, want)
	for _, l := range producers {
		require.NoError(t, l.Close(b.within()))
		require.Zero(t, l.InFlight())
	}
	require.EqualValues(t, want, totals.Received)
	require.Zero(t, totals.Missing())
	require.Zero(t, totals.Duplicated)
	require.Zero(t, totals.OutOfOrder, "workers that share a producer keep its order")
	shards := metrics.NewSendShards(time.Now)
	shards.Latency.Collect(&b.sent.Latency)
	require.EqualValues(t, want, shards.Latency.Total().Count)
	require.NoError(t, consumer.Close(b.within()))
}

func TestBatchesHoldManyMessages(t *testing.T) {
	b := newBench(t, localtest.Start(t).URL())
	shards := metrics.NewSendShards(time.Now)
	l := b.producer(func(s *broker.ProducerSpec) { s.Recorder = shards.Attach() })
	for range 100 {
		require.Equal(t, 100, l.Send(b.dues(100)))
	}
	require.NoError(t, l.Close(b.within()))
	shards.Collect()
	counts := shards.Counts()
	require.EqualValues(t, 10_000, counts.Acked)
	require.Less(t, counts.Batches, int64(1000), "10,000 messages in batches of up to 100")
}

func TestWithoutBatchingEveryMessageTravelsAlone(t *testing.T) {
	b := newBench(t, localtest.Start(t).URL())
	shards := metrics.NewSendShards(time.Now)
	l := b.producer(func(s *broker.ProducerSpec) { s.Recorder, s.Batch.Messages = shards.Attach(), 1 })
	require.Equal(t, 500, l.Send(b.dues(500)))
	require.NoError(t, l.Close(b.within()))
	shards.Collect()
	require.EqualValues(t, 500, shards.Counts().Batches)
}

func TestAMessageTooLargeIsRefusedAndCounted(t *testing.T) {
	b := newBench(t, localtest.Start(t).URL())
	shards := metrics.NewSendShards(time.Now)
	l := b.producer(func(s *broker.ProducerSpec) {
		s.Bodies.Size, _ = payload.FixedSize(6 << 20)
		s.Recorder, s.Batch.Messages, s.Pending, s.Compression = shards.Attach(), 1, 4, "none"
	})
	require.Equal(t, 3, l.Send(b.dues(3)))
	require.NoError(t, l.Close(b.within()))
	shards.Collect()
	failures := shards.Failures.List()
	require.Len(t, failures, 1)
	require.Equal(t, broker.TooLarge, failures[0].Category)
	require.EqualValues(t, 3, failures[0].Count)
}

func TestADeadBrokerHoldsNobody(t *testing.T) {
	server := localtest.Own(t)
	b := newBench(t, server.URL())
	l := b.producer(func(s *broker.ProducerSpec) { s.Pending = 100 })
	require.Equal(t, 10, l.Send(b.dues(10)))
	require.NoError(t, server.Kill(b.within()))
	sending := make(chan int)
	go func() { sending <- l.Send(b.dues(1000)) }() // ends below, by Release
	require.Eventually(t, func() bool { return l.InFlight() >= 100 }, soon, time.Millisecond)
	l.Release()
	require.Less(t, <-sending, 1000)
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	require.Error(t, l.Close(ctx), "what is in flight cannot be flushed")
}

func TestNothingIsLostThroughAKill(t *testing.T) {
	server := localtest.Own(t)
	b := newBench(t, server.URL())
	consumer := b.subscribe(broker.Shared)
	l := b.producer(func(s *broker.ProducerSpec) { s.Pending, s.Timeout = 50_000, 5*time.Minute }) // a start on a busy machine may take longer than the usual timeout
	const runs = 300
	var sending sync.WaitGroup
	killed := make(chan struct{})
	sending.Go(func() {
		for i := range runs {
			require.Equal(t, 64, l.Send(b.dues(64)))
			if i == runs/3 {
				require.NoError(t, server.Kill(b.within()))
				close(killed)
			}
		}
	})
	<-killed
	require.NoError(t, server.Restart(b.within()))
	sending.Wait()
	require.NoError(t, l.Close(b.within()))
	require.EqualValues(t, 0, l.InFlight())
	const want = runs * 64
	ledger, stop := delivery.NewAudit(delivery.DefaultWindow), make(chan struct{})
	reader := ledger.Reader()
	deadline := time.AfterFunc(soon, func() { close(stop) })
	defer deadline.Stop()
	var buf [64]broker.Delivery
	for int(ledger.Totals().Unique()) < want {
		n := consumer.Receive(stop, buf[:])
		require.NotZero(t, n, "%+v", ledger.Totals())
		for _, d := range buf[:n] {
			stamp, _ := payload.ReadStamp(d.Body)
			reader.Take(&delivery.Arrival{Stamp: stamp, Entry: d.Entry, Redelivery: d.Redelivery, Partition: d.Partition})
		}
		_, _ = consumer.Ack(buf[:n])
	}
	require.Zero(t, ledger.Totals().Missing())
	require.NoError(t, consumer.Close(b.within()))
}

func TestExclusiveTwiceIsRefusedWithASentence(t *testing.T) {
	b := newBench(t, localtest.Start(t).URL())
	first := b.subscribe(broker.Exclusive)
	_, err := b.Subscribe(b.within(), broker.ConsumerSpec{
		Topics: []string{b.topic}, Subscription: "s", Type: broker.Exclusive, Name: "second", Queue: 10, Position: broker.Latest,
	})
	require.ErrorContains(t, err, "another consumer already holds this subscription")
	require.NoError(t, first.Close(b.within()))
}

func TestNoBrokerIsASentenceWithinTheDeadline(t *testing.T) {
	b := newBench(t, "pulsar://127.0.0.1:1")
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	_, err := b.Partitions(ctx, b.topic)
	require.Error(t, err)
	require.NotContains(t, err.Error(), "failed")
}
