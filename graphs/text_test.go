package graphs_test

import (
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"pulsh/graphs"
)

func TestWidthAndCut(t *testing.T) {
	red := graphs.NewPalette(true).Red
	for _, c := range []struct {
		text  string
		width int
		want  string
	}{
		{"fast", 10, "fast"},
		{"fast", 4, "fast"},
		{"faster", 4, "fas…"},
		{"faster", 1, "…"},
		{"faster", 0, ""},
		{"日本語", 6, "日本語"},
		{"日本語", 5, "日本…"},
		{"日本語", 4, "日…"},
		{"a\tb\nc", 9, "a b c"},
		{"a\x1b[2Jb", 9, "a [2Jb"},
		{red.Paint("faster"), 4, "\x1b[31mfas…\x1b[0m"},
	} {
		cut := graphs.Cut(c.text, c.width)
		require.Equal(t, c.want, cut)
		require.LessOrEqual(t, graphs.Width(cut), c.width)
	}
	require.Equal(t, "fast  ", graphs.Left("fast", 6))
	require.Equal(t, "  fast", graphs.Right("fast", 6))
}

func TestPalette(t *testing.T) {
	require.Equal(t, "\x1b[32mok\x1b[0m", graphs.NewPalette(true).Green.Paint("ok"))
	require.Equal(t, "ok", graphs.NewPalette(false).Green.Paint("ok"))
	require.Empty(t, graphs.NewPalette(true).Green.Paint(""))
}

// FuzzText checks that padded and cut text has its width and contains no byte
// that moves the cursor.
func FuzzText(f *testing.F) {
	f.Add("fast", 3)
	f.Add("日本\x1b[31m語\x1b[0m\x1b[2J", 5)
	f.Add("🏳️‍🌈🇩🇪ᄀ\u0600\xff", 7)
	f.Fuzz(func(t *testing.T, text string, width int) {
		width %= 300
		for _, padded := range []string{graphs.Left(text, width), graphs.Right(text, width)} {
			require.Equal(t, max(width, 0), graphs.Width(padded), "%q", padded)
			require.NotContains(t, sgr.ReplaceAllString(padded, ""), "\x1b")
			require.NotContains(t, padded, "\n")
		}
		clean := graphs.Clean(text)
		require.Equal(t, clean, graphs.Clean(clean))
		plain := graphs.ASCII(sgr.ReplaceAllString(clean, ""))
		require.Equal(t, graphs.Width(clean), len(plain), "%q", plain)
	})
}

func TestBars(t *testing.T) {
	bars := []graphs.Bar{
		{"0 – 1", 11_873}, {"1 – 2", 1_610_044}, {"2 – 4", 1_902_310}, {"4 – 8", 71_102}, {"8 – 2105", 5_083},
	}
	rows := graphs.Bars("ms", "messages", bars, 80, graphs.Plain)
	golden(t, "bars-80", rows)
	require.Equal(t, 80, graphs.Width(rows[3]))
	golden(t, "bars-40", graphs.Bars("ms", "messages", bars, 40, graphs.Plain))
	for width := 1; width < 120; width++ {
		for _, row := range graphs.Bars("ms", "messages", bars, width, graphs.NewPalette(true).Green) {
			require.LessOrEqual(t, graphs.Width(row), width)
		}
	}
	nothing := graphs.Bars("ms", "messages", []graphs.Bar{{"0 – 1", 0}, {"1 – 2", math.NaN()}, {"2 – 4", math.Inf(1)}}, 80, graphs.Plain)
	require.NotContains(t, strings.Join(nothing, ""), "█")
}

func TestMeter(t *testing.T) {
	for _, c := range []struct {
		value, maximum float64
		want           string
	}{
		{0, 10, "░░░░"}, {10, 10, "████"}, {25, 10, "████"}, {5, 10, "██░░"}, {1e-9, 10, "▏░░░"}, {9.9999, 10, "███▉"},
		{5, 0, "░░░░"}, {math.NaN(), 10, "░░░░"}, {-5, 10, "░░░░"}, {math.Inf(1), 10, "████"},
	} {
		require.Equal(t, c.want, graphs.Meter(c.value, c.maximum, 4))
	}
	require.Empty(t, graphs.Meter(1, 2, -3))
}

func TestASCII(t *testing.T) {
	require.Equal(t, "._?#", graphs.ASCII("·_é█"))
	require.Equal(t, "0 - 1", graphs.ASCII(graphs.Clean("0 – 1")))
	require.Equal(t, "0e", graphs.ASCII("0\ufe0fe\u0301"))
	require.Equal(t, "??.", graphs.ASCII("👨\u200d👩\u200d👧·"))
}

func TestTable(t *testing.T) {
	header := []string{"name", "kind", "state", "workers", "rate"}
	rows := [][]string{
		{"fast", "produce", "running", "8", "50.0k of 50.0k/s"},
		{"日本語", "consume", "paused", "12"},
	}
	align := []graphs.Align{graphs.AlignLeft, graphs.AlignLeft, graphs.AlignLeft, graphs.AlignRight}
	require.Equal(t, []string{
		"name    kind     state    workers  rate",
		"fast    produce  running        8  50.0k of 50.0k/s",
		"日本語  consume  paused        12",
	}, graphs.Table(header, rows, align, 0))
	require.Equal(t, []string{
		"name    kind     state    workers",
		"fast    produce  running        8",
		"日本語  consume  paused        12",
	}, graphs.Table(header, rows, align, 50))
	require.Equal(t, []string{"na…", "fa…", "日…"}, graphs.Table(header, rows, align, 3))
	require.Empty(t, graphs.Table(nil, nil, nil, 80))
}

func TestBoxes(t *testing.T) {
	a, b := []string{"ab", "c"}, []string{"日本"}
	require.Equal(t, []string{"ab  ", "c   ", "日本"}, graphs.Stack(a, b))
	require.Equal(t, []string{"ab 日本", "c      "}, graphs.SideBySide(1, a, b))
	require.Empty(t, graphs.SideBySide(1))
}
