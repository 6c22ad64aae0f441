package session_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pulsh/session/broker/protocol"
	"pulsh/session/pacing"
	"pulsh/session/spec"
)

// A group that gets no answers is told what limits it, however long its queue is.
func TestALimitIsNamedWhileTheBrokerAnswersNothing(t *testing.T) {
	for _, c := range []struct {
		name  string
		fault func(v *inVirtual)
		limit string
	}{
		{"silent", func(v *inVirtual) { v.cluster.Stall(time.Hour) }, "^(broker: nothing is acked|connection: reconnecting)$"},
		{"terminated", func(v *inVirtual) { v.cluster.Terminate("fast") }, "^broker: .*terminated"},
		{"slow", func(v *inVirtual) { v.cluster.SetLatency(3 * time.Second) }, `^(connection: reconnecting|broker: (nothing is acked|\d+ pending, [\d.]+m?s to an ack))$`},
		{"full", func(v *inVirtual) { v.cluster.FailSends(-1, protocol.ProducerBlockedQuotaException, "quota") }, "^broker: the backlog is full$"},
	} {
		t.Run(c.name, func(t *testing.T) {
			inVirtualTime(t, func(v *inVirtual) {
				v.produce(300, func(s *spec.Producer) { s.Pending, s.Batch = 10_000, 1 })
				time.Sleep(3 * time.Second)
				require.Empty(v.t, v.fast().Producer.Limit)
				c.fault(v)
				for range 4 {
					time.Sleep(1500 * time.Millisecond)
					p := v.fast().Producer
					if p.Rate < 0.5*float64(p.Target) {
						require.Regexp(v.t, c.limit, p.Limit)
					}
				}
			})
		})
	}
}

// A group that is held back by another one on its connection is told so.
func TestAGroupBesideAThrottledOneIsToldOfIt(t *testing.T) {
	inVirtualTime(t, func(v *inVirtual) {
		v.cluster.Throttle(200)
		v.produce(1000, nil)
		settings := spec.DefaultProducer("other")
		settings.Rate = pacing.Hold(500)
		require.NoError(v.t, v.AddProducer("other", settings))
		require.NoError(v.t, v.Start(v.t.Context(), "other"))
		time.Sleep(5 * time.Second)
		require.NotEmpty(v.t, v.fast().Producer.Limit)
		require.NotEmpty(v.t, v.groupNow("other").Producer.Limit)
	})
}
