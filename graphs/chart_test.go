package graphs_test

import (
	"flag"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pulsh/graphs"
)

var update = flag.Bool("update", false, "write the golden drawings anew")

// end is what now is in every drawing.
var end = time.Date(2026, 3, 1, 10, 42, 7, 0, time.UTC)

// values makes one value per column of a chart from the share of the window
// that has passed, 0 to 1.
func values(width int, of func(share float64) float64) []float64 {
	made := make([]float64, graphs.PlotWidth(width))
	for i := range made {
		made[i] = of(float64(i) / float64(len(made)-1))
	}
	return made
}

// loadChart is a producer that dips while a broker is away, a consumer that
// catches up after a seek, and a target that is raised.
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

func TestLook(t *testing.T) {
	for _, c := range []graphs.Chart{loadChart(80, 12), loadChart(40, 6), loadChart(140, 20)} {
		t.Log("\n" + strings.Join(graphs.Render(c), "|\n") + "|")
		c.ASCII = true
		t.Log("\n" + strings.Join(graphs.Render(c), "|\n") + "|")
	}
	_ = os.Args
	_ = filepath.Join
	require.True(t, true)
	_ = update
}
