package graphs

import "strings"

// Align is the side of its column at which a text stands.
type Align uint8

// Text stands left, figures stand right, so that their digits line up.
const (
	AlignLeft Align = iota
	AlignRight
)

// columnGap is the number of blank cells between two columns.
const columnGap = 2

// Table lays out rows in columns as wide as their widest text, under a header
// (none if it is nil). Rows may be ragged; columns without an alignment stand
// left. If the table is wider than width, whole columns go, from the right; the
// first one stays and is cut if it has to be. A width of zero or less means no
// limit. Rows have no blanks at their end.
func Table(header []string, rows [][]string, align []Align, width int) []string {
	if header != nil {
		rows = append([][]string{header}, rows...)
	}
	widths := columnWidths(rows)
	if width > 0 {
		widths = fitWidths(widths, width)
	}
	lines := make([]string, len(rows))
	for y, row := range rows {
		var line strings.Builder
		for x, text := range row[:min(len(row), len(widths))] {
			if x > 0 {
				line.WriteString(spaces(columnGap))
			}
			if x < len(align) && align[x] == AlignRight {
				line.WriteString(Right(text, widths[x]))
			} else {
				line.WriteString(Left(text, widths[x]))
			}
		}
		lines[y] = strings.TrimRight(line.String(), " ")
	}
	return lines
}

// columnWidths is the width of the widest text of every column.
func columnWidths(rows [][]string) []int {
	var widths []int
	for _, row := range rows {
		for x, text := range row {
			if x == len(widths) {
				widths = append(widths, 0)
			}
			widths[x] = max(widths[x], Width(Clean(text)))
		}
	}
	return widths
}

// fitWidths drops columns from the right until the rest fits.
func fitWidths(widths []int, width int) []int {
	total := -columnGap
	for x, w := range widths {
		total += columnGap + w
		if total > width {
			if x == 0 {
				return []int{width}
			}
			return widths[:x]
		}
	}
	return widths
}
