package graphs_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"pulsh/graphs"
)

// statusRows returns the status rows of two groups.
func statusRows(p graphs.Palette) [][]graphs.Cell {
	return [][]graphs.Cell{
		{
			{Text: "fast", Width: 4, Priority: 100},
			{Text: "●", Priority: 99, Style: p.Green},
			{Text: "8w", Width: 2, Tight: true, Align: graphs.AlignRight, Priority: 60},
			{Text: "50.0k/50.0k/s", Width: 13, Priority: 90, Style: p.Green},
			{Text: "12.4 MB/s", Width: 9, Align: graphs.AlignRight, Priority: 20},
			{Text: "p50   2.1ms", Width: 11, Priority: 30},
			{Text: "p99   4.8ms", Width: 11, Priority: 50},
			{Text: "0 failed", Width: 11, Align: graphs.AlignRight, Priority: 55, Edge: true},
		},
		{
			{Text: "sub1", Width: 4, Priority: 100},
			{Text: "●", Priority: 99, Style: p.Yellow},
			{Text: "2w", Width: 2, Tight: true, Align: graphs.AlignRight, Priority: 60},
			{Text: "61.3k/s", Priority: 90, Style: p.Green},
			{Text: "15.1 MB/s", Width: 9, Align: graphs.AlignRight, Priority: 20},
			{Text: "e2e   3.0ms", Width: 11, Priority: 30},
			{Text: "p99  11.2ms", Width: 11, Priority: 50},
			{Text: "8.2M behind", Align: graphs.AlignRight, Priority: 55, Edge: true},
		},
	}
}

func TestStatusRows(t *testing.T) {
	var drawn []string
	for _, width := range []int{100, 80, 70, 60, 40, 24, 12, 5, 3} {
		rows := graphs.Rows(width, statusRows(graphs.NewPalette(false)))
		for _, row := range rows {
			require.Equal(t, width, graphs.Width(row))
			drawn = append(drawn, row+"|")
		}
	}
	golden(t, "status", drawn)
}

// TestCellsAreWhole checks that a row has a cell whole or not at all, and drops
// no cell before one of a lower priority.
func TestCellsAreWhole(t *testing.T) {
	cells := statusRows(graphs.NewPalette(false))[0]
	for width := len("fast"); width < 120; width++ {
		row := graphs.Row(width, cells)
		require.Equal(t, width, graphs.Width(row))
		require.NotContains(t, row, "…")
		least, gone := 1000, -1
		for _, cell := range cells {
			if strings.Contains(row, cell.Text) {
				least = min(least, cell.Priority)
			} else {
				gone = max(gone, cell.Priority)
			}
		}
		require.Greater(t, least, gone)
	}
}

// TestCellsStand checks that figures of other lengths do not move the cells
// behind them.
func TestCellsStand(t *testing.T) {
	row := func(rate string) string {
		return graphs.Row(60, []graphs.Cell{
			{Text: "fast"}, {Text: rate, Width: graphs.RateWidth, Align: graphs.AlignRight}, {Text: "p99"},
		})
	}
	require.Equal(t, strings.Index(row("0/s"), "p99"), strings.Index(row("999k/s"), "p99"))
}

func TestRowOfLittle(t *testing.T) {
	require.Equal(t, "     ", graphs.Row(5, nil))
	require.Empty(t, graphs.Row(-1, []graphs.Cell{{Text: "fast"}}))
	require.Equal(t, "fa…", graphs.Row(3, []graphs.Cell{{Text: "fast"}, {Text: "gone", Priority: 9}}))
	require.Empty(t, graphs.Rows(10, nil))
}

// FuzzRow checks that a row has its width with any cells.
func FuzzRow(f *testing.F) {
	f.Add(80, "fast", "日本語", "\x1b[31m12\x1b[0m", 5, uint8(3))
	f.Add(7, "", "", "x\ny", -1, uint8(255))
	f.Fuzz(func(t *testing.T, width int, a, b, c string, priority int, bits uint8) {
		width %= 300
		cells := []graphs.Cell{
			{Text: a, Priority: priority, Edge: bits&1 != 0},
			{Text: b, Width: int(bits >> 2), Style: graphs.NewPalette(true).Red, Tight: bits&2 != 0},
			{Text: c, Priority: -priority, Edge: bits&4 != 0, Align: graphs.AlignRight},
		}
		for _, row := range graphs.Rows(width, [][]graphs.Cell{cells, cells[1:], nil}) {
			require.Equal(t, max(width, 0), graphs.Width(row), "%q", row)
		}
	})
}

func BenchmarkRows(b *testing.B) {
	rows := statusRows(graphs.NewPalette(true))
	b.ReportAllocs()
	for b.Loop() {
		graphs.Rows(80, rows)
	}
}
