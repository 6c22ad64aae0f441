package session_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pulsh/session/broker"
	"pulsh/session/pacing"
	"pulsh/session/spec"
)

// Somebody else moves the subscription back: that is told once, whether the messages
// come again at once or wait.
func TestAMoveBackByOthersIsTold(t *testing.T) {
	for name, rate := range map[string]pacing.Rate{"received at once": pacing.Max(), "slowly": 600} {
		for _, sending := range []bool{true, false} {
			t.Run(name, func(t *testing.T) {
				inVirtualTime(t, func(v *inVirtual) {
					t := v.t
					v.receive(func(s *spec.Consumer) { s.Rate, s.Queue = pacing.Hold(rate), 100 })
					v.produce(500, nil)
					time.Sleep(10 * time.Second)
					if !sending {
						require.NoError(t, v.Stop(t.Context(), "fast"))
						time.Sleep(5 * time.Second)
					}
					v.heard()
					require.NoError(t, v.Admin().SeekTime(t.Context(), "fast", "sub1", time.Now().Add(-8*time.Second)))
					time.Sleep(5 * time.Second)
					require.Regexp(t, `^sub1: the subscription sub1 was moved back by about [\d,]+ (messages|entries), not by this group; try: delivery sub1$`, v.heard())
					time.Sleep(10 * time.Second)
					require.Empty(t, v.heard(), "once")
					require.Len(t, marksAbout(v.Session, "moved back"), 1)
				})
			})
		}
	}
}

// What the group does itself is no move by others: its own seeks, those of a group that
// shares the subscription, nacks, lost connections, other consumers.
func TestWhatAGroupDoesItselfIsNotTakenForAMove(t *testing.T) {
	inVirtualTime(t, func(v *inVirtual) {
		t := v.t
		share, err := spec.ParseShare("10%")
		require.NoError(t, err)
		v.receive(func(s *spec.Consumer) { s.Rate, s.Workers, s.Nack = pacing.Hold(4000), 4, share })
		second := spec.DefaultConsumer("sub2")
		second.Topic, second.Subscription = "fast", "sub1"
		require.NoError(t, v.AddConsumer("sub2", second))
		require.NoError(t, v.Start(t.Context(), "sub2"))
		v.produce(2000, nil)
		time.Sleep(10 * time.Second)
		for range 3 {
			require.NoError(t, v.consumerGroup("sub1").SeekTime(t.Context(), time.Now().Add(-8*time.Second)))
			time.Sleep(700 * time.Millisecond)
			_, err := v.consumerGroup("sub2").MoveBy(t.Context(), -3000)
			require.NoError(t, err)
			time.Sleep(5300 * time.Millisecond)
			require.NoError(t, v.Scale(t.Context(), "sub1", 2))
			time.Sleep(3 * time.Second)
			require.NoError(t, v.Scale(t.Context(), "sub1", 6))
			time.Sleep(3 * time.Second)
			v.cluster.Kill()
			time.Sleep(3 * time.Second)
			v.cluster.Restore()
			time.Sleep(8 * time.Second)
		}
		require.Empty(t, notesAbout(v.Session, "moved"))
	})
}

// A skip of few messages is recognised: there is a backlog of them, and the group misses
// as many.
func TestASmallSkipIsNotALoss(t *testing.T) {
	for _, n := range []int{60, 150, 499} {
		inVirtualTime(t, func(v *inVirtual) {
			t := v.t
			v.receive(func(s *spec.Consumer) { s.Rate, s.Queue = pacing.Hold(200), 10 })
			v.produce(500, func(s *spec.Producer) { s.Batch = 1 })
			time.Sleep(10 * time.Second)
			require.NoError(t, v.Stop(t.Context(), "fast"))
			time.Sleep(2 * time.Second)
			v.heard()
			require.NoError(t, v.Admin().SkipEntries(t.Context(), "fast", "sub1", n))
			settings, _ := v.Consumer("sub1")
			settings.Rate = pacing.Hold(pacing.Max())
			time.Sleep(2 * time.Second)
			_, err := v.SetConsumer(t.Context(), "sub1", settings)
			require.NoError(t, err)
			time.Sleep(5 * time.Second)
			sub1 := v.sub1().Consumer
			require.Zero(t, sub1.Delivery.Missing())
			require.InDelta(t, n, sub1.Removed, 45) // some of them were received and not acknowledged yet
			require.Equal(t, v.fast().Producer.Acked, int64(sub1.Delivery.Unique())+sub1.Removed)
			require.Len(t, notesAbout(v.Session, "left the backlog of sub1 undelivered (the subscription was moved on, not by this group)"), 1)
		})
	}
}

// A subscription that is not durable is made anew with its consumers, from where it was
// on or from where each start begins.
func TestASubscriptionThatIsMadeAnewIsNotTakenForAMove(t *testing.T) {
	for _, reader := range []bool{false, true} {
		inVirtualTime(t, func(v *inVirtual) {
			t := v.t
			settings := spec.DefaultConsumer("sub1")
			if reader {
				settings = spec.DefaultReader("sub1")
				settings.Reader.Begin = string(broker.Earliest)
			}
			settings.Topic, settings.From, settings.Durable, settings.Rate, settings.Queue = "fast", broker.Earliest, false, pacing.Hold(300), 50
			require.NoError(t, v.AddConsumer("sub1", settings))
			require.NoError(t, v.Start(t.Context(), "sub1"))
			v.produce(500, func(p *spec.Producer) { p.Batch = 1 })
			time.Sleep(20 * time.Second)
			for queue := range 3 {
				settings, _ = v.Consumer("sub1") // with the name of a reader's subscription
				settings.Queue = 10 + queue
				_, err := v.SetConsumer(t.Context(), "sub1", settings)
				require.NoError(t, err)
				time.Sleep(7 * time.Second)
				require.NoError(t, v.Stop(t.Context(), "sub1"))
				time.Sleep(2 * time.Second)
				require.NoError(t, v.Start(t.Context(), "sub1"))
				time.Sleep(7 * time.Second)
			}
			require.Empty(t, notesAbout(v.Session, "moved"))
		})
	}
}
