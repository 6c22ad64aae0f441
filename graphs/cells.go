package graphs

import "strings"

// Cell is one figure of a status row. A row shows it whole or not at all.
type Cell struct {
	Text     string
	Width    int   // the smallest width of its column
	Priority int   // a row that is too narrow drops the cell of the lowest priority first
	Align    Align // the place of the text in its column
	Style    Style
	Tight    bool // one blank before the cell instead of two
	Edge     bool // this cell and all cells behind it stand at the right edge of the row
}

// Row lays out cells in exactly width columns. It drops whole cells until the rest
// fits, those of the lowest priority first, and of equal ones the rightmost. It
// never drops the first cell, but cuts it if no other is left.
func Row(width int, cells []Cell) string {
	return Rows(width, [][]Cell{cells})[0]
}

// Rows lays out rows that share their columns: the n-th cells of all rows stand
// under each other in a column as wide as the widest of them, and are dropped
// together. The priority of a column is the highest of its cells.
func Rows(width int, rows [][]Cell) []string {
	width = max(width, 0)
	columns := shareColumns(rows)
	for total(columns) > width {
		lowest := 0
		for x := 1; x < len(columns); x++ {
			if lowest == 0 || columns[x].priority <= columns[lowest].priority {
				lowest = x
			}
		}
		if lowest == 0 {
			columns[0].width = width
			break
		}
		columns = append(columns[:lowest], columns[lowest+1:]...)
	}
	texts := make([]string, len(rows))
	for y, row := range rows {
		texts[y] = layOut(width, columns, row)
	}
	return texts
}

// column is the layout of the n-th cells of all rows.
type column struct {
	index    int // n
	gap      int // blanks before it
	width    int
	priority int
	edge     bool
}

// shareColumns returns the columns of rows. Columns without a width are left out.
func shareColumns(rows [][]Cell) []column {
	most := 0
	for _, row := range rows {
		most = max(most, len(row))
	}
	var columns []column
	for x := range most {
		c, found := column{index: x, gap: columnGap}, false
		for _, row := range rows {
			if x >= len(row) {
				continue
			}
			cell := row[x]
			if !found || cell.Priority > c.priority {
				c.priority = cell.Priority
			}
			found = true
			c.width = max(c.width, Width(Clean(cell.Text)), cell.Width)
			c.edge = c.edge || cell.Edge
			if cell.Tight {
				c.gap = 1
			}
		}
		if c.width > 0 {
			columns = append(columns, c)
		}
	}
	if len(columns) > 0 {
		columns[0].gap = 0
	}
	return columns
}

// total returns the width of columns with the gaps between them.
func total(columns []column) int {
	sum := 0
	for _, c := range columns {
		sum += c.gap + c.width
	}
	return sum
}

// layOut writes one row into columns that fit into width.
func layOut(width int, columns []column, cells []Cell) string {
	var out strings.Builder
	slack := width - total(columns)
	for _, c := range columns {
		if c.edge {
			out.WriteString(spaces(slack))
			slack = 0
		}
		out.WriteString(spaces(c.gap))
		if c.index >= len(cells) {
			out.WriteString(spaces(c.width))
			continue
		}
		cell := cells[c.index]
		text := Cut(cell.Text, c.width)
		blank := spaces(c.width - Width(text))
		if cell.Align == AlignRight {
			out.WriteString(blank + cell.Style.Paint(text))
		} else {
			out.WriteString(cell.Style.Paint(text) + blank)
		}
	}
	out.WriteString(spaces(slack))
	return out.String()
}
