package editor

import (
	"fmt"
	"slices"
	"strings"
	"sync"
)

const (
	// historyMax is the number of lines kept: months of work, and few enough to
	// search them with every key.
	historyMax = 1000
	// entryMax is the length of the longest line kept, in bytes: longer than any
	// command. It bounds the file when long lines are pasted.
	entryMax = 4096
	// triesMax is the number of lines that are tried for a suggestion with a key, each
	// for less than a millisecond.
	triesMax = 20
)

// Entry is an entered line and its number, which does not change while the program
// runs.
type Entry struct {
	Number int
	Text   string
}

// History holds the entered lines in memory and in a file, the oldest first.
// Equal lines are kept once, and lines that begin with a blank are not kept. A
// History may be used from any goroutine.
type History struct {
	note func(string)

	mu      sync.Mutex
	entries []Entry
	last    int // the number of the newest entry
	file    *historyFile
	private func(text string) bool
	valid   func(text string) bool
}

// OpenHistory returns the history in the file at path. If path is empty, or the
// file cannot be read or written, the history exists in memory only. note gets
// one line about the first error of the file.
func OpenHistory(path string, note func(line string)) *History {
	h := &History{note: note}
	if path == "" {
		return h
	}
	h.file = &historyFile{path: path}
	lines, err := h.file.open()
	for _, text := range lines {
		h.remember(text)
	}
	if err != nil {
		h.giveUp(err)
	}
	return h
}

// KeepOut keeps the lines out of the file for which private returns true. They
// stay in memory, so that the user can recall and correct them. KeepOut must be
// called before the first Add.
func (h *History) KeepOut(private func(text string) bool) { h.private = private }

// SuggestOnly bounds the suggestions to the lines for which valid returns true, so that
// a line that was refused is not proposed again. All lines can still be recalled and
// corrected. SuggestOnly must be called before the first line is read.
func (h *History) SuggestOnly(valid func(text string) bool) { h.valid = valid }

// Add appends a line in memory and in the file. It removes an earlier equal line.
// Lines of more than 4096 bytes are not added.
func (h *History) Add(text string) {
	text = strings.TrimRight(text, " \t")
	if text == "" || text[0] == ' ' || len(text) > entryMax || strings.ContainsAny(text, "\r\n") {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if n := len(h.entries); n > 0 && h.entries[n-1].Text == text {
		return
	}
	h.remember(text)
	if h.file == nil || h.private != nil && h.private(text) {
		return
	}
	if err := h.file.add(text); err != nil {
		h.giveUp(err)
	}
}

// remember appends a line in memory.
func (h *History) remember(text string) {
	h.entries = slices.DeleteFunc(h.entries, func(e Entry) bool { return e.Text == text })
	h.last++
	h.entries = append(h.entries, Entry{h.last, text})
	if len(h.entries) > historyMax {
		h.entries = slices.Clone(h.entries[len(h.entries)-historyMax:])
	}
}

// giveUp reports an error of the file and stops using the file.
func (h *History) giveUp(err error) {
	h.file = nil
	if h.note != nil {
		h.note(fmt.Sprintf("history is not saved: %v", err))
	}
}

// Entries returns a copy of the lines with their numbers, oldest first.
func (h *History) Entries() []Entry {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.entries)
}

// Lines returns a copy of the lines, oldest first.
func (h *History) Lines() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	lines := make([]string, len(h.entries))
	for i, e := range h.entries {
		lines[i] = e.Text
	}
	return lines
}

// search returns the newest line before an index that contains query, and its
// index, or -1.
func (h *History) search(query string, before int) (string, int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for i := min(before, len(h.entries)) - 1; i >= 0; i-- {
		if strings.Contains(h.entries[i].Text, query) {
			return h.entries[i].Text, i
		}
	}
	return "", -1
}

// newer returns the oldest line after an index that contains query, and its index,
// or -1.
func (h *History) newer(query string, after int) (string, int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for i := after + 1; i < len(h.entries); i++ {
		if strings.Contains(h.entries[i].Text, query) {
			return h.entries[i].Text, i
		}
	}
	return "", -1
}

// beginning returns the rest of the newest line that begins with text and may be
// suggested, "" if none of the newest triesMax is one.
func (h *History) beginning(text string) string {
	h.mu.Lock()
	defer h.mu.Unlock()
	tries := 0
	for i := len(h.entries) - 1; i >= 0 && tries < triesMax; i-- {
		whole := h.entries[i].Text
		rest, ok := strings.CutPrefix(whole, text)
		if !ok || rest == "" {
			continue
		}
		if tries++; (h.private == nil || !h.private(whole)) && (h.valid == nil || h.valid(whole)) {
			return rest
		}
	}
	return ""
}

func (h *History) len() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.entries)
}
