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

// outcome says what a key did to a search.
type outcome int

const (
	searching outcome = iota
	leaving           // the line stays as it was
	accepting         // the line becomes the match
	running           // the line becomes the match and is entered
	passing           // as accepting, and the key is then taken as usual
)

func newSearch(h *History) *search { return &search{history: h, index: h.len()} }

// take handles one token.
func (s *search) take(t token) outcome {
	switch {
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

// tokens returns what makes go-prompt's line the match.
func (s *search) tokens() []token {
	if s.match == "" {
		return nil
	}
	return []token{key(ctrlE), key(ctrlU), text(s.match)}
}

// view draws the search in place of the input line.
func (s *search) view(width int) screen.View {
	head := "search: " + s.query
	tail := ""
	switch {
	case s.match != "":
		tail = "  ›  " + s.match
	case s.query != "":
		tail = "  ›  nothing like it"
	}
	rows := screen.Wrap(screen.Cells(head+tail, false), width)
	x := len(screen.Cells(head, false))
	return screen.View{Rows: rows, X: x % width, Y: min(x/width, len(rows)-1)}
}
