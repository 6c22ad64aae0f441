package editor

import (
	"fmt"
	"slices"
	"strings"
	"sync"
)

const (
	// historyMax are the lines kept: months of work, and searched with every key.
	historyMax = 1000
	// entryMax is the longest line kept, in bytes: longer than any command, and
	// short enough that the file stays small whatever is pasted.
	entryMax = 4096
)

// Entry is a line that was entered, and its number, which it keeps as long as
// the program runs.
type Entry struct {
	Number int
	Text   string
}

// History holds the lines that were entered, oldest first, each once, in memory
// and in a file. A line that begins with a blank is not kept. It may be used
// from any goroutine.
type History struct {
	note func(string)

	mu      sync.Mutex
	entries []Entry
	last    int // the number given last
	file    *historyFile
	private func(text string) bool
}

// OpenHistory returns the history kept in the file at path; without a path it
// lives in memory only. A file that cannot be read or written is told to note
// once and is no reason to fail: the history goes on in memory.
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

// Add appends a line, in memory and in the file. An earlier equal line goes.
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

func (h *History) remember(text string) {
	h.entries = slices.DeleteFunc(h.entries, func(e Entry) bool { return e.Text == text })
	h.last++
	h.entries = append(h.entries, Entry{h.last, text})
	if len(h.entries) > historyMax {
		h.entries = slices.Clone(h.entries[len(h.entries)-historyMax:])
	}
}

// giveUp tells once why the file is not used, and goes on without it.
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

// search returns the newest line before index (from 0) that contains query, and
// its index, or -1.
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

// newer returns the oldest line behind index that contains query, and its index,
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

// beginning returns what the newest line that begins with text has behind it.
func (h *History) beginning(text string) string {
	h.mu.Lock()
	defer h.mu.Unlock()
	for i := len(h.entries) - 1; i >= 0; i-- {
		if rest, ok := strings.CutPrefix(h.entries[i].Text, text); ok && rest != "" {
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
