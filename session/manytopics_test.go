package session_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pulsh/session/broker"
	"pulsh/session/pacing"
	"pulsh/session/spec"
)

// TestTenThousandTopicsAreReceived lets a group receive by a pattern what another sends to
// ten thousand topics.
func TestTenThousandTopicsAreReceived(t *testing.T) {
	inVirtualTime(t, func(v *inVirtual) {
		sender := spec.DefaultProducer("fast")
		sender.Spread.Count, sender.Rate, sender.Pending, sender.Delay = spec.ProducerTopicsMax, pacing.Hold(10_000), spec.PendingMax, time.Second
		require.NoError(t, v.AddProducer("fast", sender))
		require.NoError(t, v.Start(v.t.Context(), "fast"))
		time.Sleep(2 * time.Second)

		settings := spec.DefaultConsumer("sub1")
		settings.Topic, settings.From, settings.Workers = "/fast-.*/", broker.Earliest, 3
		require.NoError(t, v.AddConsumer("sub1", settings))
		var refused *broker.Error
		require.ErrorAs(t, v.Start(v.t.Context(), "sub1"), &refused)
		require.Equal(t, "10000 topics with workers=3 are 30000 consumers, and the limit is 20000", refused.Message)
		require.Equal(t, "set sub1 workers=2", refused.Try)
		settings.Workers, settings.Until.Empty = 2, true
		_, err := v.SetConsumer(v.t.Context(), "sub1", settings)
		require.NoError(t, err)
		require.ErrorAs(t, v.Start(v.t.Context(), "sub1"), &refused)
		require.Contains(t, refused.Message, "until=empty needs the backlog")
		settings.Until.Empty = false
		_, err = v.SetConsumer(v.t.Context(), "sub1", settings)
		require.NoError(t, err)
		require.NoError(t, v.Start(v.t.Context(), "sub1"))
		require.ErrorContains(t, v.Scale(v.t.Context(), "sub1", 3), "30000 consumers")

		time.Sleep(3 * time.Second)
		require.NoError(t, v.Stop(v.t.Context(), "fast"))
		time.Sleep(3 * time.Second)
		g := v.sub1()
		require.Len(t, g.Topics, spec.TopicsMax)
		require.Equal(t, v.fast().Producer.Acked, g.Consumer.Received)
		require.Zero(t, g.Consumer.Delivery.Lost+g.Consumer.Delivery.Duplicated)
		require.NoError(t, v.Stop(v.t.Context(), "sub1"))
	})
}
