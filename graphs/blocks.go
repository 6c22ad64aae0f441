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
