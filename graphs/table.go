package graphs

import "strings"

// Align is the side of a column at which its texts stand.
type Align uint8

// The sides of a column. Figures stand right, so that their digits line up.
const (
	AlignLeft Align = iota
	AlignRight
)

// columnGap is the number of blank cells between two columns.
const columnGap = 2

// Table lays out rows under a header, which may be nil, in columns as wide as their
// widest text. Rows may have different numbers of columns, and columns without an
// alignment stand left. If the table is wider than width, Table drops whole columns
// from the right, and cuts the first column if it is the only one left. A width of
// zero or less is no limit. Rows have no blanks at their ends.
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

// columnWidths returns the width of the widest text of each column.
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
