package metrics

import (
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// shapes are sources of durations in ns, each with its own trouble.
func shapes() map[string]func(*rand.Rand) int64 {
	return map[string]func(*rand.Rand) int64{
		"sub-millisecond": func(r *rand.Rand) int64 { return 50_000 + r.Int64N(900_000) },
		"nanoseconds":     func(r *rand.Rand) int64 { return r.Int64N(3000) },
		"exponential":     func(r *rand.Rand) int64 { return int64(r.ExpFloat64() * 20e6) },
		"whole range":     func(r *rand.Rand) int64 { return int64(math.Exp(r.Float64() * math.Log(float64(Highest)))) },
		"stall": func(r *rand.Rand) int64 {
			if r.IntN(10) == 0 {
				return r.Int64N(2e9)
			}
			return r.Int64N(1e6)
		},
		"around zero": func(r *rand.Rand) int64 { return r.Int64N(2e6) - 1e6 },
		"beyond":      func(r *rand.Rand) int64 { return r.Int64N(int64(3 * Highest)) },
	}
}

// recordAll records values one by one.
func recordAll(h *Histogram, values []int64) {
	for _, v := range values {
		h.Record(v)
	}
}

// starts returns for each duration when it began, if it ended at 0.
func starts(durations []int64) []int64 {
	list := make([]int64, len(durations))
	for i, d := range durations {
		list[i] = -d
	}
	return list
}

// TestExportIsExact records the same values here, over random shards and cuts,
// and in an HdrHistogram: counter by counter they are the same.
func TestExportIsExact(t *testing.T) {
	for name, draw := range shapes() {
		t.Run(name, func(t *testing.T) {
			random := rand.New(rand.NewPCG(7, 7))
			shards := []*Histogram{{}, {}, {}}
			d, want := NewDistribution(), reference()
			var sum float64
			var most, least int64
			for range 50 {
				run := make([]int64, random.IntN(400))
				for i := range run {
					run[i] = draw(random)
					us := int64(inMicroseconds(max(run[i], 0)))
					sum += float64(us)
					most, least = max(most, us), min(least, run[i])
					require.NoError(t, want.RecordValue(min(us, int64(untrackable-1))))
				}
				h := shards[random.IntN(len(shards))]
				if random.IntN(2) == 0 {
					h.RecordSince(starts(run), 0)
				} else {
					recordAll(h, run)
				}
				if random.IntN(3) > 0 {
					d.Collect(shards...)
				}
			}
			d.Collect(shards...)
			require.True(t, want.Equals(d.total))
			q := d.Total()
			require.Equal(t, want.TotalCount(), q.Count)
			require.Equal(t, time.Duration(most)*time.Microsecond, q.Max)
			require.InDelta(t, sum/float64(q.Count)*1e3, float64(q.Mean), 2)
			require.Equal(t, time.Duration(least), q.MostNegative)
			for _, p := range percentiles {
				us := want.ValueAtPercentile(p)
				if us == want.Max() {
					us = most // a percentile is never above the maximum
				}
				require.Contains(t, []time.Duration{q.P50, q.P90, q.P95, q.P99, q.P999, q.P9999},
					min(time.Duration(us)*time.Microsecond, q.Max), "p%v", p)
			}
		})
	}
}

// TestQuantilesAgainstSortedValues holds every percentile to 0.1 % (or half a
// µs) of the exact one.
func TestQuantilesAgainstSortedValues(t *testing.T) {
	for name, draw := range shapes() {
		t.Run(name, func(t *testing.T) {
			random := rand.New(rand.NewPCG(3, 9))
			var h Histogram
			values := make([]int64, 100_000)
			for i := range values {
				values[i] = draw(random)
				h.Record(values[i])
			}
			slices.Sort(values)
			d := NewDistribution()
			d.Collect(&h)
			q := d.Total()
			got := []time.Duration{q.P50, q.P90, q.P95, q.P99, q.P999, q.P9999}
			for i, p := range percentiles {
				exact := max(values[rank(p, uint64(len(values)))-1], 0)
				if exact >= int64(untrackable)*1000 {
					require.Equal(t, q.Max, got[i]) // past the last counter
					continue
				}
				require.InDelta(t, exact, got[i], 500+float64(exact)/1000, "p%v", p)
			}
			require.InDelta(t, max(values[0], 0), q.Min, 500+float64(max(values[0], 0))/1000)
			require.InDelta(t, values[len(values)-1], q.Max, 500)
		})
	}
}

func TestOddValues(t *testing.T) {
	d := NewDistribution()
	var h Histogram
	require.Zero(t, d.Total())
	d.Collect()
	require.Zero(t, d.interval.quantiles())

	h.Record(0)
	h.Record(-1)
	h.Record(-5_000)
	h.Record(math.MinInt64)
	h.Record(499)
	h.Record(500)
	d.Collect(&h)
	q := d.Total()
	require.EqualValues(t, 6, q.Count)
	require.EqualValues(t, 3, q.Negative)
	require.EqualValues(t, math.MinInt64, q.MostNegative)
	require.Zero(t, q.P50)
	require.Equal(t, time.Microsecond, q.Max)

	h.Record(int64(Highest))
	require.Zero(t, q.Over)
	h.Record(int64(Highest) + 1)
	h.Record(int64(50 * time.Hour))
	h.Record(math.MaxInt64)
	h.RecordMany(int64(2*time.Hour), 3)
	d.Collect(&h)
	q = d.interval.quantiles()
	require.EqualValues(t, 7, q.Count)
	require.EqualValues(t, 6, q.Over)
	require.InDelta(t, math.MaxInt64, float64(q.Max), 1e4)
	require.Zero(t, q.Negative)
}

// TestNothingIsLost has writers of every kind against a reader that never
// stops, with shards that come and go.
func TestNothingIsLost(t *testing.T) {
	const writers, runs = 8, 2000
	shards := []*Histogram{{}, {}, {}}
	d := NewDistribution()
	done := make(chan struct{})
	var reader, group sync.WaitGroup
	var intervals int64
	reader.Go(func() {
		for i := 0; ; i++ {
			select {
			case <-done:
				return
			default:
				d.Collect(shards[i%3], shards[(i+1)%3])
				intervals += d.interval.quantiles().Count
			}
		}
	})
	want := make([]int64, writers)
	for w := range writers {
		group.Go(func() {
			random := rand.New(rand.NewPCG(1, uint64(w)))
			for i := range runs {
				h := shards[random.IntN(len(shards))]
				v := int64(random.ExpFloat64() * 1e7)
				switch i % 3 {
				case 0:
					h.Record(v)
					want[w]++
				case 1:
					h.RecordSince([]int64{-v, -v - 10, -2 * v, v}, 0)
					want[w] += 4
				case 2:
					h.RecordMany(v, 5)
					want[w] += 5
				}
			}
		})
	}
	group.Wait()
	close(done)
	reader.Wait()
	d.Collect(shards...)
	intervals += d.interval.quantiles().Count
	var sum int64
	for _, n := range want {
		sum += n
	}
	require.Equal(t, sum, d.Total().Count)
	require.Equal(t, sum, intervals)
}

// TestRecent compares the sliding window with what its intervals held.
func TestRecent(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 5))
	d := NewDistribution()
	var h Histogram
	var cuts [][]int64
	window := func(n int) Quantiles {
		var all Histogram
		for _, c := range cuts[max(len(cuts)-n, 0):] {
			recordAll(&all, c)
		}
		fresh := NewDistribution()
		fresh.Collect(&all)
		return fresh.Total()
	}
	for i := range 30 * RecentSamples {
		cut := make([]int64, random.IntN(60))
		scale := math.Exp(random.Float64() * 20)
		for j := range cut {
			cut[j] = int64(random.NormFloat64()*scale + scale)
		}
		if i%7 == 0 {
			cut = nil
		}
		recordAll(&h, cut)
		cuts = append(cuts, cut)
		d.Collect(&h)
		if i == 15*RecentSamples {
			d.Reset()
			cuts = nil
			require.Zero(t, d.Total())
			require.Zero(t, d.Recent())
			require.Zero(t, d.interval.quantiles())
		}
		if len(cuts) > 0 {
			require.Equal(t, window(1), d.interval.quantiles())
		}
		require.Equal(t, window(RecentSamples), d.Recent())
	}
}

// TestMemoryIsFlat feeds ten million values in a thousand cuts.
func TestMemoryIsFlat(t *testing.T) {
	values := spread(1000)
	d := NewDistribution()
	var h Histogram
	cut := func() {
		for _, v := range values {
			h.RecordMany(v, 10)
		}
		d.Collect(&h)
	}
	for range 10 * RecentSamples {
		cut()
	}
	require.Zero(t, testing.AllocsPerRun(1000-10*RecentSamples-1, cut))
	require.EqualValues(t, 10_000_000, d.Total().Count)
}

func TestBuckets(t *testing.T) {
	d := NewDistribution()
	require.Empty(t, d.Buckets())
	var h Histogram
	h.RecordMany(int64(500*time.Microsecond), 10)
	h.RecordMany(int64(1500*time.Microsecond), 70)
	h.RecordMany(int64(3*time.Millisecond), 15)
	h.RecordMany(int64(2104*time.Millisecond), 5)
	d.Collect(&h)
	us := time.Microsecond
	require.Equal(t, []Bar{
		{500 * us, 501 * us, 10, 0.1}, {1500 * us, 1501 * us, 70, 0.7},
		{3000 * us, 3002 * us, 15, 0.15}, {2103296 * us, 2105344 * us, 5, 0.05},
	}, d.Buckets())
}

func TestRoundBounds(t *testing.T) {
	ms := time.Millisecond
	for _, c := range []struct {
		lowest, highest time.Duration
		bars            int
		want            []time.Duration
	}{
		{1500 * time.Microsecond, 8 * ms, 10, []time.Duration{ms, 2 * ms, 5 * ms}},
		{1500 * time.Microsecond, 2104 * ms, 4, []time.Duration{ms, 2 * ms, 5 * ms}},
		{0, 3 * time.Microsecond, 8, []time.Duration{1000, 2000}},
		{ms, ms, 1, []time.Duration{}},
	} {
		require.Equal(t, c.want, RoundBounds(c.lowest, c.highest, c.bars), "%v", c)
	}
}

func TestNamedQuantiles(t *testing.T) {
	q := Quantiles{Min: 1, Mean: 2, P50: 3, P90: 4, P95: 5, P99: 6, P999: 7, P9999: 8, Max: 9}
	for i, name := range QuantileNames() {
		v, ok := q.Named(name)
		require.True(t, ok)
		require.EqualValues(t, i+1, v, name)
	}
	_, ok := q.Named("p98")
	require.False(t, ok)
}
