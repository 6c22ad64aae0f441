package fake

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"pulsh/session/broker"
	"pulsh/session/metrics"
)

func TestRefuse(t *testing.T) {
	in(t, Options{}, func(w *world) {
		l := w.producer("fast")
		w.Refuse(true)
		_, _, err := w.Connect(w.Context(), w.clock)
		var e *broker.Error
		require.ErrorAs(w, err, &e)
		require.Equal(w, broker.Disconnected, e.Category)
		_, err = w.broker.OpenProducer(w.Context(), w.spec("fast"))
		require.Error(w, err)
		w.send(l, 5)
		require.EqualValues(w, 5, w.counts().Acked, "who is in goes on")
		w.Refuse(false)
		w.producer("fast")
	})
}

func TestKillSendsAgainWhatWasInFlight(t *testing.T) {
	in(t, Options{Latency: 5 * time.Millisecond}, func(w *world) {
		u, l := w.consumer("fast", broker.Shared), w.producer("fast")
		w.send(l, 10)
		l.Send(w.dues(10))
		w.Kill()
		l.Send(w.dues(10))
		w.settle()
		require.Equal(w, 20, l.InFlight())
		_, err := w.admin.Version(w.Context())
		require.Error(w, err)
		ctx, cancel := context.WithTimeout(w.Context(), time.Second)
		defer cancel()
		_, err = w.broker.OpenProducer(ctx, w.spec("fast"))
		require.EqualError(w, err, "the fake broker refuses connections")

		w.Restore()
		w.settle()
		require.Zero(w, l.InFlight())
		require.EqualValues(w, 30, w.counts().Acked)
		require.Equal(w, upTo(30), w.numbers(w.drain(u)))
	})
}

func TestOpenLaneWaitsForTheReturn(t *testing.T) {
	in(t, Options{}, func(w *world) {
		w.Kill()
		time.AfterFunc(time.Second, w.Restore)
		start := time.Now()
		w.producer("fast")
		require.Equal(w, time.Second, time.Since(start))
	})
}

func TestKillDeliversAgainWhatWasNotAcked(t *testing.T) {
	in(t, Options{}, func(w *world) {
		u, l := w.consumer("fast", broker.Shared), w.producer("fast")
		w.send(l, 10)
		run := w.drain(u)
		w.ack(u, run[:4])
		w.Kill()
		w.ack(u, run[4:]) // lost with the broker
		w.Restore()
		again := w.drain(u)
		require.Equal(w, []int{4, 5, 6, 7, 8, 9}, w.numbers(again))
		require.Equal(w, run[4].Entry, again[0].Entry)
		require.Zero(w, again[0].Redelivery, "a broker that starts has forgotten its counts")
	})
}

func TestTimeoutsAreInDoubt(t *testing.T) {
	for name, c := range map[string]struct {
		fault  func(w *world)
		stored int
	}{
		"dead":    {func(w *world) { w.Kill(); time.AfterFunc(10*time.Second, w.Restore) }, 0},
		"stalled": {func(w *world) { w.Stall(10 * time.Second) }, 7},
		"slow":    {func(w *world) { w.SetLatency(10 * time.Second) }, 7},
	} {
		t.Run(name, func(t *testing.T) {
			in(t, Options{}, func(w *world) {
				u := w.consumer("fast", broker.Shared)
				doubts := 0
				l := w.producer("fast", func(s *broker.ProducerSpec) {
					s.Timeout, s.SendFailed = 3*time.Second, func(uint64) { doubts++ }
				})
				c.fault(w)
				start := time.Now()
				l.Send(w.dues(7))
				w.closeWithin(l, 5*time.Second)
				require.Equal(w, 3*time.Second, time.Since(start))
				require.EqualValues(w, 7, w.counts().Failed)
				require.Equal(w, broker.Timeout, w.shards.Failures.List()[0].Category)
				require.Equal(w, 7, doubts)
				time.Sleep(20 * time.Second)
				require.Len(w, w.drain(u), c.stored)
				require.Zero(w, w.counts().Acked)
			})
		})
	}
}

// closeWithin closes a producer within a time of its own.
func (w *world) closeWithin(l *producer, d time.Duration) {
	w.Helper()
	ctx, cancel := context.WithTimeout(w.Context(), d)
	defer cancel()
	require.NoError(w, l.Close(ctx))
}

func TestStallHoldsEverything(t *testing.T) {
	in(t, Options{}, func(w *world) {
		u, l := w.consumer("fast", broker.Shared), w.producer("fast")
		w.Stall(2 * time.Second)
		l.Send(w.dues(10))
		w.settle()
		require.Equal(w, 10, l.InFlight())
		require.Empty(w, w.drain(u))
		_, err := w.admin.Topics(w.Context(), "")
		require.Error(w, err)
		time.Sleep(2 * time.Second)
		synctest.Wait()
		require.Zero(w, l.InFlight())
		require.InDelta(w, 2*time.Second, w.recorded().Latency.Total().Max, float64(20*time.Millisecond))
		require.Equal(w, upTo(10), w.numbers(w.drain(u)))
	})
}

// recorded are the recorders, read just now.
func (w *world) recorded() *metrics.SendShards {
	w.shards.Collect()
	return w.shards
}

func TestThrottle(t *testing.T) {
	in(t, Options{}, func(w *world) {
		l := w.producer("fast", func(s *broker.ProducerSpec) { s.Pending = 10 })
		w.Throttle(100)
		start := time.Now()
		l.Send(w.dues(210))
		w.close(l)
		require.InDelta(w, 2100*time.Millisecond, time.Since(start), float64(5*time.Millisecond))
		require.EqualValues(w, 210, w.counts().Acked)
		w.Throttle(0)
		l = w.producer("fast")
		start = time.Now()
		l.Send(w.dues(210))
		w.close(l)
		require.Equal(w, time.Millisecond, time.Since(start))
	})
}

func TestTamper(t *testing.T) {
	for how, want := range map[Tampering][]int{
		Lose:   {0, 1, 3, 4},
		Double: {0, 1, 2, 2, 3, 4},
		Swap:   {0, 1, 3, 2, 4},
	} {
		in(t, Options{}, func(w *world) {
			u, l := w.consumer("fast", broker.Exclusive), w.producer("fast")
			require.NoError(w, w.Tamper("fast", 3, how))
			w.send(l, 5)
			run := w.drain(u)
			require.Equal(w, want, w.numbers(run))
			require.EqualValues(w, 5, w.counts().Acked)
			if how == Double {
				require.NotEqual(w, run[2].Entry, run[3].Entry, "stored twice, not delivered twice")
			}
		})
	}
}

func TestFailSends(t *testing.T) {
	in(t, Options{}, func(w *world) {
		u, l := w.consumer("fast", broker.Shared), w.producer("fast")
		w.FailSends(2, broker.Throttled, "too much")
		w.send(l, 5)
		require.EqualValues(w, 3, w.counts().Acked)
		require.EqualValues(w, 2, w.counts().Failed)
		require.Equal(w, "too much", w.shards.Failures.List()[0].Last.Text)
		require.Equal(w, []int{2, 3, 4}, w.numbers(w.drain(u)))
	})
}

func TestFailAcks(t *testing.T) {
	in(t, Options{}, func(w *world) {
		u, l := w.consumer("fast", broker.Shared), w.producer("fast", func(s *broker.ProducerSpec) { s.Batch.Messages = 1 })
		w.send(l, 5)
		w.FailAcks(2, errors.New("no"))
		failed, err := u.Ack(w.drain(u))
		require.Equal(w, 2, failed)
		require.EqualError(w, err, "no")
		require.EqualValues(w, 2, w.backlog("fast"))
	})
}

func TestEvict(t *testing.T) {
	in(t, Options{}, func(w *world) {
		u, l := w.consumer("fast", broker.Shared), w.producer("fast")
		w.send(l, 5)
		time.AfterFunc(time.Second, func() {
			require.NoError(w, w.Evict("fast", "s", errors.New("consumer busy")))
		})
		run := w.drain(u)
		require.Len(w, run, 5)
		require.Zero(w, u.Receive(nil, make([]broker.Delivery, 1)), "it waits until it is ended")
		ended, why := u.Ended()
		<-ended
		require.EqualError(w, why(), "consumer busy")
		failed, err := u.Ack(run[:2])
		require.Equal(w, 2, failed)
		require.EqualError(w, err, "the consumer is closed")
		again := w.drain(w.consumer("fast", broker.Shared))
		require.Equal(w, upTo(5), w.numbers(again), "what it held is delivered again")
	})
}

func TestCloseEndsTheClusterWithLanesOpen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := New(Options{})
		c.Close()
		c.Close()
		_, _, err := c.Connect(t.Context(), nil)
		require.Error(t, err)
	})
}
