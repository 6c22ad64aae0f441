package graphs

import (
	"strconv"
	"strings"

	"github.com/guptarohit/asciigraph"
)

// legendEntry is a stroke and a name, or a text alone.
type legendEntry struct {
	sample string
	text   string
	style  Style
}

// The legend.
const (
	legendGap = 2  // cells between two entries
	nameWidth = 24 // a longer name is cut, or one series would push out the others
)

// textStyle is the look of the text: that of a line is on its sample alone.
func (e legendEntry) textStyle() Style {
	if e.sample != "" {
		return Plain
	}
	return e.style
}

// width is the number of cells of an entry.
func (e legendEntry) width() int {
	if e.sample == "" {
		return Width(e.text)
	}
	return Width(e.sample) + 1 + Width(e.text)
}

// drawLegend writes entries into the right end of the first row.
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

// notice is what is unusual about the chart, none if nothing is.
func (d drawing) notice() []legendEntry {
	if d.Notice == "" {
		return nil
	}
	e := d.legendText(d.Notice)
	e.style = d.palette.Yellow
	return []legendEntry{e}
}

// legend is title, unit and what the lines are, as far as it fits into width
// cells. Entries that do not fit are left out whole: the title first, then the
// unit, then the target, then series from the last one; how many of those are
// missing is said.
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

// legendText is an entry without a stroke.
func (d drawing) legendText(text string) legendEntry {
	text = Cut(stripSGR(text), nameWidth)
	if d.ASCII {
		text = ASCII(text)
	}
	return legendEntry{text: text}
}

// legendLine is an entry with a piece of the line.
func (d drawing) legendLine(stroke asciigraph.CharSet, name string, style Style) legendEntry {
	e := d.legendText(name)
	e.sample, e.style = strings.Repeat(stroke.Horizontal, 2), style
	return e
}

// join puts lists of entries behind each other without the empty entries.
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

// legendWidth is the number of cells that entries take with the gaps between
// them.
func legendWidth(entries []legendEntry) int {
	width := -legendGap
	for _, e := range entries {
		width += e.width() + legendGap
	}
	return max(width, 0)
}
