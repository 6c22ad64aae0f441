package graphs

import (
	"math"
	"slices"

	"github.com/guptarohit/asciigraph"
)

// trace is the way of one line through the plot: the shape in each cell of the
// rows that the line touches.
type trace struct {
	columns     int
	lowest, end int // the rows it touches, end not included; none if they are equal
	cells       []shape
	made        []int // the rows it was made from
}

// at is the shape in a cell of the plot, row 0 at the bottom.
func (t trace) at(column, row int) shape {
	if row < t.lowest || row >= t.end {
		return nothing
	}
	return t.cells[(row-t.lowest)*t.columns+column]
}

// blankRow is the row of a value that is not there.
const blankRow = -1

// newTrace draws a line through one row number per column, blankRow where there
// is no value. Column i shows the way from value i-1 to value i, so that the
// right edge of the last column is the newest value. It gives a trace without
// rows if there is no value at all.
//
// The line itself is drawn by asciigraph. It panics on an empty series, draws a
// constant one on a single row, and moves its axis with the data, so it gets
// nothing but whole row numbers between exact bounds: one row is then one unit.
// It takes its time by the cell, so it gets only the rows that the line touches.
func newTrace(at []int) trace {
	points := make([]float64, len(at)+1)
	lowest, highest := math.MaxInt, blankRow
	for i, row := range at {
		points[i+1] = float64(row)
		if row == blankRow {
			points[i+1] = math.NaN()
			continue
		}
		lowest, highest = min(lowest, row), max(highest, row)
	}
	if highest == blankRow {
		return trace{made: slices.Clone(at)}
	}
	points[0] = points[1]
	top := max(highest, lowest+1)
	drawn := asciigraph.PlotMany([][]float64{points},
		asciigraph.LowerBound(float64(lowest)),
		asciigraph.UpperBound(float64(top)),
		asciigraph.Height(top-lowest),
		asciigraph.Offset(1),
		asciigraph.YAxisValueFormatter(func(float64) string { return "" }),
	)
	t := trace{columns: len(at), lowest: lowest, end: top + 1, made: slices.Clone(at)}
	t.read(drawn)
	return t
}

// read takes the shapes from a drawing whose first column is an axis.
func (t *trace) read(drawn string) {
	t.cells = make([]shape, t.columns*(t.end-t.lowest))
	column, row := -1, t.end-t.lowest-1
	for _, r := range drawn {
		if r == '\n' {
			column, row = -1, row-1
			continue
		}
		if column >= 0 && column < t.columns && row >= 0 {
			t.cells[row*t.columns+column] = shapeOf(r)
		}
		column++
	}
}

// shapeOf is the shape that a rune of asciigraph's own set stands for.
func shapeOf(r rune) shape {
	switch r {
	case ' ':
		return nothing
	case '─':
		return level
	case '│':
		return upright
	case '╭':
		return downRight
	case '╮':
		return downLeft
	case '╰':
		return upRight
	case '╯':
		return upLeft
	case '╴':
		return ends
	case '╶':
		return starts
	}
	return nothing
}
