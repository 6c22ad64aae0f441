package graphs

import (
	"math"
	"strings"
)

// eighths are the blocks that fill a cell from the left, by eighths.
const eighths = " ▏▎▍▌▋▊▉█"

// bar fills cells from the left by eighths of a cell: share 1 fills width
// cells. What is more than nothing shows at least one eighth, and what is less
// than all leaves at least one free. It has no padding.
func bar(share float64, width int) string {
	full := width * 8
	if full <= 0 || math.IsNaN(share) || share <= 0 {
		return ""
	}
	if share >= 1 {
		return strings.Repeat("█", width)
	}
	filled := min(max(int(math.Round(share*float64(full))), 1), full-1)
	text := strings.Repeat("█", filled/8)
	if rest := filled % 8; rest > 0 {
		text += string([]rune(eighths)[rest])
	}
	return text
}

// Meter draws how full something is into exactly width cells: ████░░. A value
// that was not measured, and a maximum of zero or less, draw an empty meter.
func Meter(value, maximum float64, width int) string {
	width = max(width, 0)
	filled := ""
	if maximum > 0 {
		filled = bar(value/maximum, width)
	}
	return filled + strings.Repeat("░", width-Width(filled))
}

// Sparkline draws values as blocks of eight heights into exactly width cells,
// the newest at the right edge. Zero and less is the lowest block, the largest
// value the highest; no data is a blank.
func Sparkline(values []float64, width int) string {
	width = max(width, 0)
	values = values[max(len(values)-width, 0):]
	highest := 0.0
	for _, v := range values {
		if v > highest && !math.IsInf(v, 0) {
			highest = v
		}
	}
	heights := []rune("▁▂▃▄▅▆▇█")
	line := []rune(spaces(width - len(values)))
	for _, v := range values {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			line = append(line, ' ')
			continue
		}
		height := 0
		if highest > 0 {
			height = int(math.Round(max(v, 0) / highest * float64(len(heights)-1)))
		}
		line = append(line, heights[height])
	}
	return string(line)
}
