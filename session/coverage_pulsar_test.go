package session_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pulsh/session/broker"
	"pulsh/session/pacing"
	"pulsh/session/spec"
)

// A broker that still writes when a topic is terminated may fence the topic
// instead of naming the cause: Pulsar 4.0.8 does in some of the cases.
func TestATopicTerminatedUnderAProducerLosesNothing(t *testing.T) {
	onEachEngine(t, func(t *testing.T, l *load) {
		l.produce(nil)
		l.consume(func(s *spec.Consumer) { s.Workers = 2 })
		l.acked(4000)
		require.NoError(t, l.admin.Terminate(l.soon(), l.topic))
		l.told("; trying again; try: ")
		l.until("a line of it", func() bool {
			g := l.group("fast")
			return troubled(g, broker.TopicTerminated) || troubled(g, broker.Moved) || troubled(g, broker.Silent)
		})
		l.until("all received", func() bool { return l.sub1().Delivery.Unique() >= uint64(l.fast().Acked) })
		require.Zero(t, l.sub1().Delivery.Lost)
		spec, _ := l.Producer("fast")
		spec.Topic = l.topic + "-2"
		_, err := l.SetProducer(l.soon(), "fast", spec)
		require.NoError(t, err)
		l.acked(2000)
	})
}

func TestACompactedTopicIsReadByItsKeys(t *testing.T) {
	onEachEngine(t, func(t *testing.T, l *load) {
		l.produce(func(s *spec.Producer) {
			s.Workers = 1
			require.NoError(t, s.Keys.UnmarshalText([]byte("50")))
		})
		l.acked(4000)
		require.NoError(t, l.Stop(l.soon(), "fast"))
		require.NoError(t, l.admin.Compact(l.soon(), l.topic))
		l.until("the end of the compaction", func() bool {
			done, err := l.admin.Compaction(l.soon(), l.topic)
			return err == nil && len(done) == 1 && done[0].State == broker.CompactionDone
		})
		l.consume(func(s *spec.Consumer) { s.Type, s.Compacted, s.Ack = broker.Exclusive, true, cumulative(t) })
		l.until("one message for each key", func() bool { return l.sub1().Received >= 50 })
		time.Sleep(time.Second)
		got := l.sub1()
		require.EqualValues(t, 50, got.Received)
		require.Zero(t, got.Delivery.Lost)
		require.Zero(t, got.Delivery.Gaps)
		require.Positive(t, got.Delivery.CompactedAway)
		require.Zero(t, got.Unstamped)
		l.until("all acknowledged", func() bool { return l.sub1().Broker.BacklogEntries == 0 })
	})
}

func TestTheFirstPriorityIsServedFirst(t *testing.T) {
	onEachEngine(t, func(t *testing.T, l *load) {
		l.consume(func(s *spec.Consumer) { s.Priority = 0 })
		second, _ := l.Consumer("sub1")
		second.Priority = 1
		require.NoError(t, l.AddConsumer("second", second))
		require.NoError(t, l.Start(l.soon(), "second"))
		l.produce(func(p *spec.Producer) { p.Rate = pacing.Hold(300) }) // its queue holds three seconds of it
		l.acked(1000)
		require.Zero(t, l.group("second").Consumer.Received, "the first keeps up")
		require.NoError(t, l.Pause("sub1"))
		l.until("the second", func() bool { return l.group("second").Consumer.Received > 300 })
	})
}

func TestASubscriptionThatIsNotDurableEndsWithItsConsumer(t *testing.T) {
	onEachEngine(t, func(t *testing.T, l *load) {
		l.produce(nil)
		l.consume(func(s *spec.Consumer) { s.Durable = false })
		l.until("it receives", func() bool { return l.sub1().Received > 2000 })
		stats, err := l.admin.Stats(l.soon(), l.topic)
		require.NoError(t, err)
		require.Contains(t, stats.Subscriptions, "sub1")
		require.NoError(t, l.Stop(l.soon(), "sub1"))
		l.until("the subscription's end", func() bool {
			stats, err := l.admin.Stats(l.soon(), l.topic)
			_, there := stats.Subscriptions["sub1"]
			return err == nil && !there
		})
		require.Zero(t, l.sub1().Delivery.Lost)
	})
}

// cumulative acknowledges what compaction left out as well.
func cumulative(t *testing.T) spec.Ack {
	ack, err := spec.ParseAck("cumulative")
	require.NoError(t, err)
	return ack
}

// The broker stores nothing of such a topic and gives all its messages one id, so
// nothing that counts by ids may drop any.
func TestANonPersistentTopicIsReceivedWhole(t *testing.T) {
	t.Parallel()
	for _, ack := range []string{"batched", "immediate", "cumulative"} {
		t.Run(ack, func(t *testing.T) {
			onEachEngine(t, func(t *testing.T, l *load) {
				l.topic = "non-persistent://public/default/" + l.topic
				l.consume(func(c *spec.Consumer) {
					c.Type, c.From = broker.Exclusive, broker.Latest
					c.Queue = 20_000 // the broker drops what a consumer has not asked for
					l.apply(c, "ack", ack)
				})
				l.produce(nil)
				l.acked(4000)
				require.NoError(t, l.Stop(l.soon(), "fast"))
				delivered := func() int64 { // the broker drops what does not fit into its connection
					stats, err := l.admin.Stats(l.soon(), l.topic)
					require.NoError(t, err)
					return stats.Subscriptions["sub1"].MessagesOut
				}
				l.until("all that the broker delivered", func() bool { return l.sub1().Received == delivered() && delivered() > 0 })
				require.Greater(t, delivered(), l.fast().Acked/2)
			})
		})
	}
}
