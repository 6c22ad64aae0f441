package graphs

import "strings"

// Cell is one figure of a status row. It is shown whole or not at all.
type Cell struct {
	Text     string
	Width    int   // the cells that are kept for it even if the text is shorter
	Priority int   // the cell of the lowest goes first when the row is too narrow
	Align    Align // within its column
	Style    Style
	Tight    bool // one blank before it instead of two
	Edge     bool // this cell and those behind it stand at the right edge of the row
}

// Row lays out cells in exactly width cells of the terminal. Whole cells go,
// the lowest priority first and of equals the rightmost, until the rest fits.
// The first cell never goes; it is cut if nothing else is left.
func Row(width int, cells []Cell) string {
	return Rows(width, [][]Cell{cells})[0]
}

// Rows lays out rows that share their columns: the n-th cells of all rows stand
// under each other, in a column as wide as the widest of them, and they go
// together. The priority of a column is the highest of its cells; an empty text
// leaves its place blank.
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

// column is what the cells of a column have in common.
type column struct {
	index    int // of its cells in the rows
	gap      int // blanks before it
	width    int
	priority int
	edge     bool
}

// shareColumns finds the columns of rows. Columns without any text have no
// place.
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

// total is the width of columns with the gaps between them.
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
