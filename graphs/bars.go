package graphs

import "math"

// Bar is one class of a distribution.
type Bar struct {
	Label string  // its range: "2 – 4"
	Count float64 // the number of values in the range
}

// minBar is the smallest width of a full bar. With less room there are no bars.
const minBar = 4

// Bars draws a distribution as rows of label, count, share and bar. The heading
// has the unit of the labels and the name of the counted things. No row is wider
// than width columns, and the longest bar ends there.
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

// countable reports whether count is zero or more, and finite.
func countable(count float64) bool {
	return count >= 0 && !math.IsInf(count, 0)
}
