package metrics

import (
	"bytes"
	"context"
	"runtime/pprof"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// burn uses the CPU until a channel is closed.
func burn(stop <-chan struct{}) (n uint64) {
	for {
		select {
		case <-stop:
			return n
		default:
			for range 10_000 {
				n = n*31 + 7
			}
		}
	}
}

// burnAs burns in n goroutines, which have the label of a part unless it is "".
func burnAs(part string, n int, stop <-chan struct{}, running *sync.WaitGroup) {
	for range n {
		running.Go(func() { // ended by stop
			if part != "" {
				pprof.SetGoroutineLabels(pprof.WithLabels(context.Background(), pprof.Labels(PartLabel, part)))
			}
			burn(stop)
		})
	}
}

func TestTheShareOfAPart(t *testing.T) {
	stop := make(chan struct{})
	var running sync.WaitGroup
	burnAs("broker", 1, stop, &running)
	burnAs("", 3, stop, &running)
	s := NewShare("broker")
	require.Eventually(t, func() bool { return s.Now().CPUTime > 3*time.Second/2 }, 30*time.Second, 50*time.Millisecond)
	close(stop)
	running.Wait()
	s.Close()
	now := s.Now()
	require.True(t, now.Known)
	require.InDelta(t, 0.25, now.Share, 0.08)
}

func TestASecondProfileIsNoHarm(t *testing.T) {
	var profile bytes.Buffer
	require.NoError(t, pprof.StartCPUProfile(&profile))
	defer pprof.StopCPUProfile()
	stop := make(chan struct{})
	var running sync.WaitGroup
	burnAs("broker", 1, stop, &running)
	s := NewShare("broker")
	time.Sleep(shareWindow + shareWindow/2)
	close(stop)
	running.Wait()
	s.Close()
	require.False(t, s.Now().Known)
	require.Zero(t, (*Share)(nil).Now())
}

func TestWindowsWithoutAMeasurementHaveTheShareOfThoseBefore(t *testing.T) {
	var s Share
	s.add(0, false, time.Second)
	require.Zero(t, s.Now(), "nothing is guessed before the first")
	s.add(0.5, true, 2*time.Second)
	s.add(0, false, time.Second)
	require.Equal(t, Part{Share: 0.5, CPUTime: 2 * time.Second, Known: true}, s.Now(), "what was used before has the share of the first")
	s.add(0, true, time.Second)
	require.InDelta(t, 0.35, s.Now().Share, 1e-9)
}

func TestDamagedProfiles(t *testing.T) {
	for _, data := range []string{"", "no gzip", "\x1f\x8b"} {
		_, ok := shareOf(bytes.NewReader([]byte(data)), "broker")
		require.False(t, ok)
	}
	for _, data := range []string{"\x12\x02\x0a", "\x12\x03\x0a\x01\xff\x12\x01\x1a", "\x22\x02\x22\x05", "\x1a\x02\x08\x01"} {
		_, ok := shareOf(bytes.NewReader([]byte(data)), "broker")
		require.False(t, ok)
	}
}
