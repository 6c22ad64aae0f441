package admin

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/apache/pulsar-client-go/pulsar"
	"github.com/apache/pulsar-client-go/pulsar/log"
	"github.com/stretchr/testify/require"

	"pulsh/session/broker"
	"pulsh/session/broker/local/localtest"
)

const (
	// soon bounds what a broker does in the background.
	soon = 20 * time.Second
	// glance is how long to wait between two looks at it.
	glance = 100 * time.Millisecond
)

// real is an admin API and a client of the same server, and topics of this test.
type real struct {
	*Admin
	client pulsar.Client
	prefix string
}

func connect(t *testing.T) *real {
	t.Helper()
	server := localtest.Start(t)
	a, err := New(server.AdminURL(), Options{})
	require.NoError(t, err)
	client, err := pulsar.NewClient(pulsar.ClientOptions{URL: server.URL(), Logger: log.DefaultNopLogger()})
	require.NoError(t, err)
	t.Cleanup(func() {
		client.Close()
		a.Close()
	})
	return &real{a, client, fmt.Sprintf("admin-%d-", time.Now().UnixNano())}
}

// publish sends batches of messages, each to the next partition if there are
// several, and returns the id of each batch.
func (r *real) publish(t *testing.T, topic string, batches, size int) []pulsar.MessageID {
	t.Helper()
	batch := 0
	p, err := r.client.CreateProducer(pulsar.ProducerOptions{Topic: topic, BatchingMaxMessages: uint(size),
		BatchingMaxPublishDelay: soon, SendTimeout: -1, // a timeout leaves goroutines behind

		MessageRouter: func(_ *pulsar.ProducerMessage, m pulsar.TopicMetadata) int { return batch % int(m.NumPartitions()) }})
	require.NoError(t, err)
	defer p.Close()
	ids := make(chan pulsar.MessageID, batches*size)
	for batch = range batches {
		for range size {
			p.SendAsync(context.Background(), &pulsar.ProducerMessage{Payload: make([]byte, 100)},
				func(id pulsar.MessageID, _ *pulsar.ProducerMessage, err error) {
					if err == nil {
						ids <- id
					}
				})
		}
		require.NoError(t, p.FlushWithCtx(t.Context()))
	}
	var firsts []pulsar.MessageID
	for range batches * size {
		if id := <-ids; id.BatchIdx() == 0 {
			firsts = append(firsts, id)
		}
	}
	require.Len(t, firsts, batches)
	return firsts
}

// backlog is what the broker says that a subscription has to go, in entries.
func (r *real) backlog(t *testing.T, topic, subscription string) int64 {
	t.Helper()
	stats, err := r.Stats(t.Context(), topic)
	require.NoError(t, err)
	require.Contains(t, stats.Subscriptions, subscription)
	return stats.Subscriptions[subscription].BacklogEntries
}

func (r *real) waitBacklog(t *testing.T, topic, subscription string, want int64) {
	t.Helper()
	require.Eventually(t, func() bool { return r.backlog(t, topic, subscription) == want }, soon, glance,
		"backlog of %s on %s", subscription, topic)
}

func TestPulsarTopics(t *testing.T) {
	r, ctx := connect(t), t.Context()
	version, err := r.Version(ctx)
	require.NoError(t, err)
	require.Regexp(t, `^\d+\.\d+\.\d+`, version)

	one, many := r.prefix+"one", r.prefix+"many"
	require.NoError(t, r.CreateTopic(ctx, one, 0))
	require.NoError(t, r.CreateTopic(ctx, many, 2))
	err = r.CreateTopic(ctx, one, 0)
	require.True(t, broker.IsThere(err), "%v", err)
	topics, err := r.Topics(ctx, "public/default")
	require.NoError(t, err)
	require.Contains(t, topics, broker.Topic{Name: one})
	require.Contains(t, topics, broker.Topic{Name: many, Partitions: 2})
	passing := "non-persistent://public/default/" + r.prefix
	require.NoError(t, r.CreateTopic(ctx, passing+"one", 0))
	require.NoError(t, r.CreateTopic(ctx, passing+"many", 2))
	topics, err = r.Topics(ctx, "public/default")
	require.NoError(t, err)
	require.Contains(t, topics, broker.Topic{Name: passing + "one"})
	require.Contains(t, topics, broker.Topic{Name: passing + "many", Partitions: 2})
	require.NotContains(t, fmt.Sprint(topics), passing+"many-partition-", "its partitions are not listed")

	require.NoError(t, r.GrowTopic(ctx, many, 3))
	n, err := r.Partitions(ctx, many)
	require.NoError(t, err)
	require.Equal(t, 3, n)
	require.NoError(t, r.Unload(ctx, many))
	require.NoError(t, r.Terminate(ctx, one))
	require.NoError(t, r.Terminate(ctx, many))
	name, err := broker.ParseTopic(one)
	require.NoError(t, err)
	var internal struct{ State string }
	require.NoError(t, r.get(ctx, call{at: topicPath(name, "internalStats"), doing: "look at " + one}, &internal))
	require.Equal(t, "Terminated", internal.State)

	for _, topic := range []string{one, many} {
		require.NoError(t, r.DeleteTopic(ctx, topic, true))
		_, err = r.Stats(ctx, topic)
		require.True(t, broker.IsMissing(err), "%v", err)
		require.True(t, broker.IsMissing(r.DeleteTopic(ctx, topic, true)))
	}
}

func TestPulsarStatsCountMessagesAndEntries(t *testing.T) {
	r, ctx := connect(t), t.Context()
	for _, partitions := range []int{0, 3} {
		topic := fmt.Sprintf("%sstats-%d", r.prefix, partitions)
		require.NoError(t, r.CreateTopic(ctx, topic, partitions))
		require.NoError(t, r.CreateSubscription(ctx, topic, "s", broker.Earliest))
		consumer, err := r.client.Subscribe(pulsar.ConsumerOptions{Topic: topic, SubscriptionName: "other", Type: pulsar.KeyShared})
		require.NoError(t, err)
		defer consumer.Close()
		r.publish(t, topic, 6, 25)

		stats, err := r.Stats(ctx, topic)
		require.NoError(t, err)
		require.EqualValues(t, 150, stats.MessagesIn)
		require.Greater(t, stats.BytesIn, int64(150*100))
		require.InDelta(t, 25, stats.MessagesPerEntry, 0.01)
		require.EqualValues(t, 6, stats.Subscriptions["s"].BacklogEntries)
		require.Equal(t, 0, stats.Subscriptions["s"].Consumers)
		require.Equal(t, broker.KeyShared, stats.Subscriptions["other"].Type)
		require.Equal(t, 1, stats.Subscriptions["other"].Consumers)
		require.Len(t, stats.Partitions, partitions)
	}
}

func TestPulsarSeeksByTime(t *testing.T) {
	r, ctx := connect(t), t.Context()
	for _, partitions := range []int{0, 3} {
		topic := fmt.Sprintf("%stime-%d", r.prefix, partitions)
		require.NoError(t, r.CreateTopic(ctx, topic, partitions))
		for _, sub := range []string{"s", "keeper"} { // what one has acked, the other keeps stored
			require.NoError(t, r.CreateSubscription(ctx, topic, sub, broker.Earliest))
		}
		r.publish(t, topic, 4, 5)
		r.waitBacklog(t, topic, "s", 4)
		between := time.Now()
		require.Eventually(t, func() bool { return time.Since(between) > 10*time.Millisecond }, soon, time.Millisecond)
		r.publish(t, topic, 3, 5)
		r.waitBacklog(t, topic, "s", 7)

		require.NoError(t, r.ClearBacklog(ctx, topic, "s"))
		r.waitBacklog(t, topic, "s", 0)
		require.NoError(t, r.SeekTime(ctx, topic, "s", between.Add(5*time.Millisecond)))
		r.waitBacklog(t, topic, "s", 3)
		require.NoError(t, r.SeekTime(ctx, topic, "s", time.Time{}))
		r.waitBacklog(t, topic, "s", 7)
		require.NoError(t, r.SeekTime(ctx, topic, "s", time.Now().Add(time.Hour)))
		r.waitBacklog(t, topic, "s", 0)
	}
}

func TestPulsarSeeksByID(t *testing.T) {
	r, ctx := connect(t), t.Context()
	topic := r.prefix + "id"
	require.NoError(t, r.CreateTopic(ctx, topic, 0))
	require.NoError(t, r.CreateSubscription(ctx, topic, "s", broker.Earliest))
	require.NoError(t, r.CreateSubscription(ctx, topic, "keeper", broker.Earliest))
	ids := r.publish(t, topic, 5, 5)
	require.NoError(t, r.ClearBacklog(ctx, topic, "s"))
	require.NoError(t, r.SeekID(ctx, topic, "s", broker.MessageID{Ledger: ids[2].LedgerID(), Entry: ids[2].EntryID(), Partition: -1}))
	r.waitBacklog(t, topic, "s", 3)

	topic = r.prefix + "ids"
	require.NoError(t, r.CreateTopic(ctx, topic, 2))
	require.NoError(t, r.CreateSubscription(ctx, topic, "s", broker.Earliest))
	require.NoError(t, r.CreateSubscription(ctx, topic, "keeper", broker.Earliest))
	ids = r.publish(t, topic+"-partition-1", 5, 5)
	require.NoError(t, r.ClearBacklog(ctx, topic, "s"))
	require.NoError(t, r.SeekID(ctx, topic, "s", broker.MessageID{Ledger: ids[3].LedgerID(), Entry: ids[3].EntryID(), Partition: 1}))
	r.waitBacklog(t, topic, "s", 2)
	require.ErrorContains(t, r.SeekID(ctx, topic, "s", broker.MessageID{Ledger: 1, Entry: 1, Partition: -1}), "has 2 partitions")
}

func TestPulsarSubscriptions(t *testing.T) {
	r, ctx := connect(t), t.Context()
	for _, partitions := range []int{0, 2} {
		topic := fmt.Sprintf("%ssubs-%d", r.prefix, partitions)
		require.NoError(t, r.CreateTopic(ctx, topic, partitions))
		require.NoError(t, r.CreateSubscription(ctx, topic, "s", broker.Earliest))
		r.publish(t, topic, 8, 5)
		require.NoError(t, r.CreateSubscription(ctx, topic, "late", broker.Latest))
		names, err := r.Subscriptions(ctx, topic)
		require.NoError(t, err)
		require.Equal(t, []string{"late", "s"}, names)
		r.waitBacklog(t, topic, "late", 0)
		r.waitBacklog(t, topic, "s", 8)
		if partitions == 0 {
			require.NoError(t, r.SkipEntries(ctx, topic, "s", 3))
			r.waitBacklog(t, topic, "s", 5)
		}
		require.True(t, broker.IsMissing(r.ClearBacklog(ctx, topic, "nobody")))
		require.NoError(t, r.DeleteSubscription(ctx, topic, "late", false))
		names, err = r.Subscriptions(ctx, topic)
		require.NoError(t, err)
		require.Equal(t, []string{"s"}, names)
	}
}

func TestPulsarExpires(t *testing.T) {
	r, ctx := connect(t), t.Context()
	topic := r.prefix + "old"
	require.NoError(t, r.CreateTopic(ctx, topic, 0))
	require.NoError(t, r.CreateSubscription(ctx, topic, "s", broker.Earliest))
	r.publish(t, topic, 3, 5)
	require.Eventually(t, func() bool {
		require.NoError(t, ignoreConflict(r.Expire(ctx, topic, "s", time.Second)))
		return r.backlog(t, topic, "s") == 0
	}, soon, glance)
}

// ignoreConflict lets an expiry pass that the broker refuses because the one
// before it is not done.
func ignoreConflict(err error) error {
	if broker.IsThere(err) {
		return nil
	}
	return err
}

func TestPulsarLimits(t *testing.T) {
	r, ctx := connect(t), t.Context()
	topic := r.prefix + "slow"
	require.NoError(t, r.CreateTopic(ctx, topic, 0))
	limits, err := r.Limits(ctx, topic)
	require.NoError(t, err)
	require.Empty(t, limits)
	times, err := r.Throttled(ctx, topic)
	require.NoError(t, err)
	require.Zero(t, times)

	name, err := broker.ParseTopic(topic)
	require.NoError(t, err)
	require.Eventually(t, func() bool {
		return r.change(ctx, call{method: "POST", at: topicPath(name, "publishRate"), doing: "slow the topic down",
			body: map[string]int{"publishThrottlingRateInMsg": 20, "publishThrottlingRateInByte": -1}}) == nil
	}, soon, glance)
	require.Eventually(t, func() bool {
		limits, err := r.Limits(ctx, topic)
		return err == nil && len(limits) == 1 && limits[0] == broker.Limit{Level: "topic", On: "publish", Messages: 20}
	}, soon, glance)
	require.Eventually(t, func() bool {
		r.publish(t, topic, 10, 5)
		times, err := r.Throttled(ctx, topic)
		return err == nil && times > 0
	}, soon, glance)
}

// consumerOf describes a consumer of a subscription.
func consumerOf(topic, subscription string) pulsar.ConsumerOptions {
	return pulsar.ConsumerOptions{Topic: topic, SubscriptionName: subscription, Type: pulsar.Shared}
}
