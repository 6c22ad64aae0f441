package screen

import (
	"strconv"
	"unicode/utf8"
)

// pen collects the bytes of one frame and tracks the cursor and the style that the
// terminal has after them.
type pen struct {
	buf        []byte
	x, y       int
	known      bool // x and y are the place of the cursor
	style      Style
	styleKnown bool
}

// reset begins a new frame, without knowledge of cursor and style.
func (p *pen) reset() { *p = pen{buf: p.buf[:0]} }

func (p *pen) raw(s string) { p.buf = append(p.buf, s...) }

// moveTo puts the cursor on column x of row y, both from 0.
func (p *pen) moveTo(x, y int) {
	if p.known && p.x == x && p.y == y {
		return
	}
	p.buf = append(p.buf, "\x1b["...)
	p.buf = strconv.AppendInt(p.buf, int64(y+1), 10)
	p.buf = append(p.buf, ';')
	p.buf = strconv.AppendInt(p.buf, int64(x+1), 10)
	p.buf = append(p.buf, 'H')
	p.x, p.y, p.known = x, y, true
}

func (p *pen) setStyle(st Style) {
	if p.styleKnown && p.style == st {
		return
	}
	p.buf = appendStyle(p.buf, st)
	p.style, p.styleKnown = st, true
}

// cells writes row[from:to] at the cursor. After the last column of the row the
// place of the cursor is unknown, because terminals differ.
func (p *pen) cells(row []Cell, from, to int) {
	y := p.y
	for x, c := range row[from:to] {
		if c.isRightHalf() {
			continue
		}
		p.moveTo(from+x, y)
		p.setStyle(c.Style)
		p.buf = utf8.AppendRune(p.buf, c.Rune)
		p.x += int(c.Width)
		if c.Marks != "" {
			p.buf = append(p.buf, c.Marks...)
			p.known = false // terminals differ in the width they give it
		}
	}
	p.known = p.known && to < len(row)
}

// clearTail erases from column x of row y to the end of the row.
func (p *pen) clearTail(x, y int) {
	p.moveTo(x, y)
	p.setStyle(Style{})
	p.raw("\x1b[K")
}

// region limits scrolling to a number of rows at the top; 0 lifts the limit. The
// place of the cursor is unknown afterwards.
func (p *pen) region(rows int) {
	if rows == 0 {
		p.raw("\x1b[r")
	} else {
		p.buf = append(p.buf, "\x1b[1;"...)
		p.buf = strconv.AppendInt(p.buf, int64(rows), 10)
		p.buf = append(p.buf, 'r')
	}
	p.known = false
}
