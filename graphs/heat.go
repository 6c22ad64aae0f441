package graphs

import "math"

// Heat is a distribution over time: how the durations of each column are spread
// over a logarithmic axis. Box, time axis, marks and legend are those of the
// Chart, whose series, target, unit and scale are not looked at.
type Heat struct {
	Chart
	// Counts are Classes counts for each column of the plot, oldest column first.
	Counts []uint32
	// Classes is how many classes there are, PerDecade how many of them make a
	// power of ten, and Lowest where the first begins, in nanoseconds.
	Classes, PerDecade int
	Lowest             float64
}

// heatLevels are the shares of a column, from the highest, from which on a cell
// is drawn in a shade. What is less than the last and more than nothing is a dot.
func heatLevels() []float64 { return []float64{0.5, 0.2, 0.05, 0.01} }

// shade is what one cell looks like.
type shade struct {
	r     rune
	style Style
}

// shades are the looks of the levels, and of the dot behind them.
func (d drawing) shades() []shade {
	runes := []rune("█▓▒░·")
	if d.ASCII {
		runes = []rune("#*+:.")
	}
	all := make([]shade, len(runes))
	for i, r := range runes {
		all[i] = shade{r, d.palette.Heat[i]}
	}
	return all
}

// DrawHeat draws exactly Height rows of exactly Width cells. The axis is the next
// frame's Before, as that of Draw.
func DrawHeat(h Heat) ([]string, Axis) {
	h.Unit, h.Log, h.Series, h.Target = Time, true, nil, nil
	rows := h.plotRows()
	if rows == 0 {
		return blankBox(max(h.Width, 0), max(h.Height, 0)), h.Before
	}
	d := newDrawing(h.Chart, rows)
	lowest, highest := h.used(d.axis.columns)
	var s spread
	if highest >= 0 {
		s = spread{least: h.start(lowest), most: h.start(highest)}
	}
	d.scale = scale{rows: rows, unit: Time, log: true, decades: newDecades(s, rows, Time, h.PerDecade, h.Before.decades)}
	d.drawValueAxis()
	d.drawLegend(d.heatLegend(d.canvas.width - LabelWidth - 1))
	d.drawHeat(h)
	d.drawTimeAxis()
	d.drawMarks()
	return d.finish(nil)
}

// start is where a class begins, in ns.
func (h Heat) start(class int) float64 {
	return h.Lowest * math.Pow(10, float64(class)/float64(h.PerDecade))
}

// column is the counts of a column of the plot, nil if there are none.
func (h Heat) column(column, columns int) []uint32 {
	i := column - columns + len(h.Counts)/max(h.Classes, 1)
	if i < 0 || h.Classes <= 0 {
		return nil
	}
	return h.Counts[i*h.Classes : (i+1)*h.Classes]
}

// used is the range of classes with durations in them; highest is -1 if there
// are none.
func (h Heat) used(columns int) (lowest, highest int) {
	lowest, highest = h.Classes, -1
	for x := range columns {
		for class, n := range h.column(x, columns) {
			if n > 0 {
				lowest, highest = min(lowest, class), max(highest, class)
			}
		}
	}
	return lowest, highest
}

// drawHeat draws the cells. A cell stands for the classes from its label on up
// to the next row.
func (d drawing) drawHeat(h Heat) {
	rowOf := make([]int, h.Classes)
	for class := range rowOf {
		at := d.scale.decades.position(h.start(class))
		rowOf[class] = min(max(int(math.Floor(at+1e-6)), 0), d.rows-1)
	}
	shades, levels := d.shades(), heatLevels()
	shares := make([]float64, d.rows)
	for x := range d.axis.columns {
		clear(shares)
		total := 0.0
		for class, n := range h.column(x, d.axis.columns) {
			shares[rowOf[class]] += float64(n)
			total += float64(n)
		}
		for row, n := range shares {
			if n == 0 {
				continue
			}
			level := 0
			for level < len(levels) && n < levels[level]*total {
				level++
			}
			d.canvas.set(LabelWidth+x, d.rows-1-row, shades[level].r, shades[level].style)
		}
	}
}

// heatLegend says what the shades stand for, as far as width cells hold it: the
// title goes last.
func (d drawing) heatLegend(width int) []legendEntry {
	shades := d.shades()
	levels := heatLevels()
	last := len(levels)
	key := []legendEntry{{sample: string(shades[last].r), text: "<" + Percent(levels[last-1]*100, 0), style: shades[last].style}}
	for i := last - 1; i >= 0; i-- {
		key = append(key, legendEntry{sample: string(shades[i].r), text: Percent(levels[i]*100, 0), style: shades[i].style})
	}
	title := []legendEntry{d.legendText(d.Title)}
	notice := d.notice()
	for _, candidate := range [][]legendEntry{
		join(notice, title, key, []legendEntry{{text: "of a column"}}), join(notice, title, key), join(notice, title), notice,
	} {
		if legendWidth(candidate) <= width {
			return candidate
		}
	}
	return nil
}
