package session_test

import (
	"context"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pulsh/session"
	"pulsh/session/broker"
	"pulsh/session/broker/embedded/virtual"
	"pulsh/session/snapshot"
	"pulsh/session/spec"
)

// member starts a consumer group on the subscription sub1 of fast.
func (v *inVirtual) member(name string, change func(*spec.Consumer)) {
	settings := spec.DefaultConsumer(name)
	settings.Topic, settings.Subscription = "fast", "sub1"
	if change != nil {
		change(&settings)
	}
	require.NoError(v.t, v.AddConsumer(name, settings))
	require.NoError(v.t, v.Start(v.t.Context(), name))
}

func (v *inVirtual) groupNow(name string) snapshot.Group {
	g, ok := v.Snapshot().Group(name)
	require.True(v.t, ok)
	return g
}

// Groups on one subscription share its messages, and none of them calls those of the
// other lost.
func TestGroupsOfOneSubscriptionShareTheDeliveryAudit(t *testing.T) {
	inVirtualTime(t, func(v *inVirtual) {
		t := v.t
		v.member("a", nil)
		v.member("b", func(s *spec.Consumer) { s.Workers = 2 })
		v.produce(2000, func(s *spec.Producer) { s.Batch = 1 })
		time.Sleep(10 * time.Second)
		require.NoError(t, v.consumerGroup("b").SeekTime(t.Context(), time.Now().Add(-4*time.Second)))
		time.Sleep(10 * time.Second)
		require.NoError(t, v.Scale(t.Context(), "a", 3))
		time.Sleep(5 * time.Second)
		require.NoError(t, v.Stop(t.Context(), "b"))
		time.Sleep(5 * time.Second)
		require.NoError(t, v.Start(t.Context(), "b"))
		time.Sleep(5 * time.Second)
		require.NoError(t, v.Stop(t.Context(), "fast"))
		time.Sleep(3 * time.Second)
		a, b := v.groupNow("a").Consumer, v.groupNow("b").Consumer
		require.Positive(t, a.Received)
		require.Positive(t, b.Received)
		require.True(t, a.Judged())
		require.Equal(t, "a", b.SharedWith)
		require.Empty(t, a.SharedWith)
		for _, c := range []*snapshot.Consumer{a, b} {
			require.Zero(t, c.Delivery.Lost)
			require.Zero(t, c.Delivery.Missing())
			require.Zero(t, c.Delivery.Duplicated)
		}
		require.Zero(t, v.Snapshot().Totals.Lost)

		settings, _ := v.Consumer("b")
		settings.Subscription = "other"
		_, err := v.SetConsumer(t.Context(), "b", settings)
		require.NoError(t, err)
		time.Sleep(time.Second)
		require.Empty(t, v.groupNow("b").Consumer.SharedWith, "another subscription has an audit of its own")
		require.NoError(t, v.Start(t.Context(), "fast"))
		time.Sleep(5 * time.Second)
		require.NoError(t, v.Stop(t.Context(), "fast"))
		time.Sleep(2 * time.Second)
		for _, name := range []string{"a", "b"} {
			require.Zero(t, v.groupNow(name).Consumer.Delivery.Missing(), name)
			require.Zero(t, v.groupNow(name).Consumer.Delivery.Duplicated, name)
		}
	})
}

// A loss shows in each of the groups, and counts once in the totals.
func TestALossOfASharedSubscriptionCountsOnce(t *testing.T) {
	inVirtualTime(t, func(v *inVirtual) {
		t := v.t
		v.member("a", nil)
		v.member("b", nil)
		v.produce(1000, func(s *spec.Producer) { s.Batch = 1 })
		time.Sleep(2 * time.Second)
		v.cluster.Tamper(1, virtual.Lose)
		time.Sleep(2 * time.Second)
		require.NoError(t, v.Stop(t.Context(), "fast"))
		time.Sleep(2 * time.Second)
		require.EqualValues(t, 1, v.groupNow("a").Consumer.Delivery.Missing())
		require.EqualValues(t, 1, v.groupNow("b").Consumer.Delivery.Missing())
	})
}

// Another program on the subscription gets a part of the messages: pulsh says so
// once, and judges no loss.
func TestLossIsNotJudgedWhileOthersReceive(t *testing.T) {
	inVirtualTime(t, func(v *inVirtual) {
		t := v.t
		v.member("a", nil)
		v.produce(1000, func(s *spec.Producer) { s.Batch = 1 })
		time.Sleep(3 * time.Second)
		v.heard()
		other := session.New(v.dial)
		require.NoError(t, other.Connect(t.Context(), broker.Target{URL: "pulsar://memory:6650"}))
		settings := spec.DefaultConsumer("x")
		settings.Topic, settings.Subscription = "fast", "sub1"
		require.NoError(t, other.AddConsumer("x", settings))
		require.NoError(t, other.Start(t.Context(), "x"))
		defer other.Close(context.WithoutCancel(t.Context()))
		time.Sleep(5 * time.Second)
		require.Regexp(t, `^a: the subscription sub1 has other consumers, pulsh-x-w0001-[0-9a-f]{8}: loss is not judged; try: subs fast$`, v.heard())
		a := v.groupNow("a").Consumer
		require.False(t, a.Judged())
		for _, metric := range []string{"a.lost", "a.missing", "a.gaps", "a.notreceived"} {
			require.True(t, math.IsNaN(v.value(metric)), metric)
		}
		m, err := snapshot.ParseMetric("a.missing")
		require.NoError(t, err)
		require.Contains(t, v.Snapshot().WhyUnknown(m), "the subscription has other consumers: pulsh-x-")
		require.Zero(t, v.Snapshot().Totals.Lost)
		require.NoError(t, other.Stop(t.Context(), "x"))
		time.Sleep(5 * time.Second)
		require.False(t, v.groupNow("a").Consumer.Judged(), "what the other took stays missing here")
		require.NoError(t, v.consumerGroup("a").SeekTime(t.Context(), time.Now().Add(-2*time.Second)))
		time.Sleep(5 * time.Second)
		require.True(t, v.groupNow("a").Consumer.Judged(), "a seek begins a new count")
		require.NoError(t, v.Stop(t.Context(), "fast"))
		time.Sleep(2 * time.Second)
		require.Zero(t, v.groupNow("a").Consumer.Delivery.Missing())
	})
}

// What an earlier program acknowledged of the backlog is not missing in this one.
func TestWhatAnEarlierProgramAcknowledgedIsNotMissing(t *testing.T) {
	inVirtualTime(t, func(v *inVirtual) {
		t := v.t
		other := session.New(v.dial)
		require.NoError(t, other.Connect(t.Context(), broker.Target{URL: "pulsar://memory:6650"}))
		settings := spec.DefaultConsumer("x")
		settings.Topic, settings.Subscription = "fast", "sub1"
		settings.Drop = 10
		require.NoError(t, other.AddConsumer("x", settings))
		require.NoError(t, other.Start(t.Context(), "x"))
		sender := spec.DefaultProducer("fast")
		require.NoError(t, other.AddProducer("fast", sender))
		require.NoError(t, other.Start(t.Context(), "fast"))
		time.Sleep(5 * time.Second)
		require.NoError(t, other.Stop(t.Context(), "fast"))
		time.Sleep(2 * time.Second)
		other.Close(t.Context())
		time.Sleep(3 * time.Second)
		v.member("a", nil)
		time.Sleep(3 * time.Second)
		a := v.groupNow("a").Consumer
		require.Positive(t, a.Received)
		require.True(t, a.Judged())
		require.Zero(t, a.Delivery.Missing())
		v.produce(1000, func(s *spec.Producer) { s.Batch = 1 })
		time.Sleep(2 * time.Second)
		v.cluster.Tamper(1, virtual.Lose)
		time.Sleep(2 * time.Second)
		require.NoError(t, v.Stop(t.Context(), "fast"))
		time.Sleep(2 * time.Second)
		require.EqualValues(t, 1, v.groupNow("a").Consumer.Delivery.Missing(), "what is lost since then is")
	})
}
