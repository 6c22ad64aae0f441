package editor

import (
	"fmt"
	"strconv"
	"strings"
)

// Expand replaces a reference to the history at the beginning of a line: !!
// means the newest line, !12 the line with number 12, !-2 the last but one, and
// !pro the newest line that begins with pro. The text from the first blank on
// stays. A line without a reference is returned unchanged. The error names a
// reference to a line that does not exist.
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

// find returns the line that the reference !name means.
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
