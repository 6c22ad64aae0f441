package metrics

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// heatSum adds up all columns, and says which classes are in use.
func heatSum(columns []uint32) (n uint64, lowest, highest int) {
	lowest, highest = HeatClasses, -1
	for i, count := range columns {
		if count > 0 {
			n += uint64(count)
			lowest, highest = min(lowest, i%HeatClasses), max(highest, i%HeatClasses)
		}
	}
	return n, lowest, highest
}

// TestHeatCountsAll: every duration is in exactly one column and in the class
// that its value belongs to, in every window that reaches back to the start.
func TestHeatCountsAll(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	h, d, shard := NewHeat(), NewDistribution(), &Histogram{}
	recorded := uint64(0)
	const cuts = 12 * 600 // twelve minutes
	for i := range cuts {
		for range random.IntN(5) {
			us := math.Pow(10, 2+3*random.Float64()) // 100 µs to 100 ms
			shard.Record(int64(us * 1000))
			recorded++
		}
		d.Collect(shard)
		h.Add(base().Add(time.Duration(i)*SampleEvery), d)
	}
	end := base().Add((cuts - 1) * SampleEvery)
	for _, c := range []struct {
		window time.Duration
		n      int
	}{{24 * time.Hour, 72}, {20 * time.Minute, 100}, {20 * time.Minute, 60}, {time.Hour, 1}} {
		n, lowest, highest := heatSum(h.Columns(nil, end, c.window, c.n))
		require.Equal(t, recorded, n, "%v in %d", c.window, c.n)
		require.GreaterOrEqual(t, lowest, 2*HeatPerDecade-1)
		require.LessOrEqual(t, highest, 5*HeatPerDecade)
	}
	n, _, _ := heatSum(h.Columns(nil, end, 9*time.Minute, 54))
	require.InDelta(t, float64(recorded)*9/12, float64(n), float64(recorded)/20)
	require.Len(t, h.Columns(make([]uint32, 3), end, time.Minute, 0), 0)
}

func TestHeatClasses(t *testing.T) {
	for us, class := range map[int64]int{0: 0, 1: 0, 2: 3, 10: 12, 99: 23, 100: 24, 1000: 36, 999: 35, 1_001_000: 72,
		int64(Highest / time.Microsecond): HeatClasses - 1, math.MaxInt64 / 2000: HeatClasses - 1} {
		h, d, shard := NewHeat(), NewDistribution(), &Histogram{}
		shard.Record(us * 1000)
		d.Collect(shard)
		h.Add(base(), d)
		n, lowest, highest := heatSum(h.Columns(nil, base(), time.Second, 1))
		require.EqualValues(t, 1, n)
		require.Equal(t, []int{class, class}, []int{lowest, highest}, "%d µs", us)
	}
}

// TestHeatForgets: silence is empty, and what is older than the memory is gone.
func TestHeatForgets(t *testing.T) {
	h, d, shard := NewHeat(), NewDistribution(), &Histogram{}
	shard.RecordMany(5e6, 1000)
	d.Collect(shard)
	h.Add(base(), d)
	d.Collect(shard)
	later := base().Add(5 * time.Minute)
	h.Add(later, d)
	n, _, _ := heatSum(h.Columns(nil, later, time.Minute, 60))
	require.Zero(t, n)
	n, _, _ = heatSum(h.Columns(nil, later, 10*time.Minute, 60))
	require.EqualValues(t, 1000, n)
	h.Add(later.Add(3*CoarseSpan), d)
	n, _, _ = heatSum(h.Columns(nil, later.Add(3*CoarseSpan), CoarseSpan, 60))
	require.Zero(t, n)
	n, _, _ = heatSum(NewHeat().Columns(nil, later, time.Minute, 60))
	require.Zero(t, n)
}

func TestHeatStaysSmall(t *testing.T) {
	h, d, shard := NewHeat(), NewDistribution(), &Histogram{}
	for s := range 86400 + 4000 {
		for class := range 20 {
			shard.RecordMany(int64(math.Pow(10, 6+float64(class)/12)), uint32(100*class+s%7))
		}
		d.Collect(shard)
		h.Add(base().Add(time.Duration(s)*time.Second), d)
	}
	bytes := 0
	for _, track := range []*heatTrack{&h.fine, &h.coarse} {
		for _, packed := range track.past {
			bytes += cap(packed) + 24
		}
	}
	require.Less(t, bytes, 900_000)
	columns := h.Columns(nil, base().Add(86400*time.Second), time.Minute, 72)
	require.Zero(t, testing.AllocsPerRun(10, func() { h.Columns(columns, base().Add(86400*time.Second), time.Minute, 72) }))
}

func BenchmarkHeatAdd(b *testing.B) {
	h, d, shard := NewHeat(), NewDistribution(), &Histogram{}
	for i := range 5000 {
		shard.Record(int64(2e6 + 1000*i))
	}
	d.Collect(shard)
	at := base()
	b.ReportAllocs()
	for b.Loop() {
		at = at.Add(SampleEvery)
		h.Add(at, d)
	}
}
