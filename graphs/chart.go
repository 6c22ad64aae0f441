package graphs

import (
	"math"
	"time"
)

// The size of charts.
const (
	// MinWidth and MinHeight are the smallest chart that says anything: two
	// time labels and three rows. A smaller box stays blank.
	MinWidth  = 24
	MinHeight = 5
	// LabelWidth is the width of the value labels with the axis.
	LabelWidth = 8
	// marksHeight is the height from which on a row explains the marks, whether
	// there are any or not: the plot must not change its size when one comes.
	marksHeight = 8
	// axisRows are the rows of the time axis and its labels.
	axisRows = 2
	// MaxWidth and MaxHeight bound what one drawing may cost. What is asked for
	// beyond them stays blank.
	MaxWidth  = 1000
	MaxHeight = 300
)

// Series is one line of a chart.
type Series struct {
	Name   string
	Values []float64 // one per column, oldest first, in the unit of the chart; NaN for no data
	// Low and High are the extremes of each column, like Values. Where they lie
	// beyond the line and its neighbours, dots reach out to them, so that no peak
	// is lost in a column that stands for a long time. They may be nil.
	Low, High []float64
}

// Chart is a line chart over time: what is drawn, and the box it has to fill.
type Chart struct {
	Width, Height int // of the whole box, in cells

	Title  string    // stands before the unit in the first row
	Series []Series  // at most MaxSeries are drawn, the first on top
	Target []float64 // what is wanted, like the values of a series; none if nil
	Marks  []Mark

	Window time.Duration // from the left edge to now; a minute if it is not positive
	End    time.Time     // the time of the right edge
	Now    string        // what is written under the right edge; "" is now
	Notice string        // stands first in the first row and goes last: what is unusual
	Unit   Unit

	// Before is the Axis of the frame before. While the data fits it, the axis
	// stays as it was.
	Before Axis
	Log    bool // logarithmic; the lowest row is zero if there are such values
	ASCII  bool // no rune beyond ASCII, for other than UTF-8 locales
	Color  bool
}

// PlotWidth is how many values a series of a chart that is width cells wide has
// to give, one per column. It is zero for a chart that stays blank.
func PlotWidth(width int) int {
	if width < MinWidth {
		return 0
	}
	return min(width, MaxWidth) - LabelWidth
}

// Draw draws the chart: exactly Height rows of exactly Width cells, whatever the
// data is. Shorter series end at the right edge, longer ones lose their oldest
// values; infinite values count as no data. The axis is the next frame's Before;
// a chart that stays blank hands on its own.
func Draw(c Chart) ([]string, Axis) {
	rows := c.plotRows()
	if rows == 0 {
		return blankBox(max(c.Width, 0), max(c.Height, 0)), c.Before
	}
	d := newDrawing(c, rows)
	d.lines = c.lines()
	d.scale = c.scale(d.lines, rows)
	d.drawValueAxis()
	d.drawLegend(d.legend(d.canvas.width - LabelWidth - 1))
	traces := d.drawLines()
	d.drawTimeAxis()
	d.drawMarks()
	return d.finish(traces)
}

// newDrawing is an empty drawing of a chart whose plot has so many rows.
func newDrawing(c Chart, rows int) drawing {
	if c.Window <= 0 {
		c.Window = time.Minute
	}
	return drawing{
		Chart:   c,
		canvas:  newCanvas(min(c.Width, MaxWidth), min(c.Height, MaxHeight)),
		palette: NewPalette(c.Color),
		frame:   frameFor(c.ASCII),
		rows:    rows,
		axis:    timeAxis{columns: PlotWidth(c.Width), window: c.Window, now: c.Now},
	}
}

// finish gives the rows of the drawing, and its axis.
func (d drawing) finish(traces []trace) ([]string, Axis) {
	return fillBox(d.canvas.rows(), d.Width, d.Height), Axis{Max: d.scale.maximum(), decades: d.scale.decades, traces: traces}
}

// plotRows is the number of rows that values are drawn on, zero for a chart
// that stays blank.
func (c Chart) plotRows() int {
	switch height := min(c.Height, MaxHeight); {
	case c.Width < MinWidth || height < MinHeight:
		return 0
	case height < marksHeight:
		return height - axisRows
	default:
		return height - axisRows - 1
	}
}

// lines are the values that are drawn, one per column: the target (nil if there
// is none) and then the series.
func (c Chart) lines() [][]float64 {
	columns := PlotWidth(c.Width)
	lines := [][]float64{nil}
	if len(c.Target) > 0 {
		lines[0] = fitColumns(c.Target, columns)
	}
	for _, series := range c.Series[:min(len(c.Series), MaxSeries)] {
		lines = append(lines, fitColumns(series.Values, columns))
	}
	return lines
}

// fitColumns gives exactly one value per column, the newest at the right edge.
func fitColumns(values []float64, columns int) []float64 {
	values = values[max(len(values)-columns, 0):]
	if len(values) == columns {
		return values
	}
	fitted := make([]float64, columns)
	missing := columns - len(values)
	for i := range missing {
		fitted[i] = math.NaN()
	}
	copy(fitted[missing:], values)
	return fitted
}

// scale finds the value axis for everything that is drawn. What is steady is the
// newest target, or the largest value where there is none.
func (c Chart) scale(lines [][]float64, rows int) scale {
	var r reach
	for _, line := range lines {
		for _, v := range line {
			r.add(v)
		}
	}
	columns := PlotWidth(c.Width)
	for _, series := range c.Series[:min(len(c.Series), MaxSeries)] {
		for _, extremes := range [][]float64{series.Low, series.High} {
			for _, v := range extremes[max(len(extremes)-columns, 0):] {
				r.add(v)
			}
		}
	}
	r.steady = r.high
	if target := lines[0]; target != nil && finite(target[len(target)-1]) {
		r.steady = target[len(target)-1]
	}
	return newScale(r, rows, c.Unit, c.Log, c.Before)
}

// finite says whether a value can be drawn.
func finite(v float64) bool {
	return !math.IsNaN(v) && !math.IsInf(v, 0)
}

// blankBox is a box of spaces.
func blankBox(width, height int) []string {
	return fillBox(nil, width, height)
}

// fillBox adds spaces and rows to rows of equal width.
func fillBox(rows []string, width, height int) []string {
	if missing := width - MaxWidth; missing > 0 {
		for y := range rows {
			rows[y] += spaces(missing)
		}
	}
	for len(rows) < height {
		rows = append(rows, spaces(width))
	}
	return rows
}
