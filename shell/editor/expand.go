package editor

import (
	"fmt"
	"strconv"
	"strings"
)

// Expand returns the line that a line stands for: !! is the one before, !12 the
// one of that number, !-2 the last but one, and !pro the newest that begins like
// that. What follows behind a blank is added. Any other line is itself.
func (h *History) Expand(text string) (string, error) {
	call, rest, more := strings.Cut(strings.TrimLeft(text, " "), " ")
	name, ok := strings.CutPrefix(call, "!")
	if !ok || name == "" {
		return text, nil
	}
	found, ok := h.find(name)
	if !ok {
		return "", fmt.Errorf("no line of the history is %s; history shows them", call)
	}
	if more {
		found += " " + rest
	}
	return found, nil
}

// find returns the line that !name stands for.
func (h *History) find(name string) (string, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	n, err := strconv.Atoi(name)
	if name == "!" {
		n, err = -1, nil
	}
	for i := len(h.entries) - 1; i >= 0; i-- {
		e := h.entries[i]
		switch {
		case err == nil && (e.Number == n || i-len(h.entries) == n):
			return e.Text, true
		case err != nil && strings.HasPrefix(e.Text, name):
			return e.Text, true
		}
	}
	return "", false
}
