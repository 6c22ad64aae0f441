package session_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"pulsh/session"
)

// full is a producer group whose workers wait for a place on a cluster that
// gives no answer.
func (v *virtual) full() {
	v.produce(1000, func(s *session.ProducerSpec) { s.Workers, s.Pending, s.Timeout = 2, 100, 0 })
	time.Sleep(time.Second)
	v.cluster.Stall(time.Hour)
	time.Sleep(time.Second)
	require.Equal(v.t, 100, v.fast().Producer.InFlight)
}

func TestAGroupThatStopsLeavesALaneThatIsGivenUpMeanwhile(t *testing.T) {
	inVirtualTime(t, func(v *virtual) {
		v.full()
		stopped := make(chan error, 1)
		go func() { stopped <- v.Stop(v.t.Context(), "fast") }()
		time.Sleep(time.Second)
		synctest.Wait()
		require.NoError(v.t, v.cluster.Terminate("fast"))
		time.Sleep(2 * time.Hour)
		select {
		case err := <-stopped:
			require.NoError(v.t, err)
		default:
			t.Fatal("it waits for a place that no answer will ever give back")
		}
	})
}

func TestFewerWorkersDoNotWaitForALaneThatWasGivenUp(t *testing.T) {
	inVirtualTime(t, func(v *virtual) {
		v.full()
		require.NoError(v.t, v.cluster.Terminate("fast"))
		started := time.Now()
		require.NoError(v.t, v.Scale(v.t.Context(), "fast", 1))
		require.Less(v.t, time.Since(started), time.Second)
		require.Len(v.t, v.fast().Producer.PerWorker, 1)
	})
}
