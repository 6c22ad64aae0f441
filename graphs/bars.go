package graphs

import "math"

// Bar is one class of a distribution.
type Bar struct {
	Label string  // what belongs to it: "2 – 4"
	Count float64 // how many do
}

// minBar is the least width that is left to the bars; below it they go, and the
// figures stay.
const minBar = 4

// Bars draws a distribution as rows of label, count, share and bar under a
// heading with the unit of the labels and the name of what is counted. The
// longest bar ends at width; no row is wider than that.
func Bars(unit, counted string, bars []Bar, width int, style Style) []string {
	total, most := 0.0, 0.0
	rows := [][]string{}
	for _, b := range bars {
		if countable(b.Count) {
			total += b.Count
			most = max(most, b.Count)
		}
	}
	for _, b := range bars {
		share := math.NaN()
		if countable(b.Count) && total > 0 {
			share = b.Count / total * 100
		}
		rows = append(rows, []string{"  " + b.Label, "│", Whole(b.Count), Percent(share, 1)})
	}
	header := []string{unit, "", counted, "share"}
	lines := Table(header, rows, []Align{AlignLeft, AlignLeft, AlignRight, AlignRight}, width)
	used := boxWidth(lines)
	for i, b := range bars {
		room := width - used - 1
		if room < minBar || most == 0 || !countable(b.Count) {
			continue
		}
		line := lines[i+1]
		lines[i+1] = line + spaces(used+1-Width(line)) + style.Paint(bar(b.Count/most, room))
	}
	return lines
}

// countable says whether a count is a number of something.
func countable(count float64) bool {
	return count >= 0 && !math.IsInf(count, 0)
}
