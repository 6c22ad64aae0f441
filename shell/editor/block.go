package editor

import (
	"fmt"
	"strings"

	prompt "github.com/c-bata/go-prompt"

	"pulsh/shell/screen"
)

// block holds the lines of a paste that follow the line being edited. They are shown
// below it and wait for Enter; Ctrl-C drops them.
type block []string

// pasteInto adds a pasted text that begins with a line break to what is edited. Blank
// lines before the first text are dropped.
func pasteInto(y *typing, pasted string) {
	for i, piece := range strings.Split(pasted, "\n") {
		n := len(y.block)
		switch {
		case n == 0 && y.Text == "":
			y.write(piece)
		case i > 0:
			y.block = append(y.block, piece)
		case n > 0:
			y.block[n-1] += piece // a long paste arrives in pieces
		default:
			y.write(piece)
		}
	}
	y.popup.hide(y.line)
}

// lines returns the lines without the empty end of a paste that ends with a line break.
func (b block) lines() []string {
	n := len(b)
	for n > 0 && strings.TrimSpace(b[n-1]) == "" {
		n--
	}
	return b[:n]
}

// tokens returns the lines as if each was typed.
func (b block) tokens() []token {
	var out []token
	for _, l := range b.lines() {
		out = append(out, newLine(l), pressed(prompt.Enter))
	}
	return out
}

// draw returns the lines as rows below the line being edited: those that fit, and how
// to go on.
func (b block) draw(left, width, height int, color bool) [][]screen.Cell {
	lines := b.lines()
	if len(lines) == 0 {
		return nil
	}
	n := min(len(lines), popupMax-1, max(height-popupRoom-1, 0))
	look := newPopupLook(color)
	room := max(width-left, 1)
	row := func(text string, style screen.Style) []screen.Cell {
		return append(make([]screen.Cell, left, width), column(text, room, style)...)
	}
	var rows [][]screen.Cell
	for _, l := range lines[:n] {
		rows = append(rows, row(l, look.name(false)))
	}
	return append(rows, row(fmt.Sprintf("%d lines pasted: Enter runs them, Ctrl-C drops them", len(lines)+1), look.text(false)))
}
