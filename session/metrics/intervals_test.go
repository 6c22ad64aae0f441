package metrics

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// lived makes a distribution of so many cuts of so many values each.
func lived(cuts, values int, value func() int64) (d *Distribution, began, ended time.Time) {
	d = NewDistribution()
	h := &Histogram{}
	began = time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	at := began
	for range cuts {
		for range values {
			h.Record(value())
		}
		at = at.Add(SampleEvery)
		d.Collect(h)
		d.Log(at)
	}
	return d, began, at
}

func TestIntervalsHoldAllThatWasRecorded(t *testing.T) {
	d, began, ended := lived(57, 3, func() int64 { return int64(time.Millisecond) })
	list := d.Intervals(ended)
	require.Len(t, list, 6, "five seconds, and seven tenths")
	require.Equal(t, began, list[0].From)
	require.Equal(t, ended, list[5].To)
	var n int64
	for i, v := range list {
		if i > 0 {
			require.Equal(t, list[i-1].To, v.From)
		}
		h := v.Histogram()
		require.Equal(t, int64(v.delta.n), h.TotalCount())
		require.EqualValues(t, 1000, h.Max())
		n += int64(v.delta.n)
	}
	require.EqualValues(t, 57*3, n)
	require.EqualValues(t, 30, list[0].delta.n)
	require.EqualValues(t, 21, list[5].delta.n)
}

func TestIntervalsGrowInsteadOfTheirMemory(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	// Values all over the range take the most bytes.
	d, began, ended := lived(6000, 200, func() int64 {
		return int64(float64(time.Microsecond) * float64(uint64(1)<<random.IntN(30)) * (1 + random.Float64()))
	})
	list := d.Intervals(ended)
	require.LessOrEqual(t, d.past.bytes, intervalBytesMax)
	require.Greater(t, d.past.each, 1)
	require.Less(t, len(list), 600)
	require.Greater(t, len(list), 600/d.past.each/2)
	require.Equal(t, began, list[0].From)
	require.Equal(t, ended, list[len(list)-1].To)
	var n int64
	for i, v := range list {
		if i > 0 {
			require.Equal(t, list[i-1].To, v.From, "%d", i)
		}
		n += int64(v.delta.n)
	}
	require.EqualValues(t, d.Total().Count, n)
}

func TestIntervalsBeginAnewWithAReset(t *testing.T) {
	d, _, ended := lived(25, 1, func() int64 { return 1000 })
	d.Reset()
	d.Log(ended)
	require.Empty(t, d.Intervals(ended))
	h := &Histogram{}
	h.Record(1000)
	d.Collect(h)
	later := ended.Add(SampleEvery)
	d.Log(later)
	list := d.Intervals(later)
	require.Len(t, list, 1)
	require.Equal(t, ended, list[0].From)
	require.EqualValues(t, 1, list[0].delta.n)
}

func TestASilentSecondIsNoInterval(t *testing.T) {
	d := NewDistribution()
	at := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	h := &Histogram{}
	for i := range 40 {
		if i < 10 || i >= 30 {
			h.Record(5000)
		}
		at = at.Add(SampleEvery)
		d.Collect(h)
		d.Log(at)
	}
	list := d.Intervals(at)
	require.Len(t, list, 2)
	require.Equal(t, 2*time.Second, list[1].From.Sub(list[0].To))
}
