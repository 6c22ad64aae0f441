package graphs_test

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pulsh/graphs"
)

// The classes of the heat maps that are drawn here: twelve to a decade, from a
// microsecond on.
const (
	heatClasses = 115
	perDecade   = 12
)

// heatChart returns latencies around 2 ms, with a stall of ten seconds that
// raises them by three decades.
func heatChart(width, height int) graphs.Heat {
	c := loadChart(width, height)
	c.Title = "fast latency"
	h := graphs.Heat{Chart: c, Classes: heatClasses, PerDecade: perDecade, Lowest: 1000}
	columns := graphs.PlotWidth(width)
	for x := range columns {
		counts := make([]uint32, heatClasses)
		share := float64(x) / float64(max(columns-1, 1))
		add := func(ms float64, n uint32) {
			counts[min(max(int(math.Log10(ms*1000)*perDecade), 0), heatClasses-1)] += n
		}
		if share > 0.1 {
			for i := range 40 {
				add(1.4*math.Pow(1.05, float64(i)), uint32(2000/(1+i*i/20)))
			}
			add(30+200*math.Abs(math.Sin(share*31)), 1)
		}
		if share > 0.48 && share < 0.55 {
			clear(counts)
			for i := range 20 {
				add(4*math.Pow(1.4, float64(i)), uint32(10+i*i))
			}
		}
		h.Counts = append(h.Counts, counts...)
	}
	return h
}

func TestHeatDrawings(t *testing.T) {
	for _, size := range []struct {
		name          string
		width, height int
	}{
		{"40x12", 40, 6}, {"80x24", 80, 12}, {"200x50", 200, 24},
	} {
		h := heatChart(size.width, size.height)
		rows, _ := graphs.DrawHeat(h)
		requireBox(t, rows, size.width, size.height)
		golden(t, "heat-"+size.name, rows)
		h.ASCII = true
		rows, _ = graphs.DrawHeat(h)
		golden(t, "heat-"+size.name+"-ascii", rows)
	}
	h := heatChart(80, 12)
	plain, _ := graphs.DrawHeat(h)
	h.Color = true
	coloured, _ := graphs.DrawHeat(h)
	golden(t, "heat-80x24-color", coloured)
	for y, row := range coloured {
		require.Equal(t, plain[y], sgr.ReplaceAllString(row, ""))
	}
	h.Counts = nil
	empty, _ := graphs.DrawHeat(h)
	requireBox(t, empty, 80, 12)
}

// TestHeatIsTrue checks that a duration is drawn in the row of its label, in the
// column of its time, and in the shade of its share.
func TestHeatIsTrue(t *testing.T) {
	for _, height := range []int{6, 8, 12, 20, 40} {
		c := graphs.Chart{Width: 80, Height: height, Window: time.Minute, End: end}
		h := graphs.Heat{Chart: c, Classes: heatClasses, PerDecade: perDecade, Lowest: 1000}
		h.Counts = make([]uint32, graphs.PlotWidth(80)*heatClasses)
		set := func(column, class int, n uint32) { h.Counts[column*heatClasses+class] = n }
		set(10, 36, 1)   // 1 ms
		set(20, 60, 999) // 100 ms
		set(20, 36, 1)
		rows, _ := graphs.DrawHeat(h)
		one := rowOf(rows, 10, '█')
		require.Contains(t, rows[one], " 1ms ┤")
		require.Contains(t, rows[rowOf(rows, 20, '█')], "100ms ┤")
		require.Equal(t, one, rowOf(rows, 20, '·'))
	}
}

// TestHeatStands checks that the axis does not change while durations vary.
func TestHeatStands(t *testing.T) {
	for height := 8; height < 40; height += 7 {
		var axis graphs.Axis
		var before []string
		for frame := range 50 {
			h := heatChart(80, height)
			// The stall comes into the window and leaves it; noise moves the lowest class.
			for x := range graphs.PlotWidth(80) {
				h.Counts[x*heatClasses+24+(x*7+frame)%3] = 1
			}
			h.Before = axis
			var rows []string
			rows, axis = graphs.DrawHeat(h)
			var labels []string
			for _, row := range rows {
				labels = append(labels, string([]rune(row)[:graphs.LabelWidth]))
			}
			if frame > 0 {
				require.Equal(t, before, labels)
			}
			before = labels
		}
	}
}

// TestEverySize checks that every box has exactly its size.
func TestEverySize(t *testing.T) {
	for width := -1; width <= 230; width += 7 {
		for height := -1; height <= 40; height += 1 + height/12 {
			c := loadChart(max(width, graphs.MinWidth), height)
			c.Width, c.Notice, c.Now = width, "frozen", "10:42:07"
			c.Color, c.ASCII, c.Log = width%2 == 0, height%2 == 0, width%4 == 1
			for i := range c.Series {
				c.Series[i].Low, c.Series[i].High = []float64{0, 1e3}, []float64{90e3, 200e3}
			}
			requireBox(t, render(c), width, height)
			h := heatChart(max(width, graphs.MinWidth), height)
			h.Width, h.Color, h.ASCII, h.Notice = width, c.Color, c.ASCII, c.Notice
			rows, _ := graphs.DrawHeat(h)
			requireBox(t, rows, width, height)
			if c.ASCII {
				for _, r := range sgr.ReplaceAllString(strings.Join(rows, ""), "") {
					require.LessOrEqual(t, r, '~')
				}
			}
		}
	}
}

// TestExtremesShow checks that a peak shows in a column with a low mean, and
// that slopes have no dots.
func TestExtremesShow(t *testing.T) {
	c := graphs.Chart{Width: 80, Height: 13, Unit: graphs.PerSecond, Window: 24 * time.Hour, End: end}
	s := graphs.Series{Name: "fast", Values: values(80, func(share float64) float64 { return 50e3 })}
	for i := range s.Values {
		s.Low, s.High = append(s.Low, 49e3), append(s.High, 51e3)
		if i >= 40 { // a step: the column in which it lies has seen both levels
			s.Values[i] = 80e3
			s.Low[i], s.High[i] = 79e3, 81e3
		}
	}
	s.Low[40], s.High[20], s.Low[60] = 50e3, 120e3, 0
	c.Series = []graphs.Series{s}
	rows, axis := graphs.Draw(c)
	require.Greater(t, axis.Max, 120e3)
	dots := map[int]int{}
	for _, row := range rows {
		for x, r := range []rune(row) {
			if r == '·' {
				dots[x-graphs.LabelWidth]++
			}
		}
	}
	require.Len(t, dots, 2, fmt.Sprint(dots))
	require.Greater(t, dots[20], 2)
	require.Greater(t, dots[60], 2)
	golden(t, "extremes-80x24", rows)
}

func TestSigns(t *testing.T) {
	c := graphs.Chart{Width: 80, Height: 12, Unit: graphs.PerSecond, Window: time.Minute, End: end}
	for i, sign := range []graphs.Sign{graphs.Event, graphs.Remark, graphs.Mended, graphs.Trouble} {
		c.Marks = append(c.Marks, graphs.Mark{At: end.Add(-time.Duration(12*i+5) * time.Second), Sign: sign, Number: i + 1, Text: "what happened"})
	}
	axis := render(c)[9]
	for _, sign := range "▲◆●×" {
		require.Equal(t, 1, strings.Count(axis, string(sign)), axis)
	}
	c.ASCII = true
	axis = render(c)[9]
	for _, sign := range "^#ox" {
		require.Equal(t, 1, strings.Count(axis, string(sign)), axis)
	}
}

// TestFrozen checks that the right edge has the label of its time, and that a
// narrow row drops the notice last.
func TestFrozen(t *testing.T) {
	for width := graphs.MinWidth; width < 100; width++ {
		c := loadChart(width, 12)
		c.Notice, c.Now = "frozen", "10:42:07"
		rows := render(c)
		requireBox(t, rows, width, 12)
		require.Contains(t, rows[0], "frozen")
		require.True(t, strings.HasSuffix(rows[10], "10:42:07"), rows[10])
		require.NotContains(t, strings.Join(rows, ""), "now")
	}
}
