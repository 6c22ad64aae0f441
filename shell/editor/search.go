package editor

import (
	"unicode/utf8"

	prompt "github.com/c-bata/go-prompt"

	"pulsh/shell/screen"
)

// search is the state of Ctrl-R, which searches the history. Only the key reader
// uses it.
type search struct {
	history *History
	query   string
	match   string
	index   int // of the match in the history; its length when there is none yet
}

// verdict is the effect of a key on a search.
type verdict int

const (
	searching verdict = iota // the search goes on
	leaving                  // the line stays as it was
	accepting                // the match becomes the line
	running                  // the match becomes the line and is entered
	passing                  // the match becomes the line, and then the key applies to it
)

func newSearch(h *History) *search { return &search{history: h, index: h.len()} }

// take handles one token.
func (s *search) take(t token) verdict {
	switch {
	case t.kind == textToken:
		s.query += t.text
		s.find(s.index + 1) // the match may contain the longer text too
	case t.backspaces():
		_, n := utf8.DecodeLastRuneInString(s.query)
		s.query = s.query[:len(s.query)-n]
		s.find(s.history.len())
	case t.is(prompt.ControlR):
		if line, i := s.history.search(s.query, s.index); i >= 0 {
			s.match, s.index = line, i
		}
	case t.is(prompt.ControlS):
		if line, i := s.history.newer(s.query, s.index); i >= 0 {
			s.match, s.index = line, i
		}
	case t.is(prompt.ControlC), t.is(prompt.ControlG), t.is(prompt.Escape):
		return leaving
	case t.is(prompt.Enter):
		return running
	case t.is(prompt.Tab):
		return accepting
	default:
		return passing
	}
	return searching
}

// find sets the match to the newest line before an index that contains the
// query.
func (s *search) find(before int) {
	if s.query == "" {
		s.match, s.index = "", s.history.len()
		return
	}
	if line, i := s.history.search(s.query, before); i >= 0 {
		s.match, s.index = line, i
		return
	}
	s.match, s.index = "", s.history.len()
}

// text returns the search as a line of text.
func (s *search) text() string {
	head, tail := s.parts()
	return head + tail
}

// parts returns the text of the search before its cursor and behind it.
func (s *search) parts() (head, tail string) {
	switch {
	case s.match != "":
		tail = "  ›  " + s.match
	case s.query != "":
		tail = "  ›  nothing like it"
	}
	return "search: " + s.query, tail
}

// view returns the search as a view in the place of the input line.
func (s *search) view(width int) screen.View {
	head, tail := s.parts()
	rows := screen.Wrap(screen.Cells(head+tail, false), width)
	x := len(screen.Cells(head, false))
	return screen.View{Rows: rows, X: x % width, Y: min(x/width, len(rows)-1)}
}
