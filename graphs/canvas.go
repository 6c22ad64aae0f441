package graphs

import "unicode/utf8"

// canvas is a box of cells to draw on. What lies outside of the box is not
// drawn.
type canvas struct {
	width, height int
	cells         []cell
}

// cell is one cell of a canvas. A rune of two cells is followed by a cell that
// holds covered.
type cell struct {
	r     rune
	style Style
}

// covered marks the second cell of a wide rune.
const covered rune = -1

func newCanvas(width, height int) *canvas {
	c := &canvas{width: width, height: height, cells: make([]cell, width*height)}
	for i := range c.cells {
		c.cells[i].r = ' '
	}
	return c
}

// set draws one narrow rune. A wide rune of which it takes one cell goes.
func (c *canvas) set(x, y int, r rune, style Style) {
	if x < 0 || y < 0 || x >= c.width || y >= c.height {
		return
	}
	row := c.cells[y*c.width : (y+1)*c.width]
	if row[x].r == covered && r != covered {
		row[x-1].r = ' '
	}
	if x+1 < c.width && row[x+1].r == covered {
		row[x+1].r = ' '
	}
	row[x] = cell{r, style}
}

// blank says whether nothing is drawn on the cells from x up to, not
// including, end.
func (c *canvas) blank(x, end, y int) bool {
	if x < 0 || end > c.width || y < 0 || y >= c.height {
		return false
	}
	for _, cell := range c.cells[y*c.width+x : y*c.width+end] {
		if cell.r != ' ' {
			return false
		}
	}
	return true
}

// text draws a cleaned text as far as it fits and returns the column behind it.
func (c *canvas) text(x, y int, text string, style Style) int {
	measure := narrow()
	for _, r := range text {
		width := 1
		if r > '~' {
			width = measure.RuneWidth(r)
		}
		if x+width > c.width {
			break
		}
		c.set(x, y, r, style)
		if width > 1 {
			c.set(x+1, y, covered, style)
		}
		x += width
	}
	return x
}

// rows writes the canvas as one text per row, each of them exactly as wide as
// the canvas and ending in the terminal's own style.
func (c *canvas) rows() []string {
	rows := make([]string, c.height)
	out := make([]byte, 0, c.width*4)
	for y := range rows {
		out = out[:0]
		now := Plain
		for _, cell := range c.cells[y*c.width : (y+1)*c.width] {
			if cell.r == covered {
				continue
			}
			if cell.style != now && cell.r != ' ' {
				if now != Plain {
					out = append(out, sgrOff...)
				}
				if cell.style != Plain {
					out = append(out, cell.style.on()...)
				}
				now = cell.style
			}
			out = utf8.AppendRune(out, cell.r)
		}
		if now != Plain {
			out = append(out, sgrOff...)
		}
		rows[y] = string(out)
	}
	return rows
}
