package editor

import (
	"unicode/utf8"

	prompt "github.com/c-bata/go-prompt"

	"pulsh/shell/screen"
)

// undoMax is the number of changes that can be undone: more than a line has keys.
const undoMax = 200

// typing is the line being edited, with its undo steps, its place in the history
// and its popup. It knows no terminal.
type typing struct {
	line
	history *History // nil for an answer, which has no history
	warned  bool     // the text before the line is red

	undo    []line
	letters bool   // the last change inserted a letter: the next letter is the same undo step
	killed  string // the text that yank inserts
	killing bool   // the last key killed text: the next kill adds to it
	recall  recall
	popup   popup
	block   block  // the lines that were pasted with this one and follow it
	ghost   string // the rest of the newest history line that begins with the text
}

func newTyping(h *History, complete Completer) *typing {
	return &typing{history: h, popup: popup{complete: complete, selected: -1}, recall: newRecall(h)}
}

// clear begins a new line. Killed text can be put into it.
func (y *typing) clear() {
	*y = typing{history: y.history, killed: y.killed,
		popup: popup{complete: y.popup.complete, selected: -1}, recall: newRecall(y.history)}
}

// press applies a token to the line. Keys without a binding change nothing.
func (y *typing) press(t token) {
	before, killing := y.line, y.killing
	y.killing = false
	switch t.kind {
	case textToken:
		y.write(t.text)
	case pasteToken:
		pasteInto(y, t.text)
	case lineToken:
		y.replace(t.text)
	case keyToken:
		if act := bindings[t.key]; act != nil {
			y.killing = killing
			act(y)
			y.killing = y.killing && isKill(t.key)
		}
	}
	y.settle(before)
}

// settle makes popup and ghost follow a change of the line.
func (y *typing) settle(before line) {
	if y.Text != before.Text && y.recall.index >= 0 && y.recall.shown != y.Text {
		y.recall = newRecall(y.history)
	}
	y.popup.follow(y.line, before)
	y.ghost = ""
	if y.block != nil {
		y.popup.hide(y.line)
		return
	}
	if y.history != nil && y.Text != "" && y.atEnd() && y.popup.selected < 0 && y.recall.index < 0 {
		y.ghost = y.history.beginning(y.Text)
	}
}

// step saves the line for undo. Letters in a row are one step.
func (y *typing) step(letter bool) {
	if letter && y.letters && len(y.undo) > 0 {
		return
	}
	y.letters = letter
	y.undo = append(y.undo, y.line)
	if len(y.undo) > undoMax {
		y.undo = append(y.undo[:0], y.undo[1:]...)
	}
}

// write inserts typed text. A selected suggestion stays in the line.
func (y *typing) write(s string) {
	r, n := utf8.DecodeRuneInString(s)
	y.step(n == len(s) && isWord(r))
	y.popup.keep()
	y.insert(s)
}

// replace makes s the line.
func (y *typing) replace(s string) {
	y.step(false)
	y.popup.keep()
	y.line = lineAt(s, len(s))
	y.popup.hide(y.line)
}

func (y *typing) charLeft()  { y.popup.keep(); y.moveLeft(y.charBefore()) }
func (y *typing) lineStart() { y.popup.keep(); y.moveLeft(y.before()) }
func (y *typing) wordBack()  { y.popup.keep(); y.moveLeft(y.wordBefore()) }

// The following functions move right. At the end of the line they insert the ghost
// instead, wordForward only its first word.

func (y *typing) charRight()   { y.forward(line.charAfter, y.ghost) }
func (y *typing) lineEnd()     { y.forward(line.after, y.ghost) }
func (y *typing) wordForward() { y.forward(line.wordAfter, lineAt(y.ghost, 0).wordAfter()) }

// forward moves over a text behind the cursor; at the end of the line it inserts
// ghost.
func (y *typing) forward(over func(line) string, ghost string) {
	if y.atEnd() && ghost != "" {
		y.step(false)
		y.insert(ghost)
		return
	}
	y.popup.keep()
	y.moveRight(over(y.line))
}

// deleteLeft deletes the character before the cursor.
func (y *typing) deleteLeft() {
	y.popup.keep()
	if char := y.charBefore(); char != "" {
		y.step(false)
		y.removeLeft(char)
	}
}

// deleteRight deletes the character behind the cursor.
func (y *typing) deleteRight() {
	y.popup.keep()
	if char := y.charAfter(); char != "" {
		y.step(false)
		y.removeRight(char)
	}
}

// The following functions kill text: they delete it and keep it for yank. Kills in a
// row keep all their text.

func (y *typing) killToBlank()   { y.killLeft(y.GetWordBeforeCursorWithSpace()) }
func (y *typing) killWordLeft()  { y.killLeft(y.wordBefore()) }
func (y *typing) killWordRight() { y.killRight(y.wordAfter()) }
func (y *typing) killToStart()   { y.killLeft(y.before()) }
func (y *typing) killToEnd()     { y.killRight(y.after()) }

func (y *typing) killLeft(text string) {
	y.beginKill()
	y.killed = text + y.killed
	y.removeLeft(text)
}

func (y *typing) killRight(text string) {
	y.beginKill()
	y.killed += text
	y.removeRight(text)
}

func (y *typing) beginKill() {
	y.popup.keep()
	y.step(false)
	if !y.killing {
		y.killed = ""
	}
	y.killing = true
}

// yank inserts the killed text.
func (y *typing) yank() {
	y.popup.keep()
	if y.killed != "" {
		y.step(false)
		y.insert(y.killed)
	}
}

// transpose swaps the characters on both sides of the cursor and moves behind
// them; at the end of the line it swaps the last two.
func (y *typing) transpose() {
	y.popup.keep()
	y.step(false)
	if y.atEnd() {
		y.moveLeft(y.charBefore())
	}
	left, right := y.charBefore(), y.charAfter()
	y.removeLeft(left)
	y.moveRight(right)
	y.insert(left)
}

// takeBack undoes the last change.
func (y *typing) takeBack() {
	y.popup.keep()
	for len(y.undo) > 0 {
		last := y.undo[len(y.undo)-1]
		y.undo = y.undo[:len(y.undo)-1]
		if last.Text != y.Text {
			y.line, y.letters = last, false
			y.popup.hide(y.line)
			return
		}
	}
}

// escape restores the line before a suggestion was selected and closes the popup.
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

// up moves up in the popup if a suggestion is selected, else to an older line of
// the history.
func (y *typing) up() {
	if y.popup.selected >= 0 {
		y.line = y.popup.move(y.line, -1)
		return
	}
	y.older()
}

// down moves to a newer line if the line is one of the history, else down in the
// popup.
func (y *typing) down() {
	if y.recall.index < 0 && (y.popup.selected >= 0 || len(y.popup.list) > 0) {
		y.line = y.popup.move(y.line, 1)
		return
	}
	y.newer()
}

func (y *typing) older() { y.remember(y.recall.older(y.Text)) }
func (y *typing) newer() { y.remember(y.recall.newer()) }

// remember makes a line of the history the line being edited.
func (y *typing) remember(text string, ok bool) {
	y.popup.keep()
	if !ok {
		return
	}
	y.step(false)
	y.line = lineAt(text, len(text))
	y.popup.hide(y.line)
}

// lastArgument inserts the last word of the newest line of the history. Pressed
// again it replaces the word by that of the line before.
func (y *typing) lastArgument() {
	y.popup.keep()
	word, replaced, ok := y.recall.argument(y.line)
	if !ok {
		return
	}
	y.step(false)
	y.removeLeft(replaced)
	y.insert(word)
	y.recall.inserted(y.line, word)
	y.popup.hide(y.line)
}

// enters reports whether Enter ends the line. While a suggestion is selected,
// Enter only accepts it.
func (y *typing) enters() bool {
	if y.popup.selected < 0 {
		return true
	}
	before := y.line
	y.line = y.popup.accept(y.line)
	y.settle(before)
	return false
}

// endsOrDeletes is Ctrl-D: it reports whether the line is empty, and deletes the
// character behind the cursor otherwise.
func (y *typing) endsOrDeletes() bool {
	if y.Text == "" {
		return true
	}
	y.press(pressed(prompt.Delete))
	return false
}

// view draws the line behind prefix on a terminal of the given size.
func (y *typing) view(prefix string, width, height int, color bool) screen.View {
	style := screen.Style{}
	if color {
		style = either(y.warned, warnedStyle, prefixStyle)
	}
	head := styled(screen.Cells(prefix, false), style)
	cells := append(head, screen.Cells(y.Text, false)...)
	cursor := len(head) + len(screen.Cells(y.before(), false))
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
		ghost := styled(cutCells(screen.Cells(y.ghost, false), width-len(v.Rows[last])), ghostStyle)
		v.Rows[last] = append(v.Rows[last][:len(v.Rows[last]):len(v.Rows[last])], ghost...)
	}
	from, _ := place(v.Rows, len(head)+len(screen.Cells(y.Text[:min(y.popup.from, len(y.Text))], false)))
	if y.block != nil {
		v.Popup = y.block.draw(len(head), width, height, color)
		return v
	}
	v.Popup = y.popup.draw(from, width, height, color)
	return v
}

// place returns column and row of the cell with number n in rows.
func place(rows [][]screen.Cell, n int) (x, y int) {
	for y < len(rows)-1 && n >= len(rows[y]) {
		n -= len(rows[y])
		y++
	}
	return n, y
}
