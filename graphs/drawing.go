package graphs

import "slices"

// drawing is a chart with its canvas and its axes.
type drawing struct {
	Chart
	canvas  *canvas
	palette Palette
	frame   frameRunes
	rows    int // of the plot
	axis    timeAxis
	lines   [][]float64 // the target and the series
	scale   scale
}

// overlapRun is the number of columns for which one of several series shows
// where all are level in the same row. After them the next series shows.
const overlapRun = 3

// drawValueAxis draws the axis on the left and its labels.
func (d drawing) drawValueAxis() {
	for y := range d.rows {
		label := d.scale.label(d.rows - 1 - y)
		if d.ASCII {
			label = ASCII(label)
		}
		d.canvas.text(max(LabelWidth-2-Width(label), 0), y, label, d.palette.Faint)
		d.canvas.set(LabelWidth-1, y, d.frame.axis, d.palette.Faint)
	}
}

// drawLines draws the target and then the series, and returns their traces.
// Where several series are level in the same row, they alternate by columns, so
// that each of them shows. A bend always shows.
func (d drawing) drawLines() (traces []trace) {
	traces = make([]trace, len(d.lines))
	at := make([]int, d.axis.columns)
	for i, line := range d.lines {
		if line == nil {
			continue
		}
		for x, v := range line {
			at[x] = d.scale.row(v)
		}
		stroke := d.targetStroke()
		if i > 0 {
			stroke = d.seriesStroke(i - 1)
		}
		if before := d.Before.traces; i < len(before) && before[i].stroke == stroke && slices.Equal(before[i].values, at) {
			traces[i] = before[i] // as in most frames, in which nothing moves by a row
			continue
		}
		traces[i] = newTrace(at, stroke)
	}
	d.drawTarget(traces[0])
	d.drawExtremes()
	series := traces[1:]
	touching := make([]int, 0, MaxSeries)
	for row := range d.rows {
		touching = touching[:0]
		for i, t := range series {
			if row >= t.lowest && row < t.end {
				touching = append(touching, i)
			}
		}
		if len(touching) == 0 {
			continue
		}
		for column := range d.axis.columns {
			if i, r := topmost(series, touching, column, row); r != noRune {
				d.canvas.set(LabelWidth+column, d.rows-1-row, r, d.palette.Series[i])
			}
		}
	}
	return traces
}

// drawTarget draws the line of the target.
func (d drawing) drawTarget(t trace) {
	for i, r := range t.cells {
		if r != noRune {
			y := d.rows - 1 - t.lowest - i/t.columns
			d.canvas.set(LabelWidth+i%t.columns, y, r, d.palette.Faint)
		}
	}
}

// drawExtremes draws dots from each line to the extremes of its columns. Rows that
// lie between a value and its neighbours get no dots, because the line passes
// through them.
func (d drawing) drawExtremes() {
	dot := '·'
	if d.ASCII {
		dot = '\''
	}
	for i := len(d.lines) - 2; i >= 0; i-- {
		s := d.Series[i]
		if len(s.Low) == 0 && len(s.High) == 0 {
			continue
		}
		line, columns := d.lines[i+1], d.axis.columns
		low, high := fitColumns(s.Low, columns), fitColumns(s.High, columns)
		for x, v := range line {
			if !finite(v) {
				continue
			}
			lowest, highest := d.scale.row(v), d.scale.row(v)
			for _, beside := range line[max(x-1, 0):min(x+2, columns)] {
				if finite(beside) {
					lowest, highest = min(lowest, d.scale.row(beside)), max(highest, d.scale.row(beside))
				}
			}
			for row := max(d.scale.row(low[x]), 0); finite(low[x]) && row < lowest; row++ {
				d.canvas.set(LabelWidth+x, d.rows-1-row, dot, d.palette.Series[i])
			}
			for row := d.scale.row(high[x]); row > highest; row-- {
				d.canvas.set(LabelWidth+x, d.rows-1-row, dot, d.palette.Series[i])
			}
		}
	}
}

// topmost returns the series that shows in a cell and its rune there, noRune if no
// series touches the cell. The candidates are the series that touch the row.
func topmost(series []trace, touching []int, column, row int) (index int, seen rune) {
	var level [MaxSeries]int
	n := 0
	for _, i := range touching {
		r := series[i].at(column, row)
		switch {
		case r == noRune:
		case series[i].levelAt(column):
			level[n] = i
			n++
		default:
			return i, r
		}
	}
	if n == 0 {
		return 0, noRune
	}
	index = level[column/overlapRun%n]
	return index, series[index].at(column, row)
}

// drawTimeAxis draws the axis at the bottom and its labels.
func (d drawing) drawTimeAxis() {
	y := d.rows
	d.canvas.set(LabelWidth-1, y, d.frame.corner, d.palette.Faint)
	for x := range d.axis.columns {
		d.canvas.set(LabelWidth+x, y, d.frame.floor, d.palette.Faint)
	}
	for _, t := range d.axis.ticks() {
		if t.column >= 0 && t.column < d.axis.columns-1 {
			d.canvas.set(LabelWidth+t.column, y, d.frame.tick, d.palette.Faint)
		}
		d.canvas.text(LabelWidth+t.from, y+1, t.label, d.palette.Faint)
	}
}

// drawMarks draws the marks on the axis with their numbers. The last row
// explains the newest marks, as many as fit.
func (d drawing) drawMarks() {
	y := d.rows
	shown := d.axis.shownMarks(d.Marks, d.End)
	taken := make(map[int]bool, len(shown))
	for _, mark := range shown {
		if !taken[mark.column] {
			taken[mark.column] = true
			d.canvas.set(LabelWidth+mark.column, y, mark.Sign.rune(d.ASCII), d.markStyle(mark))
		}
	}
	if d.Height < marksHeight {
		return
	}
	numbered := make(map[int]bool, len(shown))
	for _, mark := range shown {
		if !numbered[mark.column] {
			numbered[mark.column] = true
			d.drawMarkNumber(mark)
		}
	}
	x := LabelWidth
	for i, mark := range explained(shown, d.canvas.width-LabelWidth) {
		if i > 0 {
			x += len(markGap)
		}
		x = d.canvas.text(x, y+axisRows, mark.number(), d.markStyle(mark))
		text := mark.Text
		if d.ASCII {
			text = ASCII(text)
		}
		x = d.canvas.text(x+1, y+axisRows, text, d.palette.Faint)
	}
}

// drawMarkNumber puts the number of a mark under the mark, or next to it on the
// axis if a time label stands there.
func (d drawing) drawMarkNumber(mark shownMark) {
	number, x := mark.number(), LabelWidth+mark.column
	under := min(x-(len(number)-1)/2, d.canvas.width-len(number))
	if d.canvas.blank(max(under-1, 0), min(under+len(number)+1, d.canvas.width), d.rows+1) {
		d.canvas.text(under, d.rows+1, number, d.markStyle(mark))
		return
	}
	for _, beside := range []int{x + 1, x - len(number)} {
		if d.onlyAxis(beside, beside+len(number)) {
			d.canvas.text(beside, d.rows, number, d.markStyle(mark))
			return
		}
	}
}

// onlyAxis reports whether the cells of the axis from x up to, not including, end
// are free of marks.
func (d drawing) onlyAxis(x, end int) bool {
	if x < LabelWidth || end > d.canvas.width {
		return false
	}
	row := d.canvas.cells[d.rows*d.canvas.width:]
	for _, cell := range row[x:end] {
		if cell.r != d.frame.floor && cell.r != d.frame.tick {
			return false
		}
	}
	return true
}

// markStyle returns the style of the mark, or that of the palette.
func (d drawing) markStyle(mark shownMark) Style {
	if mark.Style == Plain || !d.Color {
		return d.palette.Mark
	}
	return mark.Style
}
