package graphs

// Stack puts boxes of rows on top of each other. All rows of the result are as
// wide as the widest row.
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

// SideBySide puts boxes of rows next to each other with gap blank columns between
// them. Lower boxes get blank rows at their bottom.
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

// boxWidth returns the width of the widest row.
func boxWidth(box []string) int {
	width := 0
	for _, row := range box {
		width = max(width, Width(row))
	}
	return width
}
