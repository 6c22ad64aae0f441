package metrics

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// base is a round instant, so that columns of round widths begin on it.
func base() time.Time { return time.Unix(1_700_000_000, 0) }

func same(t *testing.T, want, got []float64) {
	t.Helper()
	require.Len(t, got, len(want))
	for i := range want {
		if math.IsNaN(want[i]) {
			require.True(t, math.IsNaN(got[i]), "column %d of %v", i, got)
		} else {
			require.InDelta(t, want[i], got[i], 1e-6*math.Abs(want[i]), "column %d of %v", i, got)
		}
	}
}

func TestRingColumns(t *testing.T) {
	none := math.NaN()
	for _, c := range []struct {
		by   Aggregate
		want []float64
	}{
		{Mean, []float64{none, 4.5, 14.5, 22}},
		{Max, []float64{none, 9, 19, 24}},
		{Last, []float64{none, 9, 19, 24}},
		{Sum, []float64{none, 45, 145, 110}},
	} {
		r := NewRing(c.by)
		same(t, []float64{none}, r.Columns(base(), time.Second, 1))
		for i := range 25 {
			r.Add(base().Add(time.Duration(i)*FineStep), float64(i))
		}
		same(t, c.want, r.Columns(base().Add(2400*time.Millisecond), 4*time.Second, 4))
	}
}

// TestOnlyTheNewestColumnChanges adds samples, with jitter, and looks at every
// column that stays in view: it must not change once the next one has begun.
func TestOnlyTheNewestColumnChanges(t *testing.T) {
	for _, window := range []time.Duration{5 * time.Second, 7 * time.Second, time.Minute, FineSpan, 20 * time.Minute} {
		for _, n := range []int{13, 79, 160} {
			random := rand.New(rand.NewPCG(1, uint64(n)))
			r := NewRing(Mean)
			width := int64(window) / int64(n)
			seen := map[int64]float64{}
			for i := range 900 {
				at := base().Add(time.Duration(i)*FineStep + time.Duration(random.Int64N(3e7)))
				r.Add(at, random.Float64())
				if i%4 != 0 {
					continue
				}
				newest := floorDiv(at.UnixNano(), width)
				// A step that begins in the column before may still be the newest.
				settled := floorDiv(floorDiv(at.UnixNano(), int64(CoarseStep))*int64(CoarseStep), width) - 1
				for j, v := range r.Columns(at, window, n) {
					column := newest - int64(n-1-j)
					if column > settled || math.IsNaN(v) {
						continue
					}
					if old, ok := seen[column]; ok && old != v {
						t.Fatalf("window %v/%d: column %d went from %v to %v at %v", window, n, column, old, v, at)
					}
					seen[column] = v
				}
			}
		}
	}
}

func TestRingBridgesLateSamplesOnly(t *testing.T) {
	none := math.NaN()
	r := NewRing(Mean)
	r.Add(base(), 1)
	r.Add(base().Add(390*time.Millisecond), 2) // late by three steps
	r.Add(base().Add(3*time.Second), 3)        // away for too long
	got := r.Columns(base().Add(3*time.Second), 3200*time.Millisecond, 32)
	same(t, []float64{none, 1, 2, 2, 2, none}, got[:6])
	require.EqualValues(t, 3, got[31])
	require.True(t, math.IsNaN(got[30]))

	sum := NewRing(Sum)
	sum.Add(base(), 1)
	sum.Add(base().Add(350*time.Millisecond), 2)
	same(t, []float64{3}, sum.Columns(base().Add(900*time.Millisecond), time.Second, 1))
}

func TestRingNarrowColumns(t *testing.T) {
	r := NewRing(Mean)
	for i := range 10 {
		r.Add(base().Add(time.Duration(i)*FineStep), float64(i))
	}
	got := r.Columns(base().Add(900*time.Millisecond), time.Second, 20)
	for i := 1; i < 20; i++ {
		require.EqualValues(t, (i-1)/2, got[i], "column %d of %v", i, got)
	}
}

func TestRingLongRun(t *testing.T) {
	r := NewRing(Last)
	const days = 2
	end := base().Add(days * CoarseSpan)
	for at := base(); at.Before(end); at = at.Add(time.Second) {
		r.Add(at, float64(at.Unix()-base().Unix()))
	}
	last := float64(days*86400 - 1)
	got := r.Columns(end.Add(-time.Second), CoarseSpan, 24)
	require.InDelta(t, last, got[23], 1)
	for i, v := range got {
		require.False(t, math.IsNaN(v), "column %d", i)
	}
	require.InDelta(t, last-22.5*3600, got[0], 1801) // the last second of the 24th hour ago
	bytes := 0
	for _, chunks := range [][][]float32{r.fine.chunks, r.coarse.chunks} {
		for _, c := range chunks {
			bytes += 4 * len(c)
		}
	}
	require.LessOrEqual(t, bytes, 390_000)
	require.Zero(t, testing.AllocsPerRun(100, func() { end = end.Add(FineStep); r.Add(end, 1) }))

	// Old data is gone after a day of silence, whatever place it had.
	r.Add(end.Add(3*CoarseSpan), 5)
	got = r.Columns(end.Add(3*CoarseSpan), CoarseSpan, 4)
	same(t, []float64{math.NaN(), math.NaN(), math.NaN(), 5}, got)
	r.Add(end, 7) // the clock went back
	require.EqualValues(t, 7, r.fine.at(r.fine.newest))
	require.Empty(t, r.Columns(end, time.Minute, 0))
	r.Add(end, math.NaN())
	require.EqualValues(t, 7, r.fine.at(r.fine.newest))
}

// TestExtremesKeepPeaks: what a column's mean smooths away, its extremes keep,
// in every window and however far back.
func TestExtremesKeepPeaks(t *testing.T) {
	r := NewRing(Mean)
	start := base()
	for i := range 40 * 600 { // forty minutes
		v := 100.0
		switch i / 10 {
		case 300: // a second of a burst, half an hour and more ago
			v = 500
		case 2100: // and a second of silence, five minutes ago
			v = 0
		}
		r.Add(start.Add(time.Duration(i)*FineStep), v)
	}
	end := start.Add(40*time.Minute - FineStep)
	for _, n := range []int{8, 40, 72} {
		low, high := r.Extremes(end, 40*time.Minute, n)
		require.Len(t, low, n)
		require.EqualValues(t, 500, maxOf(high))
		require.EqualValues(t, 0, -maxOf(negated(low)))
		require.Less(t, maxOf(r.Columns(end, 40*time.Minute, n)), 200.0)
	}
	low, high := r.Extremes(end, time.Minute, 60)
	require.EqualValues(t, 100, maxOf(high))
	require.EqualValues(t, -100, maxOf(negated(low)))
	// A window of the past is as fine as the memory of then.
	back, _ := r.Extremes(start.Add(5*time.Minute+FineStep*9), time.Minute, 60)
	require.EqualValues(t, 100, back[30])
	for _, by := range []Aggregate{Max, Sum} {
		low, high = NewRing(by).Extremes(end, time.Minute, 60)
		require.Nil(t, low)
		require.Nil(t, high)
	}
}

func maxOf(list []float64) float64 {
	most := math.Inf(-1)
	for _, v := range list {
		if v > most {
			most = v
		}
	}
	return most
}

func negated(list []float64) []float64 {
	out := make([]float64, len(list))
	for i, v := range list {
		out[i] = -v
	}
	return out
}
