package session_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"pulsh/session/broker"
	"pulsh/session/broker/protocol"
	"pulsh/session/spec"
)

// full is a producer group whose workers wait for a place on a cluster that
// gives no answer.
func (v *inVirtual) full() {
	v.produce(1000, func(s *spec.Producer) { s.Workers, s.Pending, s.Timeout = 2, 100, 0 })
	time.Sleep(time.Second)
	v.cluster.Stall(time.Hour)
	time.Sleep(time.Second)
	require.Equal(v.t, 100, v.fast().Producer.InFlight)
}

func TestAStopEndsThoughAProducerIsLostMeanwhile(t *testing.T) {
	inVirtualTime(t, func(v *inVirtual) {
		v.full()
		stopped := make(chan error, 1)
		go func() { stopped <- v.Stop(v.t.Context(), "fast") }()
		time.Sleep(time.Second)
		synctest.Wait()
		v.cluster.Terminate("fast")
		time.Sleep(2 * time.Hour)
		select {
		case err := <-stopped:
			require.NoError(v.t, err)
		default:
			t.Fatal("it waits for a place that no answer will ever give back")
		}
	})
}

func TestFewerWorkersDoNotWaitForALostProducer(t *testing.T) {
	inVirtualTime(t, func(v *inVirtual) {
		v.full()
		v.cluster.Terminate("fast")
		started := time.Now()
		require.NoError(v.t, v.Scale(v.t.Context(), "fast", 1))
		require.Less(v.t, time.Since(started), time.Second)
		require.Len(v.t, v.fast().Producer.PerWorker, 1)
	})
}

func TestABacklogThatIsFullIsSaidOnceAMinute(t *testing.T) {
	inVirtualTime(t, func(v *inVirtual) {
		v.produce(100, nil)
		refused := func(d time.Duration) int {
			v.cluster.FailSends(-1, protocol.ProducerBlockedQuotaException, "quota")
			time.Sleep(d)
			if d > 0 {
				require.Equal(v.t, "broker: the backlog is full", v.fast().Producer.Limit)
			}
			v.cluster.Faults.Clear()
			time.Sleep(5 * time.Second)
			require.Empty(v.t, v.fast().Producer.Limit)
			return strings.Count(v.heard(), "fast: the backlog of fast has reached its quota, and the broker refuses messages until it shrinks; try: subs fast")
		}
		require.Equal(v.t, 1, refused(30*time.Second))
		require.Equal(v.t, 0, refused(10*time.Second))
		require.Equal(v.t, 2, refused(80*time.Second))
		require.Equal(v.t, 0, refused(0))
		require.Positive(v.t, failed(v.fast(), broker.BacklogFull))
	})
}

// Producers that get no answers, and that the broker refuses to replace, are told of
// once, and tried again at growing intervals.
func TestAStuckProducerIsSaidOnce(t *testing.T) {
	inVirtualTime(t, func(v *inVirtual) {
		v.produce(1000, func(s *spec.Producer) { s.Timeout = 0 })
		time.Sleep(time.Second)
		v.cluster.SetLatency(time.Hour)
		v.cluster.Refuse(true)
		time.Sleep(2 * time.Minute)
		said := map[string]int{}
		for len(v.Notes()) > 0 {
			_, text, _ := strings.Cut((<-v.Notes()).Text, "fast: ")
			said[text]++
		}
		for text, times := range said {
			require.Equal(t, 1, times, "%s", text)
		}
		require.NotEmpty(t, said)
		failures := int64(0)
		for _, f := range v.fast().Failures {
			failures += f.Count
		}
		require.Less(t, failures, int64(60), "attempts at growing intervals")
	})
}
