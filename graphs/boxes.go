package graphs

// Stack puts boxes of rows on top of each other. Every row of the result is as
// wide as the widest one.
func Stack(boxes ...[]string) []string {
	var rows []string
	width := 0
	for _, box := range boxes {
		rows = append(rows, box...)
		width = max(width, boxWidth(box))
	}
	for y := range rows {
		rows[y] += spaces(width - Width(rows[y]))
	}
	return rows
}

// SideBySide puts boxes of rows next to each other with gap blank cells between
// them. A lower box is filled up with blank rows at its bottom.
func SideBySide(gap int, boxes ...[]string) []string {
	height := 0
	for _, box := range boxes {
		height = max(height, len(box))
	}
	rows := make([]string, height)
	for i, box := range boxes {
		width := boxWidth(box)
		for y := range rows {
			if i > 0 {
				rows[y] += spaces(gap)
			}
			row := ""
			if y < len(box) {
				row = box[y]
			}
			rows[y] += row + spaces(width-Width(row))
		}
	}
	return rows
}

// boxWidth is the width of the widest row.
func boxWidth(box []string) int {
	width := 0
	for _, row := range box {
		width = max(width, Width(row))
	}
	return width
}
