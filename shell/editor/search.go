package editor

import (
	"unicode/utf8"

	"pulsh/shell/screen"
)

// search is the search through history that Ctrl-R begins; go-prompt has none.
// It belongs to the key reader.
type search struct {
	history *History
	query   string
	match   string
	index   int // of the match in the history; its length when there is none yet
}

// verdict says what a key did to a search.
type verdict int

const (
	searching verdict = iota
	leaving           // the line stays as it was
	accepting         // the line becomes the match
	running           // the line becomes the match and is entered
	passing           // as accepting, and the key is then taken as usual
)

func newSearch(h *History) *search { return &search{history: h, index: h.len()} }

// take handles one token.
func (s *search) take(t token) verdict {
	switch {
	case t.kind == restartToken:
	case t.kind == textToken:
		s.query += t.bytes
		s.find(s.index + 1) // the match may go on matching
	case t.bytes == backspace || t.bytes == ctrlH:
		_, n := utf8.DecodeLastRuneInString(s.query)
		s.query = s.query[:len(s.query)-n]
		s.find(s.history.len())
	case t.bytes == ctrlR:
		if line, i := s.history.search(s.query, s.index); i >= 0 {
			s.match, s.index = line, i
		}
	case t.bytes == ctrlS:
		if line, i := s.history.newer(s.query, s.index); i >= 0 {
			s.match, s.index = line, i
		}
	case t.kind == interruptToken, t.bytes == ctrlG, t.bytes == escape:
		return leaving
	case t.kind == enterToken:
		return running
	case t.bytes == tab:
		return accepting
	default:
		return passing
	}
	return searching
}

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

// text is what the search shows.
func (s *search) text() string {
	head, tail := s.parts()
	return head + tail
}

func (s *search) parts() (head, tail string) {
	switch {
	case s.match != "":
		tail = "  ›  " + s.match
	case s.query != "":
		tail = "  ›  nothing like it"
	}
	return "search: " + s.query, tail
}

// view draws the search in place of the input line.
func (s *search) view(width int) screen.View {
	head, tail := s.parts()
	rows := screen.Wrap(screen.Cells(head+tail, false), width)
	x := len(screen.Cells(head, false))
	return screen.View{Rows: rows, X: x % width, Y: min(x/width, len(rows)-1)}
}
