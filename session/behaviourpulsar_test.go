package session_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"pulsh/session/broker"
	"pulsh/session/group"
	"pulsh/session/metrics"
	"pulsh/session/snapshot"
	"pulsh/session/spec"
)

// behaving starts sub1 with settings as they are typed.
func (l *load) behaving(workers int, settings ...string) {
	l.consume(func(spec *spec.Consumer) {
		spec.Workers = workers
		l.apply(spec, settings...)
	})
}

func (l *load) apply(into *spec.Consumer, settings ...string) {
	for i := 0; i < len(settings); i += 2 {
		s, ok := spec.FindSetting(spec.ConsumerSettings(), settings[i])
		require.True(l.t, ok, settings[i])
		require.NoError(l.t, s.Set(into, settings[i+1]))
	}
}

// change sets what is typed on the running group.
func (l *load) change(settings ...string) group.Rebuild {
	spec, _ := l.Consumer("sub1")
	l.apply(&spec, settings...)
	rebuilt, err := l.SetConsumer(l.soon(), "sub1", spec)
	require.NoError(l.t, err)
	return rebuilt
}

// drained waits until the broker has nothing left for the subscription.
func (l *load) drained() {
	l.t.Helper()
	var last string
	done := assert.Eventually(l.t, func() bool {
		ctx, cancel := context.WithTimeout(l.t.Context(), 5*time.Second) // an answer that does not come is asked for again
		defer cancel()
		stats, err := l.admin.Stats(ctx, l.topic)
		last = fmt.Sprintf("%+v %v", stats.Subscriptions["sub1"], err)
		return err == nil && stats.Subscriptions["sub1"].BacklogEntries == 0
	}, soon, 20*time.Millisecond)
	if !done {
		c := l.sub1()
		require.FailNow(l.t, "there is a backlog", "%s; received %d acked %d nacked %d in flight %d waiting %d outcomes %v", last,
			c.Received, c.Acked, c.Nacked, c.InFlight, c.Waiting, c.Outcomes)
	}
}

// whole asserts that every acked message was received, however often.
func (l *load) whole() {
	l.t.Helper()
	books := l.sub1().Delivery
	require.EqualValues(l.t, l.fast().Acked, books.Unique())
	require.Zero(l.t, books.Missing())
	require.Zero(l.t, books.Duplicated)
}

func TestEachStrategyOnAPulsar(t *testing.T) {
	t.Parallel()
	for _, how := range strategies() {
		t.Run(fmt.Sprint(how), func(t *testing.T) {
			onEachEngine(t, func(t *testing.T, l *load) {
				l.behaving(2, how...)
				l.produce(nil)
				l.acked(2000)
				require.NoError(t, l.Pause("sub1"))
				l.acked(500)
				l.until("messages wait in the client's queue", func() bool { return l.sub1().Waiting > 0 })
				require.NoError(t, l.Resume("sub1"))
				l.acked(500)
				l.clean()
				if l.sub1().Ack.String() == "manual" {
					require.EqualValues(t, l.fast().Acked, l.sub1().Kept)
					n, err := l.consumerGroup("sub1").AckOldest(l.soon(), 1<<40)
					require.NoError(t, err)
					require.EqualValues(t, l.fast().Acked, n)
				}
				l.drained()
				l.until("nothing in flight", func() bool { return l.sub1().InFlight == 0 })
				require.EqualValues(t, l.fast().Acked, l.sub1().Acked)
				require.Zero(t, l.sub1().AckFailed)
			})
		})
	}
}

func TestStrategiesAreExchangedUnderTheLoad(t *testing.T) {
	onEachEngine(t, func(t *testing.T, l *load) {
		l.behaving(3, "nackdelay", "300ms")
		l.produce(nil)
		for _, ack := range []string{"delayed(200ms)", "manual", "delayed(50ms)", "batched", "immediate", "batched(100,20ms)", "delayed(200ms)", "batched"} {
			l.acked(400)
			l.change("ack", ack)
		}
		require.False(t, l.change("nack", "1%", "work", "100us").Done)
		require.False(t, l.change("nack", "0%", "work", "none").Done)
		l.settle()
		l.drained()
		l.whole()
	})
}

// again is how many messages came again because they were given back or dropped. One
// cause cannot be told from the other for each: a batch of which a part was given back
// comes again whole, and a slow machine may drop a message while its copy is on the
// way. The copy counts as given back, and when it is acknowledged the dropped one does
// not come a third time.
func again(c *snapshot.Consumer) int64 {
	return c.Outcomes[metrics.RedeliveredDrop] + c.Outcomes[metrics.RedeliveredNack]
}

func TestAMixOnAPulsar(t *testing.T) {
	t.Parallel()
	for _, index := range []string{"off", "on"} {
		t.Run("batchindex="+index, func(t *testing.T) {
			onEachEngine(t, func(t *testing.T, l *load) {
				l.behaving(4, "nack", "10%", "drop", "2%", "nackdelay", "300ms", "work", "lognormal(100us,0.5)", "batchindex", index)
				l.produce(nil)
				l.until("some were given back and came again", func() bool {
					c := l.sub1()
					return c.Nacked > 100 && c.Outcomes[metrics.RedeliveredNack] > 100 && c.Outcomes[metrics.Dropped] > 20
				})
				l.change("nack", "0%", "drop", "0%")
				l.settle()
				l.change("churn", "50%/1s") // each consumer closes in its turn, and lets go what it had dropped
				defer func() {
					if c := l.sub1(); t.Failed() {
						t.Logf("%+v", *c)
					}
				}()
				l.until("what was dropped or given back came again", func() bool {
					c := l.sub1()
					return c.Churned >= 4 && again(c) >= c.Nacked+c.Outcomes[metrics.Dropped]
				})
				l.change("churn", "off")
				l.drained()
				c := l.sub1()
				require.GreaterOrEqual(t, again(c), c.Nacked+c.Outcomes[metrics.Dropped], "each that was given back or dropped came again")
				require.Less(t, again(c), c.Nacked+c.Outcomes[metrics.Dropped]+200, "and of others only what shared a batch with them when the mix was changed")
				require.Greater(t, c.Outcomes[metrics.RedeliveredDrop], int64(10))
				require.Greater(t, c.Outcomes[metrics.RedeliveredNack], int64(100))
				require.Zero(t, c.Outcomes[metrics.RedeliveredUnknown])
				l.until("nothing in flight", func() bool { return l.sub1().InFlight == 0 })
			})
		})
	}
}

// TestARestartAtOnceLeavesNoSilentConsumer stops and starts a group while much
// of what it took has still to come again: each time it goes on.
func TestARestartAtOnceLeavesNoSilentConsumer(t *testing.T) {
	onEachEngine(t, func(t *testing.T, l *load) {
		l.behaving(3, "nack", "10%", "drop", "5%", "nackdelay", "300ms")
		l.produce(nil)
		for range 6 {
			l.acked(1000)
			require.NoError(t, l.Stop(l.soon(), "sub1"))
			require.NoError(t, l.Start(l.soon(), "sub1"))
			received := l.sub1().Received
			l.until("it receives again", func() bool { return l.sub1().Received > received })
		}
		l.change("nack", "0%", "drop", "0%")
		l.settle()
		require.NoError(t, l.Stop(l.soon(), "sub1"))
		require.NoError(t, l.Start(l.soon(), "sub1"))
		l.drained()
		l.whole()
	})
}

func TestDeadLettersAndRetriesOnAPulsar(t *testing.T) {
	t.Parallel()
	stored := func(l *load, topic string) func() bool {
		return func() bool {
			stats, err := l.admin.Stats(l.soon(), topic)
			dead := l.sub1().Outcomes[metrics.DeadLettered]
			return err == nil && stats.MessagesIn == dead && dead >= l.fast().Acked
		}
	}
	t.Run("dlq", func(t *testing.T) {
		onEachEngine(t, func(t *testing.T, l *load) {
			l.behaving(2, "nack", "100%", "nackdelay", "200ms", "maxredeliver", "2", "dlq", l.topic+"-dead")
			l.produce(nil)
			l.acked(1000)
			require.NoError(t, l.Stop(l.soon(), "fast"))
			l.until("all are dead letters", stored(l, l.topic+"-dead"))
			l.drained()
			// A broker that is asked for entries by two consumers at once may deliver
			// some to both. So there may be more deliveries than three of each message.
			l.until("each was given back twice and then forwarded", func() bool {
				c := l.sub1()
				again := c.Outcomes[metrics.RedeliveredNack]
				return again >= 2*l.fast().Acked && again == c.Received-l.fast().Acked && c.Received == c.Nacked+c.Outcomes[metrics.DeadLettered]
			})
			l.whole()
		})
	})
	t.Run("retry", func(t *testing.T) {
		onEachEngine(t, func(t *testing.T, l *load) {
			l.behaving(2, "nack", "100%", "maxredeliver", "2", "retry", l.topic+"-again", "retrydelay", "500ms")
			l.produce(nil)
			l.acked(1000)
			require.NoError(t, l.Stop(l.soon(), "fast"))
			l.until("all are dead letters", stored(l, l.topic+"-sub1-DLQ"))
			l.drained()
			l.until("each was retried twice", func() bool { return l.sub1().Outcomes[metrics.Retried] == 2*l.fast().Acked })
			l.whole()
		})
	})
}

func TestChurnAndRateOnAPulsar(t *testing.T) {
	onEachEngine(t, func(t *testing.T, l *load) {
		l.behaving(6, "churn", "50%/1s")
		l.produce(nil)
		l.until("three rounds", func() bool { return l.sub1().Churned >= 9 })
		l.change("churn", "off", "rate", "500")
		l.until("it is slow", func() bool { r := l.sub1().Rate; return r > 100 && r < 700 })
		l.change("rate", "max")
		l.settle()
		l.drained()
		l.whole()
		c := l.sub1()
		require.Zero(t, c.Outcomes[metrics.RedeliveredUnknown])
		require.Equal(t, c.Delivery.Redelivered, uint64(c.Outcomes[metrics.RedeliveredDisconnect]))
	})
}

func TestAnExclusiveGroupRewindsToWhatItGaveBack(t *testing.T) {
	onEachEngine(t, func(t *testing.T, l *load) {
		l.behaving(2, "type", "exclusive", "nack", "3%", "nackdelay", "300ms", "response", "on")
		l.produce(nil)
		l.acked(3000)
		l.until("it gave back", func() bool { return l.sub1().Outcomes[metrics.RedeliveredNack] > 0 })
		l.change("nack", "0%")
		l.settle()
		l.drained()
		l.whole()
		require.Equal(t, broker.Exclusive, broker.SubscriptionType(l.sub1().Type))
		require.Zero(t, l.sub1().Outcomes[metrics.RedeliveredUnknown])
		require.NoError(t, l.consumerGroup("sub1").SeekTime(l.soon(), time.Now().Add(-time.Hour)))
		l.until("all once more", func() bool { return l.sub1().Outcomes[metrics.RedeliveredSeek] == l.fast().Acked })
	})
}
