package graphs

import "math"

// Heat is a heat map: the distribution of durations over time, on a logarithmic
// axis. Of the Chart it uses the box, the time axis, the marks and the texts, not
// the series, the target, the unit and the scale.
type Heat struct {
	Chart
	// Counts holds Classes counts for each column of the plot, the oldest column
	// first.
	Counts []uint32
	// Classes is the number of classes, PerDecade the number of them in a decade,
	// and Lowest the beginning of the first class in nanoseconds.
	Classes, PerDecade int
	Lowest             float64
}

// heatLevels are the smallest shares of a column for each shade, the hottest first.
// A smaller share above zero is a dot.
var heatLevels = [...]float64{0.5, 0.2, 0.05, 0.01}

// shade is the look of one cell.
type shade struct {
	r     rune
	style Style
}

// shades returns the shade of each level, and the dot at the end.
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

// DrawHeat draws exactly Height rows of exactly Width columns. The returned axis is
// the Before of the next frame.
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

// start returns the beginning of a class in nanoseconds.
func (h Heat) start(class int) float64 {
	return h.Lowest * math.Pow(10, float64(class)/float64(h.PerDecade))
}

// column returns the counts of a column of the plot, nil if it has none.
func (h Heat) column(column, columns int) []uint32 {
	i := column - columns + len(h.Counts)/max(h.Classes, 1)
	if i < 0 || h.Classes <= 0 {
		return nil
	}
	return h.Counts[i*h.Classes : (i+1)*h.Classes]
}

// used returns the lowest and the highest class with durations. The highest is -1 if
// there are no durations.
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

// drawHeat draws the cells. A cell stands for the classes from the value of its row
// up to that of the next row.
func (d drawing) drawHeat(h Heat) {
	rowOf := make([]int, h.Classes)
	for class := range rowOf {
		at := d.scale.decades.position(h.start(class))
		rowOf[class] = min(max(int(math.Floor(at+1e-6)), 0), d.rows-1)
	}
	shades, levels := d.shades(), heatLevels
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

// heatLegend returns the legend of the shades, as far as it fits into width
// columns. It drops the explanations first, then the title, then the notice.
func (d drawing) heatLegend(width int) []legendEntry {
	shades := d.shades()
	levels := heatLevels
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
