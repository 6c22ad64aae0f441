package editor

import "strings"

// recall is the place in the history that the line being edited comes from.
type recall struct {
	history *History
	index   int    // of the line in the history, from the oldest; -1 for a line that was typed
	query   string // the typed text: only lines that contain it are shown
	shown   string // the line of the history as it was shown

	// The last word that Alt-. inserted.
	back  int    // the number of lines it was taken from, counted from the newest
	word  string // the word
	after line   // the line after it was inserted
}

func newRecall(h *History) recall { return recall{history: h, index: -1} }

// older returns the next older line that contains the typed text.
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

// newer returns the next newer line that contains the typed text, and after the
// newest one the typed text itself.
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

// argument returns the word that Alt-. inserts and the word before the cursor
// that it replaces, "" for none.
func (r *recall) argument(l line) (word, replaced string, ok bool) {
	if r.history == nil {
		return "", "", false
	}
	if l != r.after {
		r.back, r.word = 0, ""
	}
	lines := r.history.Lines()
	for r.back < len(lines) {
		r.back++
		if word = lastWord(lines[len(lines)-r.back]); word != "" {
			return word, r.word, true
		}
	}
	return "", "", false
}

// inserted saves the line after Alt-. has inserted word.
func (r *recall) inserted(l line, word string) { r.after, r.word = l, word }
