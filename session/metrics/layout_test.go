package metrics

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
	"github.com/stretchr/testify/require"
)

func reference() *hdrhistogram.Histogram {
	return hdrhistogram.New(1, int64(Highest/time.Microsecond), SignificantDigits)
}

func TestLayout(t *testing.T) {
	require.Len(t, reference().Export().Counts, countsLen)
	check := func(us uint64) {
		t.Helper()
		h := reference()
		require.NoError(t, h.RecordValue(int64(us)))
		i := indexOf(us)
		require.EqualValues(t, 1, h.Export().Counts[i], "%d µs", us)
		require.EqualValues(t, h.Min(), lowestOf(i))
		require.EqualValues(t, h.Max(), highestOf(i))
		require.LessOrEqual(t, lowestOf(i), us)
		require.GreaterOrEqual(t, highestOf(i), us)
	}
	random := rand.New(rand.NewPCG(1, 1))
	for shift := range 32 {
		edge := uint64(1) << shift
		check(edge - 1)
		check(edge)
		check(edge + random.Uint64N(edge))
	}
	check(untrackable - 1)
	require.Equal(t, lastIndex, indexOf(untrackable))
	require.Equal(t, lastIndex, indexOf(1<<62))
}

// TestCountersCoverEveryValue walks all counters: each begins where the one
// before ends.
func TestCountersCoverEveryValue(t *testing.T) {
	next := uint64(0)
	for i := range countsLen {
		require.Equal(t, next, lowestOf(i))
		require.Equal(t, i, indexOf(lowestOf(i)))
		require.Equal(t, i, indexOf(highestOf(i)))
		next = highestOf(i) + 1
	}
	require.Equal(t, untrackable, next)
}

func FuzzIndex(f *testing.F) {
	f.Add(uint64(0))
	f.Add(uint64(2048))
	f.Add(uint64(untrackable))
	f.Fuzz(func(t *testing.T, us uint64) {
		i := indexOf(us)
		require.LessOrEqual(t, lowestOf(i), us)
		if i != lastIndex {
			require.GreaterOrEqual(t, highestOf(i), us)
			require.LessOrEqual(t, highestOf(i)-lowestOf(i), us/1000)
		}
	})
}
