package graphs

import (
	"math"
	"time"
)

// The size of charts.
const (
	// MinWidth and MinHeight are the size of the smallest chart with two time
	// labels and three rows of values. A smaller box stays blank.
	MinWidth  = 24
	MinHeight = 5
	// LabelWidth is the width of the value labels and the axis.
	LabelWidth = 8
	// marksHeight is the height from which on the last row explains the marks.
	// The row exists also without marks, so that the plot keeps its size when the
	// first mark comes.
	marksHeight = 8
	// axisRows is the number of rows of the time axis and its labels.
	axisRows = 2
	// MaxWidth and MaxHeight bound the cost of one drawing. Columns and rows
	// beyond them stay blank.
	MaxWidth  = 1000
	MaxHeight = 300
)

// Series is one line of a chart.
type Series struct {
	Name   string
	Values []float64 // one per column, oldest first, in the unit of the chart; NaN for no data
	// Low and High are the extremes of each column, or nil. Where an extreme
	// lies beyond the values of its column and of the columns beside it, dots
	// reach from the line to the extreme. So a peak shows also in a column that
	// stands for a long time.
	Low, High []float64
}

// Chart is a line chart over time in a box of a given size.
type Chart struct {
	Width, Height int // of the whole box, in cells

	Title  string    // the text before the unit in the first row
	Series []Series  // at most MaxSeries are drawn, the first on top
	Target []float64 // the wanted values, like those of a series; nil for none
	Marks  []Mark

	Window time.Duration // from the left to the right edge; a minute if it is not positive
	End    time.Time     // the time of the right edge
	Now    string        // the label of the right edge; "" is now
	Notice string        // an unusual state, before the title; a narrow row drops it last
	Unit   Unit

	// Before is the Axis that Draw returned for the previous frame. The axis stays
	// the same while the data fits it.
	Before Axis
	Log    bool // the value axis is logarithmic; its lowest row is zero if there are values of zero or less
	ASCII  bool // no character beyond ASCII, for locales without UTF-8
	Color  bool
}

// PlotWidth returns the number of columns of values in a chart of width columns.
// A series shall have as many values. It is zero for a chart that stays blank.
func PlotWidth(width int) int {
	if width < MinWidth {
		return 0
	}
	return min(width, MaxWidth) - LabelWidth
}

// Draw draws the chart: exactly Height rows of exactly Width columns, for any data.
// A shorter series ends at the right edge, a longer one loses its oldest values,
// and infinite values count as missing. The returned axis is the Before of the next
// frame.
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

// newDrawing returns an empty drawing of a chart whose plot has a number of rows.
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

// finish returns the rows of the drawing and its axis.
func (d drawing) finish(traces []trace) ([]string, Axis) {
	return fillBox(d.canvas.rows(), d.Width, d.Height), Axis{Max: d.scale.maximum(), decades: d.scale.decades, traces: traces}
}

// plotRows returns the number of rows for values, zero for a chart that stays
// blank.
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

// lines returns the lines to draw, with one value per column: the target, which may
// be nil, and the series.
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

// fitColumns returns exactly one value per column, the newest at the right edge.
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

// scale returns the value axis for lines and extremes. The steady value is the
// newest target, or the largest value if there is no target.
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

// finite reports whether v can be drawn.
func finite(v float64) bool {
	return !math.IsNaN(v) && !math.IsInf(v, 0)
}

// blankBox returns a box of spaces.
func blankBox(width, height int) []string {
	return fillBox(nil, width, height)
}

// fillBox extends rows of equal width to the size of a box with spaces.
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
