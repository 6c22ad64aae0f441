package editor

import "strings"

// recall walks through history from the line being typed. The zero index is the
// oldest line; -1 says that the line is not one of history.
type recall struct {
	history *History
	index   int
	query   string // what was typed: only lines with it are shown
	shown   string

	words int  // how many lines back the word of Alt-. is
	after line // the line as Alt-. left it
	size  int  // of the word that it inserted
}

func newRecall(h *History) recall { return recall{history: h, index: -1} }

// older is the next older line that has what was typed.
func (r *recall) older(typed string) (string, bool) {
	if r.history == nil {
		return "", false
	}
	before := r.index
	if before < 0 {
		before, r.query = r.history.len(), typed
	}
	for {
		found, i := r.history.search(r.query, before)
		if i < 0 {
			return "", false
		}
		if found != typed {
			r.index, r.shown = i, found
			return found, true
		}
		before = i
	}
}

// newer is the next newer line, in the end what was typed.
func (r *recall) newer() (string, bool) {
	if r.index < 0 || r.history == nil {
		return "", false
	}
	lines := r.history.Lines()
	for i := r.index + 1; i < len(lines); i++ {
		if strings.Contains(lines[i], r.query) {
			r.index, r.shown = i, lines[i]
			return lines[i], true
		}
	}
	query := r.query
	*r = newRecall(r.history)
	return query, true
}

// argument is the word that Alt-. inserts, and how many bytes before the cursor
// it replaces.
func (r *recall) argument(l line) (word string, replaces int, ok bool) {
	if r.history == nil {
		return "", 0, false
	}
	if l != r.after || r.size == 0 {
		r.words, r.size = 0, 0
	}
	lines := r.history.Lines()
	for r.words < len(lines) {
		r.words++
		if word = lastWord(lines[len(lines)-r.words]); word != "" {
			return word, r.size, true
		}
	}
	return "", 0, false
}

// inserted remembers the line behind Alt-., to go on from there.
func (r *recall) inserted(l line, size int) { r.after, r.size = l, size }
