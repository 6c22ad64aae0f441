package fake

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"pulsh/session/broker"
	"pulsh/session/metrics"
	"pulsh/session/payload"
)

// world is a cluster in virtual time with one client.
type world struct {
	*testing.T
	*Cluster
	broker broker.Broker
	admin  broker.Admin
	base   time.Time
	shards *metrics.SendShards
	stream uint64
}

// in runs a test in a world of its own.
func in(t *testing.T, o Options, test func(w *world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := &world{T: t, Cluster: New(o), base: time.Now(), shards: metrics.NewSendShards(time.Now)}
		var err error
		w.broker, w.admin, err = w.Connect(t.Context(), w.clock)
		require.NoError(t, err)
		defer w.Close()
		test(w)
		w.broker.Close()
	})
}

func (w *world) clock() int64 { return int64(time.Since(w.base)) }

func (w *world) spec(topic string) broker.ProducerSpec {
	w.stream++
	size, err := payload.ParseSize("100")
	require.NoError(w, err)
	return broker.ProducerSpec{Topic: topic, ID: w.stream, Pending: 1000, Timeout: 30 * time.Second,
		Batch: broker.Batch{Messages: 10}, Bodies: payload.Spec{Size: size}, Clock: w.clock, Base: w.base,
		Recorder: w.shards.Attach()}
}

func (w *world) producer(topic string, change ...func(*broker.ProducerSpec)) *producer {
	w.Helper()
	spec := w.spec(topic)
	for _, f := range change {
		f(&spec)
	}
	l, err := w.broker.OpenProducer(w.Context(), spec)
	require.NoError(w, err)
	return l.(*producer)
}

func (w *world) consumer(topic string, kind broker.SubscriptionType, change ...func(*broker.ConsumerSpec)) *consumer {
	w.Helper()
	spec := broker.ConsumerSpec{Topics: []string{topic}, Subscription: "s", Type: kind, Queue: 1000, NackDelay: time.Second}
	for _, f := range change {
		f(&spec)
	}
	u, err := w.broker.Subscribe(w.Context(), spec)
	require.NoError(w, err)
	return u.(*consumer)
}

// dues are n due times, all now.
func (w *world) dues(n int) []int64 {
	dues := make([]int64, n)
	for i := range dues {
		dues[i] = w.clock()
	}
	return dues
}

// send sends n messages and waits until all are answered.
func (w *world) send(l *producer, n int) {
	w.Helper()
	require.Equal(w, n, l.Send(w.dues(n)))
	w.settle()
}

// settle lets all that is under way happen.
func (w *world) settle() {
	time.Sleep(50 * time.Millisecond) // of virtual time
	synctest.Wait()
}

// drain receives what there is without waiting.
func (w *world) drain(u *consumer) []broker.Delivery {
	stop := make(chan struct{})
	var all []broker.Delivery
	timer := time.AfterFunc(10*time.Millisecond, func() { close(stop) })
	defer timer.Stop()
	buf := make([]broker.Delivery, 64)
	for {
		n := u.Receive(stop, buf)
		if n == 0 {
			return all
		}
		all = append(all, buf[:n]...)
	}
}

// numbers are the sequence numbers of deliveries.
func (w *world) numbers(run []broker.Delivery) []int {
	w.Helper()
	var numbers []int
	for _, d := range run {
		stamp, ok := payload.ReadStamp(d.Body)
		require.True(w, ok)
		numbers = append(numbers, int(stamp.Sequence))
	}
	return numbers
}

func (w *world) ack(u *consumer, run []broker.Delivery) {
	w.Helper()
	failed, err := u.Ack(run)
	require.NoError(w, err)
	require.Zero(w, failed)
}

func (w *world) backlog(topic string) int64 {
	w.Helper()
	stats, err := w.admin.Stats(w.Context(), topic)
	require.NoError(w, err)
	return stats.Subscriptions["s"].BacklogEntries
}

func (w *world) close(l *producer) {
	w.Helper()
	ctx, cancel := context.WithTimeout(w.Context(), time.Second)
	defer cancel()
	require.NoError(w, l.Close(ctx))
}

// counts are what all producers recorded.
func (w *world) counts() metrics.SendCounts {
	w.shards.Collect()
	return w.shards.Counts()
}

func upTo(n int) []int {
	numbers := make([]int, n)
	for i := range numbers {
		numbers[i] = i
	}
	return numbers
}
