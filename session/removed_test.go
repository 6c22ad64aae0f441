package session_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pulsh/session/broker/embedded/virtual"
	"pulsh/session/pacing"
	"pulsh/session/spec"
)

// What the cluster throws away before it is delivered is told apart from what is
// lost, with the reason.
func TestWhatTheClusterRemovesIsNotLost(t *testing.T) {
	for _, c := range []struct {
		name, why string
		remove    func(v *inVirtual) error
	}{
		{"expired", "expired by an administrator", func(v *inVirtual) error {
			return v.Admin().Expire(v.t.Context(), "fast", "sub1", 2*time.Second)
		}},
		{"cleared", "the subscription was moved on, not by this group", func(v *inVirtual) error {
			return v.Admin().ClearBacklog(v.t.Context(), "fast", "sub1")
		}},
		{"skipped", "the subscription was moved on, not by this group", func(v *inVirtual) error {
			return v.Admin().SkipEntries(v.t.Context(), "fast", "sub1", 20_000)
		}},
	} {
		for _, sending := range []bool{false, true} {
			t.Run(c.name, func(t *testing.T) {
				inVirtualTime(t, func(v *inVirtual) {
					t := v.t
					v.receive(func(s *spec.Consumer) { s.Rate, s.Queue = pacing.Hold(500), 100 })
					v.produce(5000, nil)
					time.Sleep(8 * time.Second)
					if !sending {
						require.NoError(t, v.Stop(t.Context(), "fast"))
						time.Sleep(2 * time.Second)
					}
					v.heard()
					require.NoError(t, c.remove(v))
					time.Sleep(3 * time.Second)
					require.Regexp(t, `^sub1: about [\d,]+ messages left the backlog of sub1 undelivered \(`+c.why+`\); try: delivery sub1$`, v.heard())
					if sending {
						require.NoError(t, v.Stop(t.Context(), "fast"))
					}
					settings, _ := v.Consumer("sub1")
					settings.Rate = pacing.Hold(pacing.Max())
					_, err := v.SetConsumer(t.Context(), "sub1", settings)
					require.NoError(t, err)
					time.Sleep(5 * time.Second)
					sub1 := v.sub1().Consumer
					require.Zero(t, sub1.Backlog.Messages)
					require.Zero(t, sub1.Delivery.Lost)
					require.Zero(t, sub1.Delivery.Missing())
					require.Greater(t, sub1.Removed, int64(10_000))
					require.Equal(t, v.fast().Producer.Acked, int64(sub1.Delivery.Unique())+sub1.Removed, "nothing is left over")
					require.Equal(t, c.why, sub1.Broker.Removed.Why)
					require.Zero(t, v.Snapshot().Totals.Lost)
				})
			})
		}
	}
}

// A real loss is still one where nothing was removed.
func TestALossIsNotTakenForARemoval(t *testing.T) {
	inVirtualTime(t, func(v *inVirtual) {
		t := v.t
		v.receive(func(s *spec.Consumer) { s.Rate = pacing.Hold(pacing.Max()) })
		v.produce(5000, func(s *spec.Producer) { s.Batch = 1 })
		time.Sleep(2 * time.Second)
		for n := range 1500 {
			v.cluster.Tamper(n+1, virtual.Lose)
		}
		time.Sleep(5 * time.Second)
		require.NoError(t, v.Stop(t.Context(), "fast"))
		time.Sleep(3 * time.Second)
		require.EqualValues(t, 1500, v.sub1().Consumer.Delivery.Missing())
		require.Zero(t, v.sub1().Consumer.Removed)
	})
}
