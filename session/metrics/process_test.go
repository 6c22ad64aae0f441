package metrics

import (
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestProcess(t *testing.T) {
	p := NewProcess()
	first := p.Sample(base())
	require.Zero(t, first.CPU)
	require.Positive(t, first.CPUTime)
	require.Greater(t, first.RSS, int64(1<<20))
	require.GreaterOrEqual(t, first.PeakRSS, first.RSS)
	require.Positive(t, first.Goroutines)

	spin := first.CPUTime
	for spin-first.CPUTime < 30*time.Millisecond {
		spin = cpuTime()
	}
	runtime.GC()
	second := p.Sample(base().Add(100 * time.Millisecond))
	used := second.CPUTime - first.CPUTime
	require.GreaterOrEqual(t, used, 30*time.Millisecond)
	require.InDelta(t, used.Seconds()/0.1*100, second.CPU, 1e-6)
	require.Greater(t, second.GCCount, first.GCCount)
	require.Positive(t, second.GCPauseMax)
	require.GreaterOrEqual(t, second.GCPause, second.GCPauseMax)

	third := p.Sample(base().Add(200 * time.Millisecond))
	if third.GCCount == second.GCCount {
		require.Zero(t, third.GCPauseMax)
	}
}
