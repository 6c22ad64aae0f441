package editor

import (
	"strings"

	"pulsh/graphs/measure"
	"pulsh/shell/screen"
)

// Completer returns the suggestions for text with the cursor after its first
// cursor bytes, and where the word begins that they replace, as bytes of text.
// It runs on the way of every key, so it must not block.
type Completer func(text string, cursor int) (list []Suggestion, from int)

const (
	// suggestionsMax are the rows that the popup can be scrolled through: nobody
	// tabs further.
	suggestionsMax = 200
	popupMax       = 6 // rows shown: enough to choose from, and most of a graph stays
	popupRoom      = 4 // rows of the screen that the popup never takes
)

// popup is the list below the line. It opens as one types; Tab and the arrows
// select in it, and the line shows what is selected.
type popup struct {
	complete Completer

	list     []Suggestion
	from     int  // where the word begins that a suggestion replaces
	selected int  // -1 is none
	top      int  // the first row shown
	typed    line // the line before something was selected
	hidden   line // the line for which the list is not to be shown
	isHidden bool
}

// follow brings the list up to date with the line.
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

// ask fills the list. A single suggestion that stands in the line already is
// none.
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

// hide closes the list until the line changes.
func (p *popup) hide(l line) {
	p.keep()
	p.list, p.hidden, p.isHidden = nil, l, true
}

// keep makes what is selected part of the line for good.
func (p *popup) keep() {
	if p.selected >= 0 {
		p.selected, p.list = -1, nil
	}
}

// cancel gives back the line before something was selected.
func (p *popup) cancel() (line, bool) {
	if p.selected < 0 {
		return line{}, false
	}
	p.selected = -1
	return p.typed, true
}

// accept takes what is selected and closes the list. Behind a word that is
// complete comes a blank.
func (p *popup) accept(l line) line {
	p.keep()
	if before := l.before(); before != "" && !strings.ContainsAny(before[len(before)-1:], openEnds) && !strings.HasPrefix(l.after(), " ") {
		l.insert(" ")
	}
	return l
}

// openEnds are the characters behind which a suggestion goes on.
const openEnds = "=/.(,<> "

// tab completes: a single suggestion at once, what all have in common next, then
// one after the other.
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

// common is the beginning that all suggestions share.
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

// put is the line with a suggestion in place of the word.
func (p *popup) put(l line, i int) line {
	l.deleteLeft(l.before()[p.from:])
	l.insert(p.list[i].Text)
	return l
}

// move selects the suggestion by rows further down; behind the last comes the
// first.
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

// page selects a popup's height further, not beyond the ends.
func (p *popup) page(l line, by int) line {
	if p.selected < 0 {
		return l
	}
	return p.choose(l, min(max(p.selected+by*popupMax, 0), len(p.list)-1))
}

func (p *popup) choose(l line, i int) line {
	if p.selected < 0 {
		p.typed = l
	}
	p.selected = i
	return p.put(p.typed, i)
}

// draw makes the rows of the popup, which begins below the word in column from.
func (p *popup) draw(from, width, height int, color bool) [][]screen.Cell {
	n := min(len(p.list), popupMax, max(height-popupRoom, 1))
	if n <= 0 || width < popupWidthMin {
		return nil
	}
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
	return rows
}

const (
	popupWidthMin = 8 // a list narrower than this shows no word
	popupFrame    = 4 // columns around names and texts
)

// widths are the columns of names and of texts.
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

// isThumb says whether row i of n is where the scrollbar's thumb is. A list that
// is shown whole has none.
func (p *popup) isThumb(i, n int) bool {
	if n == len(p.list) {
		return false
	}
	size := max(n*n/len(p.list), 1)
	at := p.top * (n - size) / (len(p.list) - n)
	return i >= at && i < at+size
}
