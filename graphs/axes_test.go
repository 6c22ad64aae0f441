package graphs

import (
	"math"
	"testing"
	"time"

	"github.com/guptarohit/asciigraph"
	"github.com/stretchr/testify/require"
)

// FuzzScale checks that every scale has a row for zero with the label 0, room
// for its data below the legend, labels that fit their column and are within
// half a row of their values, and that a scale follows from itself.
func FuzzScale(f *testing.F) {
	f.Add(0.0, 50e3, 9, uint8(PerSecond), false, 0.0)
	f.Add(-3.0, 7e9, 30, uint8(Time), false, 0.0)
	f.Add(0.0, 1.5e9, 12, uint8(ByteCount), false, 2e9)
	f.Add(0.0, 1.98e9, 9, uint8(Time), true, 1e9)
	f.Add(0.0, 0.0, 3, uint8(Messages), true, math.NaN())
	f.Add(-1e-5, 0.0, 196, uint8(Messages), false, 0.0)
	f.Add(-7.7, 9.313919653458e14, 77, uint8(Time), false, 2.2e8)
	f.Add(-9e14, 5e14, 12, uint8(Time), false, 0.0)
	f.Add(2.5, 1.5966719405926714e+16, -21, uint8(Messages), false, 3.77e8)
	f.Fuzz(func(t *testing.T, low, high float64, rows int, unit uint8, log bool, previous float64) {
		if math.IsNaN(low) || math.IsNaN(high) {
			low, high = 0, 0
		}
		rows = 3 + abs(rows)%200
		low = max(min(low, 0), -largestDrawn)
		high = min(max(high, 0), largestDrawn)
		u := Unit(unit % (uint8(Share) + 1))
		r := reach{steady: high}
		for _, v := range []float64{low, high, 0} {
			r.add(v)
		}
		s := newScale(r, rows, u, log, Axis{Max: previous})
		require.Equal(t, "0", s.label(s.row(0)))
		require.GreaterOrEqual(t, s.row(low), 0)
		if rows > 3 || low == 0 {
			require.Less(t, s.row(high), rows-1, "high %v in %+v", high, s)
		}
		labels := 0
		for row := range rows {
			label := s.label(row)
			require.LessOrEqual(t, Width(label), LabelWidth-1, label)
			if label != "" {
				labels++
			}
		}
		require.GreaterOrEqual(t, labels, 2)
		require.LessOrEqual(t, labels, mostLabels+1)
		require.Positive(t, s.maximum())
		if low == 0 {
			require.Equal(t, s.labels(), newScale(r, rows, u, log, Axis{Max: s.maximum(), decades: s.decades}).labels())
		}
	})
}

// labels are all labels of a scale.
func (s scale) labels() []string {
	all := make([]string, s.rows)
	for row := range all {
		all[row] = s.label(row)
	}
	return all
}

func abs(n int) int {
	if n < 0 {
		return -(n + 1)
	}
	return n
}

func TestScales(t *testing.T) {
	for _, c := range []struct {
		high float64
		rows int
		unit Unit
		want []string
	}{
		{50e3, 9, PerSecond, []string{"0", "10k", "20k", "30k", "40k", "50k", "60k", "70k", "80k"}},
		{61.3e3, 9, PerSecond, []string{"0", "10k", "20k", "30k", "40k", "50k", "60k", "70k", "80k"}},
		{3, 5, Messages, []string{"0", "1", "2", "3", "4"}},
		{4.8e6, 7, Time, []string{"0", "1ms", "2ms", "3ms", "4ms", "5ms", "6ms"}},
		{300 << 20, 5, ByteCount, []string{"0", "100M", "200M", "300M", "400M"}},
	} {
		require.Equal(t, c.want, newScale(reach{high: c.high, steady: c.high}, c.rows, c.unit, false, Axis{}).labels())
	}
}

// TestTimeAxis checks that in every box and for every window the time labels
// keep apart, stay inside, and are at the column of their age.
func TestTimeAxis(t *testing.T) {
	for _, window := range []time.Duration{
		1, time.Millisecond, 300 * time.Millisecond, 5 * time.Second, 10 * time.Second, 37 * time.Second, time.Minute,
		90 * time.Second, 150 * time.Second, 5 * time.Minute, 10 * time.Minute, time.Hour, 24 * time.Hour, 100 * 24 * time.Hour, math.MaxInt64,
	} {
		for columns := PlotWidth(MinWidth); columns < 250; columns++ {
			axis := timeAxis{columns: columns, window: window}
			free := -1
			ticks := axis.ticks()
			for _, tick := range ticks {
				require.GreaterOrEqual(t, tick.from, free, "%v in %d columns", window, columns)
				require.NotEmpty(t, tick.label)
				free = tick.from + len(tick.label) + 1
			}
			require.LessOrEqual(t, free-1, columns)
			require.Equal(t, now, ticks[len(ticks)-1].label)
		}
	}
	labels := func(window time.Duration) []string {
		var all []string
		for _, tick := range (timeAxis{columns: 72, window: window}).ticks() {
			all = append(all, tick.label)
		}
		return all
	}
	require.Equal(t, []string{"60s", "50s", "40s", "30s", "20s", "10s", "now"}, labels(time.Minute))
	require.Equal(t, []string{"10s", "8s", "6s", "4s", "2s", "now"}, labels(10*time.Second))
	require.Equal(t, []string{"5m", "4m", "3m", "2m", "1m", "now"}, labels(5*time.Minute))
	require.Equal(t, []string{"24h", "21h", "18h", "15h", "12h", "9h", "6h", "3h", "now"}, labels(24*time.Hour))
}

// TestColumnsAndAges checks that the newest age is the last column, the start of
// the window is the value axis, and half of it the middle.
func TestColumnsAndAges(t *testing.T) {
	axis := timeAxis{columns: 72, window: time.Minute}
	require.Equal(t, 71, axis.column(0))
	require.Equal(t, -1, axis.column(time.Minute))
	require.Equal(t, 35, axis.column(30*time.Second))
}

// TestTrace checks that column i leads from value i-1 to value i.
func TestTrace(t *testing.T) {
	plot := func(values ...int) trace { return newTrace(values, asciigraph.DefaultCharSet) }
	up := plot(1, 1, 3, 3)
	require.Equal(t, '─', up.at(0, 1))
	require.Equal(t, '╯', up.at(2, 1))
	require.Equal(t, '│', up.at(2, 2))
	require.Equal(t, '╭', up.at(2, 3))
	require.Equal(t, '─', up.at(3, 3))
	require.Equal(t, noRune, up.at(3, 9))

	gap := plot(blankRow, 2, blankRow, blankRow)
	require.Equal(t, []rune{noRune, '╶', '╴', noRune}, []rune{gap.at(0, 2), gap.at(1, 2), gap.at(2, 2), gap.at(3, 2)})
	require.Zero(t, plot(blankRow, blankRow).end)
	require.Equal(t, '╶', plot(blankRow, blankRow, 5).at(2, 5))
	require.Equal(t, '─', plot(7).at(0, 7))
}

// TestSteadyValueHasARow checks that a rate near its target is drawn in the row
// of the target.
func TestSteadyValueHasARow(t *testing.T) {
	for rows := 5; rows < 40; rows++ {
		for _, high := range []float64{50.3e3, 61e3, 72e3} {
			s := newScale(reach{high: high, steady: 50e3}, rows, PerSecond, false, Axis{})
			require.Equal(t, s.row(49.8e3), s.row(50.2e3), "%v in %d rows", high, rows)
		}
	}
}
