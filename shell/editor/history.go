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
	valid   func(line string) bool // whether a line may be suggested; nil: any
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

// Suggest sets what decides whether a line may be suggested: a line that cannot run is
// not. Up and the search still find it, so that it can be corrected.
func (h *History) Suggest(valid func(line string) bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.valid = valid
}

// beginning returns the rest of the newest line that begins with text and may be
// suggested.
func (h *History) beginning(text string) string {
	h.mu.Lock()
	defer h.mu.Unlock()
	for i := len(h.entries) - 1; i >= 0; i-- {
		if rest, ok := strings.CutPrefix(h.entries[i].Text, text); ok && rest != "" && (h.valid == nil || h.valid(h.entries[i].Text)) {
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
