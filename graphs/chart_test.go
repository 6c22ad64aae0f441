package graphs_test

import (
	"flag"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pulsh/graphs"
)

var update = flag.Bool("update", false, "write the golden drawings anew")

// sgr matches SGR sequences.
var sgr = regexp.MustCompile("\x1b\\[[0-9;]*m")

// end is the time of the right edge in every drawing.
var end = time.Date(2026, 3, 1, 10, 42, 7, 0, time.UTC)

// values returns one value per column of a chart. Each is a function of the
// share of the window that has passed, 0 to 1.
func values(width int, of func(share float64) float64) []float64 {
	made := make([]float64, graphs.PlotWidth(width))
	for i := range made {
		made[i] = of(float64(i) / float64(len(made)-1))
	}
	return made
}

// loadChart returns the rates of a producer that dips while a broker is away and
// of a consumer that catches up after a seek, with a target that is raised.
func loadChart(width, height int) graphs.Chart {
	target := func(share float64) float64 {
		if share > 0.85 {
			return 60e3
		}
		return 50e3
	}
	fast := values(width, func(share float64) float64 {
		switch {
		case share < 0.02:
			return 0
		case share > 0.48 && share < 0.55:
			return 32e3
		case share > 0.86:
			return 59.9e3
		}
		return 50e3 + 300*math.Sin(share*90)
	})
	sub := values(width, func(share float64) float64 {
		switch {
		case share < 0.1:
			return math.NaN()
		case share > 0.48 && share < 0.55:
			return 30e3
		case share > 0.7:
			return 68e3 + 4e3*math.Sin(share*40)
		}
		return 50e3
	})
	return graphs.Chart{
		Width: width, Height: height,
		Series: []graphs.Series{{Name: "fast", Values: fast}, {Name: "sub1", Values: sub}},
		Target: values(width, target),
		Marks: []graphs.Mark{
			{At: end.Add(-30 * time.Second), Number: 1, Text: "broker unreachable 2.1 s"},
			{At: end.Add(-18 * time.Second), Number: 2, Text: "seek sub1 -5m"},
			{At: end.Add(-9 * time.Second), Number: 3, Text: "rate fast 60k"},
		},
		Window: time.Minute, End: end, Unit: graphs.PerSecond,
	}
}

// latencyChart returns two lines that are decades apart, with a gap and a spike.
func latencyChart(width, height int) graphs.Chart {
	p50 := values(width, func(share float64) float64 {
		if share > 0.4 && share < 0.5 {
			return math.NaN()
		}
		return 2.1e6 + 4e5*math.Sin(share*20)
	})
	p99 := values(width, func(share float64) float64 {
		switch {
		case share > 0.4 && share < 0.5:
			return math.NaN()
		case share > 0.5 && share < 0.54:
			return 1.98e9
		}
		return 4.8e6 + 2e6*math.Sin(share*33)
	})
	return graphs.Chart{
		Width: width, Height: height, Title: "fast latency",
		Series: []graphs.Series{{Name: "p50", Values: p50}, {Name: "p99", Values: p99}},
		Window: 5 * time.Minute, End: end, Unit: graphs.Time, Log: true,
	}
}

// sixChart returns one series more than a chart draws.
func sixChart(width, height int) graphs.Chart {
	c := graphs.Chart{Width: width, Height: height, Window: 24 * time.Hour, End: end, Unit: graphs.BytesPerSecond}
	for i, name := range []string{"one", "two", "three", "four", "five", "six", "seven"} {
		c.Series = append(c.Series, graphs.Series{Name: name, Values: values(width, func(share float64) float64 {
			return 1e6*float64(10*i+5) + 6e6*math.Sin(share*12+float64(i))
		})})
	}
	return c
}

// top returns the largest value of the axis of a chart.
func top(c graphs.Chart) float64 {
	_, axis := graphs.Draw(c)
	return axis.Max
}

// golden compares a drawing with the file in testdata.
func golden(t *testing.T, name string, rows []string) {
	t.Helper()
	path := filepath.Join("testdata", name+".txt")
	drawn := strings.Join(rows, "\n") + "\n"
	if *update {
		require.NoError(t, os.MkdirAll("testdata", 0o755))
		require.NoError(t, os.WriteFile(path, []byte(drawn), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(want), drawn)
}

// requireBox checks that a drawing has exactly a given size.
func requireBox(t *testing.T, rows []string, width, height int) {
	t.Helper()
	require.Len(t, rows, max(height, 0))
	for _, row := range rows {
		require.Equal(t, max(width, 0), graphs.Width(row), "%q", row)
	}
}

func TestDrawings(t *testing.T) {
	for _, size := range []struct {
		name          string
		width, height int
	}{
		{"40x12", 40, 6}, {"80x24", 80, 12}, {"140x40", 140, 20}, {"200x50", 200, 24},
	} {
		for kind, chart := range map[string]graphs.Chart{
			"load":    loadChart(size.width, size.height),
			"latency": latencyChart(size.width, size.height),
			"six":     sixChart(size.width, size.height),
			"empty":   {Width: size.width, Height: size.height, Window: 10 * time.Second, End: end, Unit: graphs.PerSecond},
		} {
			rows := render(chart)
			requireBox(t, rows, size.width, size.height)
			golden(t, kind+"-"+size.name, rows)
			chart.ASCII = true
			rows = render(chart)
			requireBox(t, rows, size.width, size.height)
			golden(t, kind+"-"+size.name+"-ascii", rows)
		}
	}
	colour := loadChart(80, 12)
	colour.Color = true
	golden(t, "load-80x24-color", render(colour))
	golden(t, "side-by-side", graphs.SideBySide(2, render(loadChart(69, 14)), render(latencyChart(69, 12))))
}

// TestColorChangesNothingElse checks that a drawing with colours differs from
// one without only in SGR sequences.
func TestColorChangesNothingElse(t *testing.T) {
	plain := loadChart(80, 12)
	coloured := plain
	coloured.Color = true
	for y, row := range render(coloured) {
		require.Equal(t, render(plain)[y], sgr.ReplaceAllString(row, ""))
	}
}

// rowOf returns the row, from the top, in which a column of the plot has the
// rune r, or -1.
func rowOf(rows []string, column int, r rune) int {
	for y, row := range rows {
		if []rune(row)[graphs.LabelWidth+column] == r {
			return y
		}
	}
	return -1
}

// render is Draw without the axis.
func render(c graphs.Chart) []string {
	rows, _ := graphs.Draw(c)
	return rows
}

// TestTruth checks that zero is drawn in the row with the label 0, a value in
// the row of its label, and the newest value above "now".
func TestTruth(t *testing.T) {
	for _, height := range []int{5, 8, 12, 20, 33} {
		c := graphs.Chart{Width: 80, Height: height, Unit: graphs.PerSecond, Window: time.Minute, End: end}
		c.Series = []graphs.Series{{Values: values(80, func(share float64) float64 {
			if share < 0.5 {
				return 0
			}
			return 50e3
		})}}
		rows := render(c)
		zero := rowOf(rows, 5, '─')
		require.True(t, strings.HasPrefix(rows[zero], "     0 ┤"), rows[zero])
		high := rowOf(rows, graphs.PlotWidth(80)-1, '─')
		require.Less(t, high, zero)
		perRow := top(c) / float64(zero)
		require.InDelta(t, 50e3, perRow*float64(zero-high), perRow/2+1e-6)
		require.Contains(t, strings.Join(rows, "\n")+"\n", "now\n")
	}
}

// TestNothingBetween checks that the values of a step are drawn in two rows
// only.
func TestNothingBetween(t *testing.T) {
	c := graphs.Chart{Width: 80, Height: 14, Unit: graphs.Messages, Window: time.Minute, End: end}
	c.Series = []graphs.Series{{Values: []float64{10, 10, 10, 70, 70, 10}}}
	rows := render(c)
	corners := 0
	for _, row := range rows[:11] {
		corners += strings.Count(row, "╭") + strings.Count(row, "╮") + strings.Count(row, "╰") + strings.Count(row, "╯")
	}
	require.Equal(t, 4, corners)
}

// TestAxisStands checks that labels, ticks and time labels do not change while
// the data scrolls and varies within the scale.
func TestAxisStands(t *testing.T) {
	for _, log := range []bool{false, true} {
		var before []string
		var previous graphs.Axis
		for frame := range 600 {
			c := graphs.Chart{Width: 100, Height: 13, Unit: graphs.PerSecond, Window: time.Minute, Log: log,
				End: end.Add(time.Duration(frame) * 100 * time.Millisecond), Before: previous}
			c.Series = []graphs.Series{{Name: "fast", Values: values(100, func(share float64) float64 {
				return 50e3 + 12e3*math.Sin(share*9+float64(frame)/20)*math.Sin(float64(frame)/50)
			})}}
			rows, axis := graphs.Draw(c)
			frames := make([]string, 0, len(rows))
			for y, row := range rows {
				if y >= 10 {
					frames = append(frames, row)
					continue
				}
				frames = append(frames, string([]rune(row)[:graphs.LabelWidth]))
			}
			if frame > 200 {
				require.Equal(t, before, frames)
			}
			before, previous = frames, axis
		}
	}
}

// TestScaleFollows checks that the axis grows with the data, and shrinks when
// the data has become small.
func TestScaleFollows(t *testing.T) {
	chart := func(value, previous float64) float64 {
		c := graphs.Chart{Width: 80, Height: 12, Unit: graphs.PerSecond, Before: graphs.Axis{Max: previous}}
		c.Series = []graphs.Series{{Values: []float64{value}}}
		return top(c)
	}
	first := chart(50e3, 0)
	require.Equal(t, 80e3, first)
	require.Equal(t, first, chart(68e3, first))
	require.Equal(t, first, chart(30e3, first))
	require.Greater(t, chart(90e3, first), first)
	require.Less(t, chart(1e3, first), 2e3)
	require.Positive(t, chart(math.NaN(), math.NaN()))
}

// TestLegendStaysInside checks that no line runs through the legend, and that
// long names do not widen the row.
func TestLegendStaysInside(t *testing.T) {
	long := strings.Repeat("long-name-", 5)
	for width := graphs.MinWidth; width < 160; width++ {
		c := graphs.Chart{Width: width, Height: 12, Title: "a title", Unit: graphs.PerSecond}
		for _, name := range []string{long, "日本語のトピック", "b", long} {
			c.Series = append(c.Series, graphs.Series{Name: name, Values: values(width, func(s float64) float64 { return 100 * s })})
		}
		c.Target = values(width, func(float64) float64 { return 100 })
		rows := render(c)
		requireBox(t, rows, width, 12)
		require.NotContains(t, rows[0], "╭")
	}
}

func TestMarks(t *testing.T) {
	c := graphs.Chart{Width: 60, Height: 12, Unit: graphs.PerSecond, Window: time.Minute, End: end}
	for i := range 12 {
		c.Marks = append(c.Marks, graphs.Mark{At: end.Add(-time.Duration(i*5) * time.Second), Number: 12 - i, Text: "something happened"})
	}
	c.Marks = append(c.Marks, graphs.Mark{At: end.Add(time.Hour), Number: 77, Text: "later"}, graphs.Mark{At: end.Add(-time.Hour), Number: 78})
	rows := render(c)
	requireBox(t, rows, 60, 12)
	require.Equal(t, "        11 something happened   12 something happened", strings.TrimRight(rows[11], " "))
	require.NotContains(t, strings.Join(rows, ""), "77")
	require.NotContains(t, strings.Join(rows, ""), "78")
}

// FuzzRender checks that the box has its size for any input.
func FuzzRender(f *testing.F) {
	f.Add(80, 12, "fast", "rate 50k", int64(time.Minute), 50e3, math.NaN(), math.Inf(1), 0.0, uint8(0))
	f.Add(24, 5, "日本語", "\x1b[31mred\n", int64(10*time.Second), -1.0, 0.0, 1e300, 80e3, uint8(255))
	f.Add(200, 50, "🏳️‍🌈🇩🇪", "ᄀ\u0600x", int64(24*time.Hour), 5e-324, -1e300, 3.0, math.Inf(1), uint8(7))
	f.Fuzz(func(t *testing.T, width, height int, name, text string, window int64, a, b, z, previous float64, bits uint8) {
		width, height = width%300, height%60
		c := graphs.Chart{
			Width: width, Height: height, Title: text, Window: time.Duration(window), End: end,
			Unit: graphs.Unit(bits >> 5), Log: bits&1 != 0, ASCII: bits&2 != 0, Color: bits&4 != 0, Before: graphs.Axis{Max: previous},
			Marks: []graphs.Mark{
				{At: end.Add(-time.Duration(window / 2)), Number: int(bits), Text: text},
				{At: end.Add(-time.Duration(window / 3)), Number: -height, Text: name},
			},
		}
		line := []float64{a, b, z, z, a}
		for i := range int(bits>>3) % 9 {
			c.Series = append(c.Series, graphs.Series{Name: name, Values: line[min(i, len(line)):]})
		}
		if bits&8 != 0 {
			c.Target = []float64{b, a, z}
		}
		rows := render(c)
		requireBox(t, rows, width, height)
		if c.ASCII {
			for _, r := range sgr.ReplaceAllString(strings.Join(rows, ""), "") {
				require.LessOrEqual(t, r, '~')
			}
		}
		_, c.Before = graphs.Draw(c)
		again := render(c)
		requireBox(t, again, width, height)
		_, c.Before = graphs.Draw(c)
		require.Equal(t, again, render(c), "what is remembered changes nothing")
	})
}

func BenchmarkRender(b *testing.B) {
	for _, bench := range []struct {
		name           string
		width, height  int
		series, colour int
	}{
		{"80x11/2", 80, 11, 2, 1}, {"80x11/4", 80, 11, 4, 1}, {"200x14/2", 200, 14, 2, 1}, {"200x14/4", 200, 14, 4, 1},
	} {
		b.Run(bench.name, func(b *testing.B) {
			c := loadChart(bench.width, bench.height)
			c.Color = true
			c.Series = append(c.Series, c.Series...)[:bench.series]
			b.ReportAllocs()
			for b.Loop() {
				render(c)
			}
		})
	}
}
