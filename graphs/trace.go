package graphs

import (
	"math"
	"slices"

	"github.com/guptarohit/asciigraph"
)

// trace is one line of a chart as asciigraph has plotted it: a rune for each cell
// of the rows that the line touches.
type trace struct {
	columns     int
	lowest, end int // the rows that the line touches, without end; equal if there are none
	cells       []rune

	values []int              // the rows that the line was plotted from
	stroke asciigraph.CharSet // and the characters that it was plotted with
}

// noRune is the rune of a cell that the line does not touch.
const noRune = ' '

// at returns the rune in a cell of the plot; row 0 is at the bottom.
func (t trace) at(column, row int) rune {
	if row < t.lowest || row >= t.end {
		return noRune
	}
	return t.cells[(row-t.lowest)*t.columns+column]
}

// levelAt reports whether the line that touches a column is level there.
func (t trace) levelAt(column int) bool {
	return column == 0 && t.values[0] != blankRow || column > 0 && t.values[column-1] == t.values[column]
}

// blankRow is the row of a missing value.
const blankRow = -1

// newTrace plots a line through one row number per column, blankRow for a missing
// value. Column i shows the way from value i-1 to value i, so that the right edge
// of the last column is the newest value. Without any value the trace has no rows.
//
// asciigraph panics on an empty series, plots a constant series on a single row,
// and moves its axis with the data. So it gets whole row numbers between exact
// bounds; one unit is then one row. Its time grows with the cells, so the bounds
// are the rows that the line touches.
func newTrace(values []int, stroke asciigraph.CharSet) trace {
	t := trace{columns: len(values), values: slices.Clone(values), stroke: stroke}
	points := make([]float64, len(values)+1)
	lowest, highest := math.MaxInt, blankRow
	for i, row := range values {
		if row == blankRow {
			points[i+1] = math.NaN()
			continue
		}
		points[i+1] = float64(row)
		lowest, highest = min(lowest, row), max(highest, row)
	}
	if highest == blankRow {
		return t
	}
	points[0] = points[1]
	top := max(highest, lowest+1)
	t.lowest, t.end = lowest, top+1
	t.read(asciigraph.Plot(points,
		asciigraph.LowerBound(float64(lowest)), asciigraph.UpperBound(float64(top)), asciigraph.Height(top-lowest),
		asciigraph.Offset(1), asciigraph.YAxisValueFormatter(func(float64) string { return "" }),
		asciigraph.SeriesChars(stroke),
	))
	return t
}

// read copies the runes of a plot into the cells. The plot has its top row first
// and an axis in its first column, and its rows have no blanks at their ends.
func (t *trace) read(plot string) {
	t.cells = slices.Repeat([]rune{noRune}, t.columns*(t.end-t.lowest))
	column, row := -1, t.end-t.lowest-1
	for _, r := range plot {
		if r == '\n' {
			column, row = -1, row-1
			continue
		}
		if column >= 0 {
			t.cells[row*t.columns+column] = r
		}
		column++
	}
}
