package reading

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"pulsh/session/broker"
	"pulsh/session/broker/embedded/virtual"
	"pulsh/session/broker/protocol"
	"pulsh/session/spec"
)

// world is a cluster in memory with a topic and a subscription.
type world struct {
	t       *testing.T
	cluster *virtual.Cluster
	engine  broker.Broker
	admin   broker.Admin
}

func in(t *testing.T, partitions int, test func(w world)) {
	synctest.Test(t, func(t *testing.T) {
		w := world{t: t, cluster: virtual.New()}
		defer w.cluster.Close()
		begin := time.Now()
		clients, err := w.cluster.Connect(func() int64 { return int64(time.Since(begin)) })
		require.NoError(t, err)
		defer clients.Admin.Close()
		defer clients.Engine.Close()
		w.engine, w.admin = clients.Engine, clients.Admin
		require.NoError(t, w.admin.CreateTopic(t.Context(), "x", partitions))
		require.NoError(t, w.admin.CreateSubscription(t.Context(), "x", "audit", broker.Earliest))
		test(w)
	})
}

// send stores messages that are a ms apart, with their numbers as bodies.
func (w world) send(n int) {
	w.t.Helper()
	for i := range n {
		_, err := w.engine.(broker.Sender).SendEach(w.t.Context(), "x", []broker.Message{{Body: fmt.Append(nil, i), Key: fmt.Sprint("k", i%5)}})
		require.NoError(w.t, err)
		time.Sleep(time.Millisecond)
	}
}

func (w world) peek(n int) (bodies []string, entries int64) {
	w.t.Helper()
	found, err := Peek(w.t.Context(), w.engine, w.admin, "x", "audit", n)
	require.NoError(w.t, err)
	for _, m := range found.Messages {
		bodies = append(bodies, string(m.Body))
	}
	return bodies, found.Entries
}

func TestAPeekIsInTheOrderOfTime(t *testing.T) {
	for _, partitions := range []int{0, 3} {
		in(t, partitions, func(w world) {
			got, entries := w.peek(5)
			require.Empty(w.t, got)
			require.Zero(w.t, entries)
			w.send(10)
			for range 2 {
				got, entries = w.peek(4)
				require.Equal(w.t, []string{"0", "1", "2", "3"}, got)
				require.EqualValues(w.t, 10, entries)
			}
			got, _ = w.peek(1000)
			require.Len(w.t, got, 10)
			stats, err := w.admin.Stats(w.t.Context(), "x")
			require.NoError(w.t, err)
			require.Len(w.t, stats.Subscriptions, 1, "the reader's own has gone")
			require.EqualValues(w.t, 10, stats.Subscriptions["audit"].BacklogEntries)
		})
	}
}

func TestAPeekSkipsWhatIsAcknowledged(t *testing.T) {
	in(t, 0, func(w world) {
		w.send(6)
		c, err := w.engine.Subscribe(w.t.Context(), broker.ConsumerSpec{Topics: []string{"x"}, Subscription: "audit", Type: broker.Shared, Queue: 10})
		require.NoError(w.t, err)
		buf := make([]broker.Delivery, 10)
		require.Equal(w.t, 6, c.Receive(nil, buf))
		for _, i := range []int{0, 2, 3, 5} {
			_, err := c.Ack(buf[i : i+1])
			require.NoError(w.t, err)
		}
		got, entries := w.peek(10)
		require.Equal(w.t, []string{"1", "4"}, got)
		require.EqualValues(w.t, 2, entries)
	})
}

// TestAPeekEnds looks at a topic of a broker that falls silent.
func TestAPeekEnds(t *testing.T) {
	in(t, 0, func(w world) {
		w.send(3)
		ctx, cancel := context.WithTimeout(w.t.Context(), time.Second)
		defer cancel()
		w.cluster.Stall(5 * time.Second)
		_, err := Peek(ctx, w.engine, w.admin, "x", "audit", 2)
		require.Error(w.t, err)
		time.Sleep(5 * time.Second) // the reader closes
	})
}

func TestATailIsSampled(t *testing.T) {
	in(t, 0, func(w world) {
		w.send(1)
		tail, err := Follow(w.t.Context(), w.engine, "x", nil, 0)
		require.NoError(w.t, err)
		began := time.Now()
		w.send(1000)
		time.Sleep(100 * time.Millisecond) // what is on its way arrives
		news, err := tail.Look()
		require.NoError(w.t, err)
		require.EqualValues(w.t, 1000, news.Came)
		require.InDelta(w.t, 20+20*time.Since(began).Seconds(), len(news.Messages), 3, "those at once, and those of each second")
		require.EqualValues(w.t, 1000-len(news.Messages), news.Left)
		require.False(w.t, news.Full)
		require.NoError(w.t, tail.Close(w.t.Context()))
	})
}

func TestATailOfOneKey(t *testing.T) {
	in(t, 3, func(w world) {
		key := "k3"
		tail, err := Follow(w.t.Context(), w.engine, "x", &key, 2)
		require.NoError(w.t, err)
		w.send(20)
		time.Sleep(100 * time.Millisecond) // what is on its way arrives
		news, err := tail.Look()
		require.NoError(w.t, err)
		require.True(w.t, news.Full)
		require.Len(w.t, news.Messages, 2)
		require.Equal(w.t, "3", string(news.Messages[0].Body))
		require.Equal(w.t, "8", string(news.Messages[1].Body))
		news, err = tail.Look()
		require.NoError(w.t, err)
		require.Empty(w.t, news.Messages)
		require.NoError(w.t, tail.Close(w.t.Context()))
	})
}

func TestATailTellsThatItHasEnded(t *testing.T) {
	in(t, 0, func(w world) {
		tail, err := Follow(w.t.Context(), w.engine, "x", nil, 0)
		require.NoError(w.t, err)
		w.cluster.Evict(1000, protocol.TopicNotFound, "there is no topic x")
		time.Sleep(100 * time.Millisecond) // what is on its way arrives
		_, err = tail.Look()
		require.Error(w.t, err)
		require.NoError(w.t, tail.Close(w.t.Context()))
	})
}

// TestACursorGoesOn replaces the consumer of a reader in the middle.
func TestACursorGoesOn(t *testing.T) {
	in(t, 2, func(w world) {
		w.send(20)
		var c Cursor
		plain := broker.ConsumerSpec{Topics: []string{"x"}, Subscription: "r", Type: broker.Exclusive, Queue: 5, NonDurable: true, Position: broker.Earliest}
		require.Equal(w.t, plain, c.Complete(plain), "a group without a reader is as it was")
		settings := spec.DefaultReader("r")
		settings.Reader.Begin = "earliest"
		_, err := c.Begin("r", settings)
		require.NoError(w.t, err)
		seen := map[string]int{}
		read := func(least int) {
			consumer, err := w.engine.Subscribe(w.t.Context(), c.Complete(plain))
			require.NoError(w.t, err)
			c.Use(consumer)
			buf := make([]broker.Delivery, 3)
			for got := 0; got < least; {
				n := consumer.Receive(nil, buf)
				for _, d := range buf[:n] {
					seen[string(d.Body)]++
				}
				got += n
			}
			require.NoError(w.t, consumer.Close(w.t.Context()))
		}
		read(4)
		read(4)
		read(20 - len(seen))
		require.Len(w.t, seen, 20)
		for body, n := range seen {
			require.Equal(w.t, 1, n, body)
		}
		back, err := c.Begin("r", settings)
		require.NoError(w.t, err)
		require.Empty(w.t, c.Complete(plain).Start.After, "it begins again")
		back()
		require.NotEmpty(w.t, c.Complete(plain).Start.After)
		settings.Reader.Begin = "2999-01-01T00:00:00Z"
		_, err = c.Begin("r", settings)
		require.ErrorContains(w.t, err, "future")
	})
}
