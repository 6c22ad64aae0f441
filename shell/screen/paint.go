package screen

import "slices"

const (
	frameBegin = "\x1b[?2026h\x1b[?25l"
	frameEnd   = "\x1b[?2026l"
	showCursor = "\x1b[?25h"
)

// paint composes the frame, writes the changes, and returns the number of bytes.
func (s *Screen) paint() int {
	if !s.started || s.held || s.outdated() {
		return 0
	}
	s.pen.reset()
	s.pen.raw(frameBegin)
	if s.lost {
		s.pen.raw("\x1b[r\x1b[?7l")
		s.lost = false
	}
	if s.erase {
		s.pen.moveTo(0, min(len(s.rows), s.height-1))
		s.pen.raw("\x1b[J")
		s.erase = false
	}
	begun := len(s.pen.buf)

	body, graph, status := heights(s.height, len(s.graph), len(s.status))
	room := s.height - status
	view := s.prompt.visible(body, room)
	s.takeStaged(body, room, view)
	cursor := s.compose(body, graph, status, view)
	for y, row := range s.next {
		s.pen.paintRow(y, s.front[y], row)
	}
	if len(s.pen.buf) == begun && cursor == s.shown {
		return 0
	}
	s.finish(cursor)
	n := len(s.pen.buf)
	s.write(s.pen.buf)
	return n
}

// outdated reports whether the terminal has another size than the screen.
func (s *Screen) outdated() bool {
	if s.opts.Size == nil {
		return false
	}
	width, height := s.opts.Size()
	return width >= 1 && height >= 1 && (width != s.width || height != s.height)
}

// takeStaged appends the staged lines to the rows of output, and pushes rows that
// do not fit above the input line any more into the scrollback.
func (s *Screen) takeStaged(body, room int, view View) {
	rows := s.rows
	for _, line := range s.staged {
		rows = append(rows, s.wrap(line)...)
	}
	s.lines = append(s.lines, s.staged...)
	s.staged = s.staged[:0]
	if len(s.lines) > 2*keptLines {
		s.lines = slices.Clone(s.lines[len(s.lines)-keptLines:])
	}

	input := max(len(view.Rows), 1) // its row stays free while a command runs
	leave := len(rows) + input - body
	leave = max(leave, len(rows)+input+len(view.Popup)-room)
	leave = min(max(leave, 0), len(rows))
	if s.wipe {
		leave = len(rows)
		s.wipe, s.lines = false, nil
	}
	s.rows = rows
	if leave > 0 {
		s.push(rows[:leave], body, body-input)
		s.rows = slices.Clone(rows[leave:])
	}
}

// push scrolls rows out at the top of the screen, so that the terminal keeps them
// in its scrollback. Rows that are not on the screen are painted first. If two or
// more rows stand above the input line, only those scroll, and the input line
// needs no painting.
func (s *Screen) push(rows [][]Cell, body, above int) {
	if len(rows) == 0 {
		return
	}
	region := min(max(body, len(rows), 2), s.height)
	if above >= 2 {
		region = above // the usual case: one line comes, one leaves
	}
	for len(rows) > 0 {
		n := min(region, len(rows))
		for y, row := range rows[:n] {
			s.pen.paintRow(y, s.front[y], s.fill(s.next[y], row))
		}
		s.scroll(n, region)
		rows = rows[n:]
	}
}

// scroll moves the first region rows of the terminal up by n rows.
func (s *Screen) scroll(n, region int) {
	s.pen.setStyle(Style{}) // a terminal gives new rows the background of the current style
	if region < s.height {
		s.pen.region(region)
	}
	s.pen.moveTo(0, region-1)
	for range n {
		s.pen.raw("\n")
	}
	if region < s.height {
		s.pen.region(0)
	}
	gone := slices.Clone(s.front[:n])
	copy(s.front, s.front[n:region])
	copy(s.front[region-n:region], gone)
	for _, row := range gone {
		s.fill(row, nil)
	}
}

// compose fills next with the whole frame and returns the place of the cursor.
func (s *Screen) compose(body, graph, status int, view View) shownCursor {
	for y, row := range s.next {
		var from []Cell
		switch {
		case y < len(s.rows) && y < body:
			from = s.rows[y]
		case y >= body && y < body+graph:
			from = s.graph[y-body]
		case y >= body+graph:
			from = s.status[len(s.status)-status+y-body-graph]
		}
		s.fill(row, from)
	}
	top := len(s.rows) // always less than body: takeStaged keeps a row free
	for i, row := range view.Rows {
		s.fill(s.next[top+i], row)
	}
	for i, row := range view.Popup {
		overlay(s.next[top+len(view.Rows)+i], row)
	}
	return shownCursor{
		x:      min(max(view.X, 0), s.width-1),
		y:      min(top+max(view.Y, 0), body-1),
		hidden: view.HideCursor,
	}
}

// fill copies src into dst, cut or padded with blanks, and returns dst. A wide
// cell that would reach over the edge becomes a blank.
func (s *Screen) fill(dst, src []Cell) []Cell {
	n := 0
	for n < len(src) && n < len(dst) {
		dst[n] = src[n]
		if !src[n].IsSet() {
			dst[n] = blank
		}
		n++
	}
	if n == len(dst) && dst[n-1].Width == 2 {
		dst[n-1] = blank
	}
	for ; n < len(dst); n++ {
		dst[n] = blank
	}
	return dst
}

// overlay puts the set cells of src over dst. Wide cells that lose one half become
// blank, in src and in dst.
func overlay(dst, src []Cell) {
	for x := 0; x < len(src) && x < len(dst); x++ {
		if src[x].IsSet() {
			dst[x] = src[x]
		}
	}
	for x := range dst {
		if dst[x].Width == 2 && (x+1 == len(dst) || !dst[x+1].isRightHalf()) {
			dst[x] = blank
		}
		if dst[x].isRightHalf() && (x == 0 || dst[x-1].Width != 2) {
			dst[x] = blank
		}
	}
}

// finish ends the frame and puts the cursor in its place.
func (s *Screen) finish(cursor shownCursor) {
	s.pen.setStyle(Style{})
	s.pen.moveTo(cursor.x, cursor.y)
	if !cursor.hidden {
		s.pen.raw(showCursor)
	}
	s.pen.raw(frameEnd)
	s.shown = cursor
}
