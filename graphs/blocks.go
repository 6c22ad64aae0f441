package graphs

import (
	"math"
	"strings"
)

// eighths are the blocks that fill no to eight eighths of a cell, from the left.
const eighths = " ▏▎▍▌▋▊▉█"

// bar returns blocks that fill a share of width cells, from the left and without
// padding. A share above 0 fills at least one eighth of a cell, and a share below
// 1 leaves at least one eighth free.
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

// Meter draws value as a share of maximum into exactly width cells: ████░░. The
// meter is empty for NaN and for a maximum of zero or less.
func Meter(value, maximum float64, width int) string {
	width = max(width, 0)
	filled := ""
	if maximum > 0 {
		filled = bar(value/maximum, width)
	}
	return filled + strings.Repeat("░", width-Width(filled))
}
