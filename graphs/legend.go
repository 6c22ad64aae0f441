package graphs

import (
	"strconv"
	"strings"

	"github.com/guptarohit/asciigraph"
)

// legendEntry is a sample of a line with its name, or a text alone.
type legendEntry struct {
	sample string
	text   string
	style  Style
}

// The legend.
const (
	legendGap = 2  // columns between two entries
	nameWidth = 24 // a longer name is cut, to leave room for other series
)

// textStyle returns the style of the text. In an entry with a sample only the sample
// has a style.
func (e legendEntry) textStyle() Style {
	if e.sample != "" {
		return Plain
	}
	return e.style
}

// width returns the columns of an entry.
func (e legendEntry) width() int {
	if e.sample == "" {
		return Width(e.text)
	}
	return Width(e.sample) + 1 + Width(e.text)
}

// drawLegend writes entries at the right end of the first row.
func (d drawing) drawLegend(entries []legendEntry) {
	width := 0
	for _, e := range entries {
		width += e.width() + legendGap
	}
	x := d.canvas.width - width + legendGap
	for _, e := range entries {
		if e.sample != "" {
			x = d.canvas.text(x, 0, e.sample, e.style) + 1
		}
		x = d.canvas.text(x, 0, e.text, e.textStyle()) + legendGap
	}
}

// notice returns the entry for the notice of the chart, if there is one.
func (d drawing) notice() []legendEntry {
	if d.Notice == "" {
		return nil
	}
	e := d.legendText(d.Notice)
	e.style = d.palette.Yellow
	return []legendEntry{e}
}

// legend returns the notice, the title, the unit, the series and the target, as far
// as they fit into width columns. It leaves out whole entries: the title first,
// then the unit, the target, and series from the last one on. An entry +2 counts
// the missing series.
func (d drawing) legend(width int) []legendEntry {
	notice := d.notice()
	head := []legendEntry{d.legendText(d.Title), d.legendText(d.Unit.Name())}
	var series, target []legendEntry
	for i, s := range d.Series[:min(len(d.Series), MaxSeries)] {
		series = append(series, d.legendLine(d.seriesStroke(i), s.Name, d.palette.Series[i]))
	}
	if len(d.Target) > 0 {
		target = append(target, d.legendLine(d.targetStroke(), "target", d.palette.Faint))
	}
	for keep := len(series); keep >= 0; keep-- {
		kept := series[:keep:keep]
		if missing := len(d.Series) - keep; missing > 0 {
			kept = append(kept, legendEntry{text: "+" + strconv.Itoa(missing)})
		}
		for _, candidate := range [][]legendEntry{
			join(notice, head, kept, target), join(notice, head[1:], kept, target), join(notice, kept, target), join(notice, kept),
		} {
			if legendWidth(candidate) <= width {
				return candidate
			}
		}
	}
	return notice
}

// legendText returns an entry without a sample.
func (d drawing) legendText(text string) legendEntry {
	text = Cut(stripSGR(text), nameWidth)
	if d.ASCII {
		text = ASCII(text)
	}
	return legendEntry{text: text}
}

// legendLine returns an entry with a sample of the line.
func (d drawing) legendLine(stroke asciigraph.CharSet, name string, style Style) legendEntry {
	e := d.legendText(name)
	e.sample, e.style = strings.Repeat(stroke.Horizontal, 2), style
	return e
}

// join concatenates lists of entries without the empty entries.
func join(lists ...[]legendEntry) []legendEntry {
	var all []legendEntry
	for _, list := range lists {
		for _, e := range list {
			if e != (legendEntry{}) {
				all = append(all, e)
			}
		}
	}
	return all
}

// legendWidth returns the columns of entries with the gaps between them.
func legendWidth(entries []legendEntry) int {
	width := -legendGap
	for _, e := range entries {
		width += e.width() + legendGap
	}
	return max(width, 0)
}
