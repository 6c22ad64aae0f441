package session_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pulsh/session/broker"
	"pulsh/session/broker/embedded/virtual"
	"pulsh/session/metrics"
	"pulsh/session/pacing"
	"pulsh/session/snapshot"
	"pulsh/session/spec"
)

// consumeThrough starts sub1 with several subscriptions.
func (v *inVirtual) consumeThrough(subscriptions, workers int, change func(*spec.Consumer)) {
	settings := spec.DefaultConsumer("sub1")
	settings.Topic, settings.From = "fast", broker.Earliest
	settings.Subscriptions, settings.Workers = subscriptions, workers
	if change != nil {
		change(&settings)
	}
	require.NoError(v.t, v.AddConsumer("sub1", settings))
	require.NoError(v.t, v.Start(v.t.Context(), "sub1"))
}

// accounts reads the accounts of the subscriptions of sub1.
func (v *inVirtual) accounts() []snapshot.SubscriptionAccount {
	time.Sleep(2 * metrics.SampleEvery)
	d, err := v.Delivery("sub1", 8)
	require.NoError(v.t, err)
	return d.Subscriptions
}

func TestEachSubscriptionOfAGroupReceivesAndIsAuditedByItself(t *testing.T) {
	for _, kind := range broker.SubscriptionTypes() {
		t.Run(string(kind), func(t *testing.T) {
			inVirtualTime(t, func(v *inVirtual) {
				v.consumeThrough(3, 7, func(c *spec.Consumer) { c.Type = kind })
				v.produce(1000, func(s *spec.Producer) { s.Batch = 1 })
				time.Sleep(2 * time.Second)
				v.cluster.Tamper(1, virtual.Lose)
				time.Sleep(time.Second)
				require.NoError(t, v.Stop(v.t.Context(), "fast"))
				time.Sleep(time.Second)
				acked := v.fast().Producer.Acked
				accounts := v.accounts()
				require.Len(t, accounts, 3)
				for i, one := range accounts {
					require.Equal(t, fmt.Sprintf("sub1-%d", i), one.Name)
					require.EqualValues(t, acked-1, one.Unique())
					require.EqualValues(t, 1, one.Missing(), "each subscription misses it")
					require.Zero(t, one.Duplicated)
				}
				c := v.sub1().Consumer
				require.EqualValues(t, 3*(acked-1), c.Received)
				require.EqualValues(t, 3, c.Delivery.Missing())
				require.Equal(t, map[bool]int{true: 3, false: 7}[kind == broker.Exclusive], c.Consumers)
				require.Equal(t, "sub1-0..2", c.Subscription)
				require.Equal(t, []string{"sub1-0", "sub1-1", "sub1-2"}, c.Subscriptions)
			})
		})
	}
}

func TestSeekActsOnAllSubscriptions(t *testing.T) {
	inVirtualTime(t, func(v *inVirtual) {
		v.consumeThrough(2, 4, nil)
		v.produce(1000, func(s *spec.Producer) { s.Batch = 1 })
		time.Sleep(2 * time.Second)
		require.NoError(t, v.Stop(v.t.Context(), "fast"))
		time.Sleep(time.Second)
		acked := v.fast().Producer.Acked
		g := v.consumerGroup("sub1")
		require.NoError(t, g.SeekTime(v.t.Context(), time.Now().Add(-time.Hour)))
		time.Sleep(2 * time.Second)
		c := v.sub1().Consumer
		require.EqualValues(t, 4*acked, c.Received, "everything twice, by two subscriptions")
		require.Equal(t, 2, c.Period)
		require.Zero(t, c.Delivery.Duplicated)
		require.EqualValues(t, 2*acked, c.Outcomes[metrics.RedeliveredSeek])
		_, err := g.ClearBacklog(v.t.Context())
		require.NoError(t, err)
	})
}

func TestScalingLeavesEachSubscriptionAWorker(t *testing.T) {
	inVirtualTime(t, func(v *inVirtual) {
		v.consumeThrough(3, 8, func(c *spec.Consumer) { c.Type = broker.Exclusive })
		v.produce(1000, func(s *spec.Producer) { s.Batch = 1 })
		for _, workers := range []int{3, 11, 4, 3} {
			require.NoError(t, v.Scale(v.t.Context(), "sub1", workers))
			time.Sleep(300 * time.Millisecond)
			require.Equal(t, 3, v.sub1().Consumer.Consumers)
		}
		require.ErrorContains(t, v.Scale(v.t.Context(), "sub1", 2), "subscriptions=3 needs as many workers")
		require.Equal(t, 3, v.sub1().Workers, "nothing is disturbed")
		require.NoError(t, v.Stop(v.t.Context(), "fast"))
		time.Sleep(time.Second)
		for _, one := range v.accounts() {
			require.EqualValues(t, v.fast().Producer.Acked, one.Unique())
			require.Zero(t, one.Missing()+one.Duplicated+one.OutOfOrder)
		}
	})
}

func TestTheNumberOfSubscriptionsChangesUnderLoad(t *testing.T) {
	inVirtualTime(t, func(v *inVirtual) {
		v.consumeThrough(3, 6, nil)
		v.produce(1000, func(s *spec.Producer) { s.Batch = 1 })
		time.Sleep(time.Second)
		for _, n := range []int{2, 4, 0, 3} {
			settings, _ := v.Consumer("sub1")
			settings.Subscriptions = n
			_, err := v.SetConsumer(v.t.Context(), "sub1", settings)
			require.NoError(t, err)
			time.Sleep(2 * time.Second)
			require.Len(t, v.sub1().Consumer.Subscriptions, max(n, 1))
			require.Zero(t, v.sub1().Consumer.Delivery.Duplicated)
			require.Empty(t, v.sub1().Failures, "a subscription that was left is not deleted")
		}
		settings, _ := v.Consumer("sub1")
		settings.Retry = "again"
		_, err := v.SetConsumer(v.t.Context(), "sub1", settings)
		require.ErrorContains(t, err, "retry=again is for one subscription")
		settings.Retry, settings.Workers = "", 2
		_, err = v.SetConsumer(v.t.Context(), "sub1", settings)
		require.ErrorContains(t, err, "needs as many workers")
	})
}

// A group of one subscription shares the audit of the one among several that it receives
// from, and no other.
func TestGroupsShareOneOfSeveralSubscriptions(t *testing.T) {
	inVirtualTime(t, func(v *inVirtual) {
		v.consumeThrough(2, 2, nil)
		other := spec.DefaultConsumer("other")
		other.Topic, other.Subscription = "fast", "sub1-1"
		require.NoError(t, v.AddConsumer("other", other))
		require.NoError(t, v.Start(v.t.Context(), "other"))
		v.produce(1000, func(s *spec.Producer) { s.Batch = 1 })
		time.Sleep(2 * time.Second)
		require.NoError(t, v.Stop(v.t.Context(), "fast"))
		time.Sleep(time.Second)
		for _, one := range v.accounts() {
			require.EqualValues(t, v.fast().Producer.Acked, one.Unique())
			require.Zero(t, one.Missing()+one.Duplicated)
		}
		require.True(t, v.sub1().Consumer.Judged())
		g, _ := v.Snapshot().Group("other")
		require.Positive(t, g.Consumer.Received)
		require.Equal(t, "sub1", g.Consumer.SharedWith)
	})
}

func TestStickyRangesAreThoseOfEachSubscription(t *testing.T) {
	settings := spec.DefaultConsumer("sub1")
	settings.Type, settings.Sticky, settings.Subscriptions, settings.Workers = broker.KeyShared, true, 3, 7
	covered := map[string]int{}
	for worker := 1; worker <= 7; worker++ {
		for _, r := range settings.Ranges(worker) {
			covered[settings.SubscriptionOf(worker)] += r.Width()
		}
	}
	require.Equal(t, map[string]int{"sub1-0": 1 << 16, "sub1-1": 1 << 16, "sub1-2": 1 << 16}, covered)
}

// Several subscriptions on a Pulsar: each has all messages, a seek, a skip and a backlog
// are those of all.
func TestPulsarSeveralSubscriptions(t *testing.T) {
	onEachEngine(t, func(t *testing.T, l *load) {
		l.consume(func(c *spec.Consumer) { c.Subscriptions, c.Workers = 3, 5 })
		l.produce(func(p *spec.Producer) { p.Rate, p.Count = pacing.Hold(2000), 2000 })
		l.until("each has all", func() bool { return l.sub1().Delivery.Unique() == 6000 })
		d, err := l.Delivery("sub1", 8)
		require.NoError(t, err)
		for _, one := range d.Subscriptions {
			require.EqualValues(t, 2000, one.Unique())
			require.Zero(t, one.Missing()+one.Duplicated)
		}
		g := l.consumerGroup("sub1")
		require.NoError(t, g.SeekTime(l.soon(), time.Now().Add(-time.Hour)))
		l.until("everything again", func() bool {
			return l.sub1().Received == 12000 && l.sub1().Backlog.Known && l.sub1().Backlog.Entries == 0
		})
		require.NoError(t, l.Pause("sub1"))
		moved, err := g.MoveBy(l.soon(), -300)
		require.NoError(t, err)
		require.Less(t, moved.Messages, int64(-600), "300 of each of three, by whole entries")
		require.NoError(t, l.Resume("sub1"))
		l.until("the end", func() bool { return l.sub1().Backlog.Known && l.sub1().Backlog.Entries == 0 })
		require.Zero(t, l.sub1().Delivery.Duplicated)
	})
}
