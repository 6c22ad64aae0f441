package editor

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

const (
	// historyMax are the lines kept: months of work, and go-prompt copies them
	// for every line.
	historyMax = 1000
	// historyFileMax is the length in lines at which the file is written anew
	// with the lines kept.
	historyFileMax = 4 * historyMax
)

// History holds the lines that were entered, oldest first, each once, in memory
// and in a file. A line that begins with a blank is not kept. It may be used
// from any goroutine.
type History struct {
	mu    sync.Mutex
	lines []string
	path  string
	note  func(string)
}

// OpenHistory returns the history kept in the file at path; without a path it
// lives in memory only. A file that cannot be read or written is told to note
// once and is no reason to fail: the history goes on in memory.
func OpenHistory(path string, note func(line string)) *History {
	h := &History{path: path, note: note}
	if path == "" {
		return h
	}
	n, err := h.load()
	switch {
	case err != nil && !os.IsNotExist(err):
		h.giveUp(err)
	case n > historyFileMax:
		if err := h.rewrite(); err != nil {
			h.giveUp(err)
		}
	}
	return h
}

// load reads the file and returns how many lines it has.
func (h *History) load() (int, error) {
	f, err := os.Open(h.path)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	n := 0
	in := bufio.NewReader(f)
	for {
		line, err := in.ReadString('\n')
		if line = strings.TrimRight(line, "\r\n"); line != "" {
			n++
			h.remember(line)
		}
		if err != nil {
			break // the end of the file; a fault of the disk ends it likewise
		}
	}
	return n, nil
}

// rewrite replaces the file by the lines kept, in one step.
func (h *History) rewrite() error {
	f, err := os.CreateTemp(filepath.Dir(h.path), ".history-*")
	if err != nil {
		return err
	}
	_, err = f.WriteString(strings.Join(h.lines, "\n") + "\n")
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	if err == nil {
		err = os.Rename(f.Name(), h.path)
	}
	if err != nil {
		_ = os.Remove(f.Name()) // what matters is the first error
	}
	return err
}

// Add appends a line, in memory and in the file. An earlier equal line goes.
func (h *History) Add(line string) {
	if strings.TrimSpace(line) == "" || line[0] == ' ' || strings.ContainsAny(line, "\r\n") {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	repeated := len(h.lines) > 0 && h.lines[len(h.lines)-1] == line
	if repeated {
		return
	}
	h.remember(line)
	if h.path == "" {
		return
	}
	if err := h.appendFile(line); err != nil {
		h.giveUp(err)
	}
}

func (h *History) remember(line string) {
	if i := slices.Index(h.lines, line); i >= 0 {
		h.lines = slices.Delete(h.lines, i, i+1)
	}
	h.lines = append(h.lines, line)
	if len(h.lines) > historyMax {
		h.lines = slices.Clone(h.lines[len(h.lines)-historyMax:])
	}
}

// appendFile adds a line to the file in one write, so that two shells that use
// the same file do not mix their lines.
func (h *History) appendFile(line string) error {
	if err := os.MkdirAll(filepath.Dir(h.path), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(h.path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.WriteString(line + "\n")
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	return err
}

// giveUp tells once why the file is not used, and goes on without it.
func (h *History) giveUp(err error) {
	h.path = ""
	if h.note != nil {
		h.note(fmt.Sprintf("history is not saved: %v", err))
	}
}

// Lines returns a copy of the lines, oldest first.
func (h *History) Lines() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.lines)
}

// search returns the newest line before index (from 0) that contains query, and
// its index, or -1.
func (h *History) search(query string, before int) (string, int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for i := min(before, len(h.lines)) - 1; i >= 0; i-- {
		if strings.Contains(h.lines[i], query) {
			return h.lines[i], i
		}
	}
	return "", -1
}

func (h *History) len() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.lines)
}
