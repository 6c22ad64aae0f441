package editor

import (
	"cmp"
	"fmt"
	"strings"

	"pulsh/graphs/measure"
	"pulsh/shell/screen"
)

// Completer returns the suggestions for a text whose cursor stands behind the
// first cursor bytes, and the beginning of the word that they replace.
// prompt.Completer returns no such beginning. A Completer is called with every
// key, so it must not block.
type Completer func(text string, cursor int) (list []Suggestion, from int)

const (
	// suggestionsMax is the number of suggestions that the popup can scroll
	// through: more than anyone reads.
	suggestionsMax = 1000
	popupMax       = 6 // rows of the popup: enough to choose from, with most of a graph in sight
	popupShare     = 4 // the popup takes that part of the rows of a higher terminal
	popupRoom      = 4 // rows of the terminal that the popup never takes
)

// popup is the list of suggestions below the line. It opens while the user types.
// Tab and the arrows select a suggestion, which replaces the word in the line.
type popup struct {
	complete Completer

	list     []Suggestion
	from     int  // the beginning of the word that a suggestion replaces, in bytes
	selected int  // the index of the selected suggestion, -1 for none
	top      int  // the index of the first suggestion shown
	rows     int  // how many are shown
	typed    line // the line before a suggestion was selected
	hidden   line // the line for which Escape closed the list
	isHidden bool // hidden is set
}

// follow asks for suggestions if the line has changed from before to now.
func (p *popup) follow(now, before line) {
	switch {
	case p.selected >= 0:
	case p.isHidden && p.hidden == now:
		p.list = nil
	case now.Text == "" && (before.Text != "" || p.list == nil):
		p.list, p.isHidden = nil, false
	case now != before || p.list == nil:
		p.isHidden = false
		p.ask(now)
	}
}

// ask fills the list with suggestions. A single suggestion that stands in the line
// already is dropped.
func (p *popup) ask(l line) {
	p.list, p.from, p.top = nil, l.at(), 0
	if p.complete == nil {
		return
	}
	list, from := p.complete(l.Text, l.at())
	if from < 0 || from > l.at() {
		return
	}
	p.list, p.from = list[:min(len(list), suggestionsMax)], from
	if len(p.list) == 1 && p.list[0].Text == l.before()[from:] {
		p.list = nil
	}
}

// hide closes the list until the line differs from l.
func (p *popup) hide(l line) {
	p.keep()
	p.list, p.hidden, p.isHidden = nil, l, true
}

// keep ends the selection; the selected suggestion stays in the line.
func (p *popup) keep() {
	if p.selected >= 0 {
		p.selected, p.list = -1, nil
	}
}

// cancel ends the selection and returns the line before it. It reports false if
// there was no selection.
func (p *popup) cancel() (line, bool) {
	if p.selected < 0 {
		return line{}, false
	}
	p.selected = -1
	return p.typed, true
}

// accept keeps the selected suggestion, closes the list and returns the line with a
// blank behind a complete word.
func (p *popup) accept(l line) line {
	p.keep()
	if before := l.before(); before != "" && !strings.ContainsAny(before[len(before)-1:], openEnds) && !strings.HasPrefix(l.after(), " ") {
		l.insert(" ")
	}
	return l
}

// openEnds are the last characters of suggestions that are not complete words.
const openEnds = "=/.(,<> "

// tab returns the line after Tab: with the only suggestion, or with the beginning
// that all suggestions share, or with the next suggestion.
func (p *popup) tab(l line) line {
	if p.selected >= 0 {
		return p.move(l, 1)
	}
	if len(p.list) == 0 {
		p.ask(l)
		p.isHidden = false
	}
	switch len(p.list) {
	case 0:
		return l
	case 1:
		l = p.put(l, 0)
		return p.accept(l)
	}
	if rest, ok := strings.CutPrefix(p.common(), l.before()[p.from:]); ok && rest != "" {
		l.insert(rest)
		return l
	}
	return p.move(l, 1)
}

// common returns the beginning that all suggestions share.
func (p *popup) common() string {
	common := p.list[0].Text
	for _, s := range p.list[1:] {
		n := 0
		for n < len(common) && n < len(s.Text) && common[n] == s.Text[n] {
			n++
		}
		common = common[:n]
	}
	return strings.ToValidUTF8(common, "")
}

// put returns the line with suggestion i in the place of the word.
func (p *popup) put(l line, i int) line {
	l.removeLeft(l.before()[p.from:])
	l.insert(p.list[i].Text)
	return l
}

// move selects the suggestion that is by rows further down. The first follows the
// last.
func (p *popup) move(l line, by int) line {
	if len(p.list) == 0 {
		p.ask(l)
	}
	if len(p.list) == 0 {
		return l
	}
	next := p.selected + by
	switch {
	case p.selected < 0 && by < 0, next < 0:
		next = len(p.list) - 1
	case next >= len(p.list):
		next = 0
	}
	return p.choose(l, next)
}

// page selects the suggestion that is by pages further down, at most the last or
// the first.
func (p *popup) page(l line, by int) line {
	if p.selected < 0 {
		return l
	}
	return p.choose(l, min(max(p.selected+by*cmp.Or(p.rows, popupMax), 0), len(p.list)-1))
}

// choose selects suggestion i.
func (p *popup) choose(l line, i int) line {
	if p.selected < 0 {
		p.typed = l
	}
	p.selected = i
	return p.put(p.typed, i)
}

// draw returns the rows of the popup for a terminal of the given size. The names
// stand below column from, where the word begins, if there is room.
func (p *popup) draw(from, width, height int, color bool) [][]screen.Cell {
	n := min(len(p.list), max(popupMax, height/popupShare), max(height-popupRoom, 1))
	if n <= 0 || width < popupWidthMin {
		return nil
	}
	p.rows = n
	p.top = min(max(p.top, p.selected-n+1), len(p.list)-n)
	if p.selected >= 0 {
		p.top = min(p.top, p.selected)
	}
	names, texts := p.widths(width)
	look := newPopupLook(color)
	left := max(min(from-1, width-names-texts-popupFrame), 0)
	rows := make([][]screen.Cell, n)
	for i := range rows {
		s, chosen := p.list[p.top+i], p.top+i == p.selected
		row := make([]screen.Cell, left, width)
		row = append(row, column(" "+s.Text, names+2, look.name(chosen))...)
		if texts > 0 {
			row = append(row, column(s.Description, texts+1, look.text(chosen))...)
		}
		rows[i] = append(row, column("", 1, look.bar(p.isThumb(i, n)))...)
	}
	rows[n-1] = p.counted(rows[n-1], n, width)
	return rows
}

// count says which of the suggestions n rows show, "" if they show all: 1–6 of 86.
func (p *popup) count(n int) string {
	if n >= len(p.list) {
		return ""
	}
	all := fmt.Sprint(len(p.list))
	if len(p.list) == suggestionsMax {
		all += " or more"
	}
	return fmt.Sprintf(" %d–%d of %s", p.top+1, p.top+n, all)
}

// counted returns the last of n rows with the count: behind the row, or else over the end
// of a description that is longer.
func (p *popup) counted(row []screen.Cell, n, width int) []screen.Cell {
	text := p.count(n)
	wide := measure.Text(text)
	if len(row)+wide <= width {
		return append(row, column(text, wide, ghostStyle)...)
	}
	if at := len(row) - 1 - wide; at > 2*wide {
		copy(row[at:], column(text, wide, row[at].Style))
	}
	return row
}

const (
	popupWidthMin = 8 // a narrower list shows no word
	popupFrame    = 4 // columns around names and texts
)

// widths returns the columns of the names and of the descriptions.
func (p *popup) widths(width int) (names, texts int) {
	for _, s := range p.list {
		names = max(names, measure.Text(s.Text))
		texts = max(texts, measure.Text(s.Description))
	}
	names = min(names, width-popupFrame)
	texts = min(texts, width-popupFrame-names)
	if texts < popupWidthMin {
		texts = 0
	}
	return names, texts
}

// isThumb reports whether the thumb of the scrollbar is in row i of n. A list that
// is shown whole has no thumb.
func (p *popup) isThumb(i, n int) bool {
	if n == len(p.list) {
		return false
	}
	size := max(n*n/len(p.list), 1)
	at := p.top * (n - size) / (len(p.list) - n)
	return i >= at && i < at+size
}
