package graphs

import (
	"math"

	"github.com/guptarohit/asciigraph"
)

// trace is the way of one line through the plot: the shape in each cell, row 0
// at the bottom.
type trace struct {
	columns int
	cells   []shape
}

// at is the shape in a cell of the plot.
func (t trace) at(column, row int) shape {
	return t.cells[row*t.columns+column]
}

// blankRow is the row of a value that is not there.
const blankRow = -1

// newTrace draws a line through one row number per column, blankRow where there
// is no value. Column i shows the way from value i-1 to value i, so that the
// right edge of the last column is the newest value. It gives a trace without
// cells if there is no value at all.
//
// The line itself is drawn by asciigraph. It panics on an empty series, draws a
// constant one on a single row, and moves its axis with the data, so it gets
// nothing but whole row numbers between fixed bounds: one row is then one unit.
func newTrace(at []int, rows int) trace {
	points, found := make([]float64, len(at)+1), false
	for i, row := range at {
		points[i+1] = float64(row)
		if row == blankRow {
			points[i+1] = math.NaN()
			continue
		}
		found = true
	}
	if !found {
		return trace{}
	}
	points[0] = points[1]
	drawn := asciigraph.PlotMany([][]float64{points},
		asciigraph.LowerBound(0),
		asciigraph.UpperBound(float64(rows-1)),
		asciigraph.Height(rows-1),
		asciigraph.Offset(1),
		asciigraph.YAxisValueFormatter(func(float64) string { return "" }),
	)
	return readTrace(drawn, len(at), rows)
}

// readTrace reads the shapes back from a drawing whose first column is an axis.
func readTrace(drawn string, columns, rows int) trace {
	t := trace{columns: columns, cells: make([]shape, columns*rows)}
	column, row := blankRow, rows-1
	for _, r := range drawn {
		if r == '\n' {
			column, row = blankRow, row-1
			continue
		}
		if column >= 0 && column < columns && row >= 0 {
			t.cells[row*columns+column] = shapeOf(r)
		}
		column++
	}
	return t
}

// shapeOf is the shape that a rune of asciigraph's own set stands for.
func shapeOf(r rune) shape {
	switch r {
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
