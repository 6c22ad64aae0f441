package graphs_test

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pulsh/graphs"
)

// figure is a value and its text.
type figure struct {
	value float64
	want  string
}

func checkFigures(t *testing.T, write func(float64) string, figures []figure) {
	t.Helper()
	for _, f := range figures {
		require.Equal(t, f.want, write(f.value), "of %v", f.value)
	}
}

func TestCount(t *testing.T) {
	checkFigures(t, graphs.Count, []figure{
		{0, "0"}, {math.Copysign(0, -1), "0"}, {0.2, "~0"}, {1, "1"}, {412, "412"}, {999, "999"},
		{999.4, "999"}, {999.5, "1.0k"}, {50e3, "50.0k"}, {999_949, "999.9k"}, {999_950, "1.0M"},
		{3_600_412, "3.6M"}, {11.8e6, "11.8M"}, {9.2e18, "9.2E"}, {1e300, ">999E"},
		{-5, "-5"}, {-999_949, "-999.9k"}, {-1e300, "<-999E"},
		{math.NaN(), "–"}, {math.Inf(1), "inf"}, {math.Inf(-1), "-inf"},
	})
}

func TestThree(t *testing.T) {
	checkFigures(t, graphs.Three, []figure{
		{0, "0"}, {0.001, "~0"}, {-0.001, "~0"}, {0.5, "0.50"}, {5, "5.00"}, {9.994, "9.99"}, {9.995, "10.0"},
		{99.94, "99.9"}, {99.95, "100"}, {412, "412"}, {999.4, "999"}, {999.5, "1.00k"},
		{6250, "6.25k"}, {50e3, "50.0k"}, {999_499, "999k"}, {999_500, "1.00M"}, {8.2e6, "8.20M"},
		{-61_300, "-61.3k"}, {math.NaN(), "–"},
	})
}

func TestRates(t *testing.T) {
	checkFigures(t, graphs.Rate, []figure{{50e3, "50.0k/s"}, {0, "0/s"}, {0.5, "0.50/s"}, {math.NaN(), "–"}})
	checkFigures(t, graphs.ByteRate, []figure{
		{48.8e6, "48.8 MB/s"}, {51_200_000, "51.2 MB/s"}, {512, "512 B/s"}, {999.6, "1.00 kB/s"}, {0, "0 B/s"},
		{999_600, "1.00 MB/s"}, {-0.2, "~0 B/s"}, {math.NaN(), "–"}, {math.Inf(1), "inf B/s"},
	})
}

func TestSizes(t *testing.T) {
	checkFigures(t, graphs.Bytes, []figure{
		{0, "0 B"}, {512, "512 B"}, {1023, "1023 B"}, {1024, "1 KiB"}, {1536, "1.5 KiB"}, {64 << 20, "64 MiB"},
		{1<<20 - 1, "1 MiB"}, {1000 << 10, "1000 KiB"}, {4096, "4 KiB"}, {1e300, ">999 EiB"}, {-1024, "-1 KiB"},
	})
	checkFigures(t, graphs.Memory, []figure{
		{64 << 20, "64M"}, {1.9 * (1 << 30), "1.9G"}, {1<<30 - 1, "1.0G"}, {1023 << 20, "1023M"}, {0, "0B"},
	})
}

func TestWhole(t *testing.T) {
	checkFigures(t, graphs.Whole, []figure{
		{0, "0"}, {999, "999"}, {3_600_412, "3,600,412"}, {-1234, "-1,234"}, {1e15, "1.0P"}, {math.NaN(), "–"},
	})
}

func TestPercent(t *testing.T) {
	three := func(v float64) string { return graphs.Percent(v, 3) }
	one := func(v float64) string { return graphs.Percent(v, 1) }
	tight := func(v float64) string { return graphs.PercentTight(v, 0) }
	checkFigures(t, three, []figure{{99.996, "99.996 %"}, {99.9999, "99.999 %"}, {100, "100.000 %"}, {999.9999, "1000.0 %"}})
	checkFigures(t, one, []figure{
		{0, "0 %"}, {0.01, "<0.1 %"}, {-0.01, "~0 %"}, {44.7, "44.7 %"}, {99.99, "99.9 %"}, {100, "100.0 %"}, {1e9, ">9999 %"},
		{math.NaN(), "–"},
	})
	checkFigures(t, tight, []figure{{18.2, "18%"}, {99.9, "99%"}, {0.3, "<1%"}, {260, "260%"}})
}

func TestLatency(t *testing.T) {
	checkFigures(t, graphs.Latency, []figure{
		{0, "0"}, {0.1, "~0"}, {850, "850ns"}, {999.6, "1µs"}, {850e3, "850µs"}, {999.6e3, "1.0ms"}, {2.1e6, "2.1ms"},
		{11.2e6, "11.2ms"}, {99.96e6, "100ms"}, {999.6e6, "1.00s"}, {1.98e9, "1.98s"}, {12.3e9, "12.3s"},
		{100e9, "1m40s"}, {3600e9, "1h00m"}, {-2.1e6, "-2.1ms"}, {1e300, ">9999d"}, {math.NaN(), "–"},
	})
	checkFigures(t, graphs.Millis, []figure{
		{0, "0"}, {100, "~0"}, {85e3, "0.085"}, {850e3, "0.85"}, {2.1e6, "2.1"}, {12.1e6, "12.1"}, {99.96e6, "100"},
		{2104e6, "2,104"}, {3600e9, "3,600,000"}, {math.NaN(), "–"},
	})
	checkFigures(t, graphs.MillisUnit, []figure{{2104e6, "2,104 ms"}, {11_040e9, "3h04m"}, {math.NaN(), "–"}})
}

func TestClocks(t *testing.T) {
	for _, c := range []struct {
		d              time.Duration
		clock, elapsed string
	}{
		{0, "00:00:00", "0s"},
		{999 * time.Millisecond, "00:00:00", "0s"},
		{58 * time.Second, "00:00:58", "58s"},
		{72 * time.Second, "00:01:12", "1m12s"},
		{2*time.Hour + 5*time.Minute, "02:05:00", "2h05m"},
		{99*time.Hour + 59*time.Minute, "99:59:00", "4d03h"},
		{100*time.Hour + 10*time.Minute, "4d04h10m", "4d04h"},
		{100 * 24 * time.Hour, " 100d00h", "100d"},
		{math.MaxInt64, "  >9999d", ">9999d"},
		{-72 * time.Second, "-00:01:12", "-1m12s"},
		{-1, "-00:00:00", "0s"},
	} {
		require.Equal(t, c.elapsed, graphs.Elapsed(c.d))
		require.Equal(t, c.clock, graphs.Clock(c.d))
	}
	require.Equal(t, "5.4 s", graphs.Seconds(5400*time.Millisecond))
	require.Equal(t, "1m40s", graphs.Seconds(100*time.Second))
}

// FuzzFigures checks that no figure is wider than its stated width, plus one for
// a sign.
func FuzzFigures(f *testing.F) {
	for _, v := range []float64{0, 0.4999, 9.995, 99.95, 999.5, 999.95, 999_950, 1023.5, 1e15, 1e18, 1e300, math.Inf(1), math.NaN(), -1} {
		f.Add(v)
	}
	f.Fuzz(func(t *testing.T, v float64) {
		for _, c := range []struct {
			text  string
			width int
		}{
			{graphs.Count(v), len("999.9k")},
			{graphs.Three(v), graphs.ThreeWidth},
			{graphs.Rate(v), graphs.RateWidth},
			{graphs.Whole(v), len("999,999,999,999,999")},
			{graphs.ByteRate(v), graphs.ByteRateWidth},
			{graphs.Bytes(v), len("1023 MiB")},
			{graphs.Memory(v), len("1023M")},
			{graphs.Latency(v), graphs.LatencyWidth},
			{graphs.Millis(v), len("3,600,000")},
			{graphs.Percent(v, 0), len("100.000 %")},
			{graphs.Percent(v, 3), len("100.000 %")},
			{graphs.Clock(clampDuration(v)), graphs.ClockWidth},
			{graphs.Elapsed(clampDuration(v)), graphs.ElapsedWidth},
		} {
			most := c.width
			if v < 0 {
				most++
			}
			require.LessOrEqual(t, graphs.Width(c.text), most, "%q of %v", c.text, v)
			require.NotContains(t, c.text, "1000.0k")
			require.NotEmpty(t, c.text)
		}
		for u := graphs.Messages; u <= graphs.Share; u++ {
			require.NotEmpty(t, u.Format(v))
		}
		require.False(t, strings.HasPrefix(graphs.Three(v), "1000"), "of %v", v)
	})
}

func clampDuration(v float64) time.Duration {
	switch {
	case math.IsNaN(v):
		return 0
	case v >= math.MaxInt64:
		return math.MaxInt64
	case v <= math.MinInt64:
		return math.MinInt64
	}
	return time.Duration(v)
}

func TestPlural(t *testing.T) {
	require.Equal(t, "0 workers", graphs.Plural(0, "worker"))
	require.Equal(t, "1 worker", graphs.Plural(1, "worker"))
	require.Equal(t, "4,000 workers", graphs.Plural(int64(4000), "worker"))
	require.Equal(t, "1 entry", graphs.Plural(uint64(1), "entry", "entries"))
	require.Equal(t, "2 entries", graphs.Plural(uint64(2), "entry", "entries"))
}
