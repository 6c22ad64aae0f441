package editor

import (
	"unicode/utf8"

	"pulsh/shell/screen"
)

// undoMax are the steps that can be taken back: more than a line has keys.
const undoMax = 200

// typing is a line on its way, with all that helps to write it. It knows nothing
// of a terminal.
type typing struct {
	line
	history *History
	keys    map[string]func(*typing)

	undo   []line
	grown  bool   // the last change was a letter typed: the next is the same step
	killed string // what the last kills deleted
	kills  bool   // the last key killed: the next kill adds to it
	recall recall
	popup  popup
	ghost  string // what history has behind the text
}

func newTyping(h *History, complete Completer) *typing {
	return &typing{history: h, keys: bindings(), popup: popup{complete: complete, selected: -1}, recall: newRecall(h)}
}

// clear begins a new line. What was killed can be put into it.
func (y *typing) clear() {
	*y = typing{history: y.history, keys: y.keys, killed: y.killed,
		popup: popup{complete: y.popup.complete, selected: -1}, recall: newRecall(y.history)}
}

// press does what a text or a key asks for.
func (y *typing) press(t token) {
	before, kills := y.line, y.kills
	y.kills = false
	switch t.kind {
	case textToken:
		y.write(t.bytes)
	case lineToken:
		y.setLine(t.bytes)
	case keyToken:
		if act := y.keys[t.bytes]; act != nil {
			y.kills = kills
			act(y)
			y.kills = y.kills && isKill(t.bytes)
		}
	}
	y.settle(before)
}

// isKill says whether a key adds to what was killed before it.
func isKill(k string) bool {
	switch k {
	case "\x17", "\x1b\x7f", "\x1bd", "\x15", "\x0b":
		return true
	}
	return false
}

// settle follows a change: popup and ghost belong to the text as it is now.
func (y *typing) settle(before line) {
	if y.line.text != before.text && y.recall.index >= 0 && y.recall.shown != y.line.text {
		y.recall = newRecall(y.history)
	}
	y.popup.follow(y.line, before)
	y.ghost = ""
	if y.history != nil && y.text != "" && y.at == len(y.text) && y.popup.selected < 0 && y.recall.index < 0 {
		y.ghost = y.history.beginning(y.text)
	}
}

// step remembers the line as it is, to come back to. Letters in a row are one
// step.
func (y *typing) step(letter bool) {
	if letter && y.grown && len(y.undo) > 0 {
		return
	}
	y.grown = letter
	y.undo = append(y.undo, y.line)
	if len(y.undo) > undoMax {
		y.undo = append(y.undo[:0], y.undo[1:]...)
	}
}

// write inserts what was typed. A selected suggestion is kept.
func (y *typing) write(s string) {
	r, n := utf8.DecodeRuneInString(s)
	y.step(n == len(s) && isWord(r))
	y.popup.keep()
	y.insert(s)
}

// setLine replaces the line.
func (y *typing) setLine(s string) {
	y.step(false)
	y.popup.keep()
	y.line = line{s, len(s)}
	y.popup.hide(y.line)
}

func (y *typing) charLeft()  { y.popup.keep(); y.left() }
func (y *typing) lineStart() { y.popup.keep(); y.home() }
func (y *typing) wordBack()  { y.popup.keep(); y.at = y.wordLeft(isWord) }

// charRight goes right; at the end of the line it takes what history has there.
func (y *typing) charRight() {
	if y.at == len(y.text) && y.ghost != "" {
		y.takeGhost(len(y.ghost))
		return
	}
	y.popup.keep()
	y.right()
}

// lineEnd goes to the end; there it takes what history has.
func (y *typing) lineEnd() {
	if y.at == len(y.text) && y.ghost != "" {
		y.takeGhost(len(y.ghost))
		return
	}
	y.popup.keep()
	y.end()
}

// wordForward goes to the end of a word; at the end of the line it takes a word
// of what history has.
func (y *typing) wordForward() {
	if y.at == len(y.text) && y.ghost != "" {
		y.takeGhost(line{y.ghost, 0}.wordRight(isWord))
		return
	}
	y.popup.keep()
	y.at = y.wordRight(isWord)
}

func (y *typing) takeGhost(n int) {
	y.step(false)
	y.insert(y.ghost[:n])
}

func (y *typing) deleteLeft() {
	y.popup.keep()
	if y.at > 0 {
		y.step(false)
		y.cut(y.before(y.at), y.at)
	}
}

func (y *typing) deleteRight() {
	y.popup.keep()
	if y.at < len(y.text) {
		y.step(false)
		y.cut(y.at, y.after(y.at))
	}
}

// kill deletes what lies between the cursor and a place and keeps it for yank.
func (y *typing) kill(to int) {
	y.popup.keep()
	y.step(false)
	if !y.kills {
		y.killed = ""
	}
	y.kills = true
	if to < y.at {
		y.killed = y.cut(to, y.at) + y.killed
	} else {
		y.killed += y.cut(y.at, to)
	}
}

func (y *typing) killSpelledLeft() { y.kill(y.wordLeft(isSpelled)) }
func (y *typing) killWordLeft()    { y.kill(y.wordLeft(isWord)) }
func (y *typing) killWordRight()   { y.kill(y.wordRight(isWord)) }
func (y *typing) killToStart()     { y.kill(0) }
func (y *typing) killToEnd()       { y.kill(len(y.text)) }

// yank inserts what was killed last.
func (y *typing) yank() {
	y.popup.keep()
	if y.killed != "" {
		y.step(false)
		y.insert(y.killed)
	}
}

func (y *typing) swap() {
	y.popup.keep()
	y.step(false)
	y.transpose()
}

// takeBack undoes the last change.
func (y *typing) takeBack() {
	y.popup.keep()
	for len(y.undo) > 0 {
		last := y.undo[len(y.undo)-1]
		y.undo = y.undo[:len(y.undo)-1]
		if last.text != y.text {
			y.line, y.grown = last, false
			y.popup.hide(y.line)
			return
		}
	}
}

func (y *typing) escape() {
	if old, ok := y.popup.cancel(); ok {
		y.line = old
	}
	y.popup.hide(y.line)
}

func (y *typing) tab() {
	y.step(false)
	y.line = y.popup.tab(y.line)
}

func (y *typing) backTab() {
	y.step(false)
	y.line = y.popup.move(y.line, -1)
}

func (y *typing) pageUp()   { y.line = y.popup.page(y.line, -1) }
func (y *typing) pageDown() { y.line = y.popup.page(y.line, 1) }

// up goes up in the popup while something is selected there, else back in
// history.
func (y *typing) up() {
	if y.popup.selected >= 0 {
		y.line = y.popup.move(y.line, -1)
		return
	}
	y.older()
}

// down goes down in the popup, unless it goes forward in history.
func (y *typing) down() {
	if y.recall.index < 0 && (y.popup.selected >= 0 || len(y.popup.list) > 0) {
		y.line = y.popup.move(y.line, 1)
		return
	}
	y.newer()
}

func (y *typing) older() { y.remember(y.recall.older(y.text)) }
func (y *typing) newer() { y.remember(y.recall.newer()) }

// remember makes a line of history the one being typed.
func (y *typing) remember(text string, ok bool) {
	y.popup.keep()
	if !ok {
		return
	}
	y.step(false)
	y.line = line{text, len(text)}
	y.popup.hide(y.line)
}

// lastArgument inserts the last word of the newest line of history; pressed
// again, that of the one before.
func (y *typing) lastArgument() {
	y.popup.keep()
	word, n, ok := y.recall.argument(y.line)
	if !ok {
		return
	}
	y.step(false)
	if n > 0 {
		y.cut(y.at-n, y.at)
	}
	y.insert(word)
	y.recall.inserted(y.line, len(word))
	y.popup.hide(y.line)
}

// enters says whether Enter ends the line. While a suggestion is selected it only
// takes that.
func (y *typing) enters() bool {
	if y.popup.selected < 0 {
		return true
	}
	before := y.line
	y.line = y.popup.accept(y.line)
	y.settle(before)
	return false
}

// view draws the line behind prefix on a terminal of the given size.
func (y *typing) view(prefix string, width, height int, color bool) screen.View {
	style := screen.Style{}
	if color {
		style.Fg = prefixColor
	}
	head := styled(screen.Cells(prefix, false), style)
	cells := append(head, screen.Cells(y.text, false)...)
	cursor := len(head) + len(screen.Cells(y.text[:y.at], false))
	v := screen.View{Rows: screen.Wrap(cells, width)}
	v.X, v.Y = place(v.Rows, cursor)
	if v.X >= width {
		v.X, v.Y = 0, v.Y+1
		if v.Y == len(v.Rows) {
			v.Rows = append(v.Rows, nil)
		}
	}
	if y.ghost != "" {
		last := len(v.Rows) - 1
		ghost := styled(cutCells(screen.Cells(y.ghost, false), width-len(v.Rows[last])), screen.Style{Attrs: screen.Faint})
		v.Rows[last] = append(v.Rows[last][:len(v.Rows[last]):len(v.Rows[last])], ghost...)
	}
	from, _ := place(v.Rows, len(head)+len(screen.Cells(y.text[:min(y.popup.from, len(y.text))], false)))
	v.Popup = y.popup.draw(from, width, height, color)
	return v
}

// place finds the cell of that number in rows.
func place(rows [][]screen.Cell, n int) (x, y int) {
	for y < len(rows)-1 && n >= len(rows[y]) {
		n -= len(rows[y])
		y++
	}
	return n, y
}
