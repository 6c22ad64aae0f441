package graphs

import (
	"unicode/utf8"

	"pulsh/graphs/measure"
)

// canvas is a box of cells to draw on. Drawing outside of the box has no effect.
type canvas struct {
	width, height int
	cells         []cell         // row by row, the top row first
	clusters      map[int]string // characters of several runes, by the index of their cell
}

// cell is one cell of a canvas. A character of two columns is followed by a cell
// that holds covered.
type cell struct {
	r     rune
	style Style
}

const (
	covered rune = -1 // the second cell of a wide character
	cluster rune = -2 // a character of several runes, which is in canvas.clusters
)

func newCanvas(width, height int) *canvas {
	c := &canvas{width: width, height: height, cells: make([]cell, width*height)}
	for i := range c.cells {
		c.cells[i].r = ' '
	}
	return c
}

// set draws one narrow rune. A wide character that loses one of its two cells
// becomes blank.
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

// blank reports whether nothing is drawn on the cells from x up to, not
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
	for text != "" {
		n := measure.Next(text)
		char := text[:n]
		text = text[n:]
		width := measure.Character(char)
		if x+width > c.width {
			break
		}
		r, size := utf8.DecodeRuneInString(char)
		if size < n && x >= 0 && y >= 0 && y < c.height {
			if c.clusters == nil {
				c.clusters = map[int]string{}
			}
			c.clusters[y*c.width+x], r = char, cluster
		}
		c.set(x, y, r, style)
		if width > 1 {
			c.set(x+1, y, covered, style)
		}
		x += width
	}
	return x
}

// rows returns one text for each row, exactly as wide as the canvas. Each text
// ends in the default style of the terminal.
func (c *canvas) rows() []string {
	rows := make([]string, c.height)
	out := make([]byte, 0, c.width*4)
	for y := range rows {
		out = out[:0]
		now := Plain
		for x, cell := range c.cells[y*c.width : (y+1)*c.width] {
			if cell.r == covered {
				continue
			}
			if cell.style != now && cell.r != ' ' {
				_, end := now.sequences()
				begin, _ := cell.style.sequences()
				out = append(append(out, end...), begin...)
				now = cell.style
			}
			if cell.r == cluster {
				out = append(out, c.clusters[y*c.width+x]...)
				continue
			}
			out = utf8.AppendRune(out, cell.r)
		}
		_, end := now.sequences()
		rows[y] = string(append(out, end...))
	}
	return rows
}
