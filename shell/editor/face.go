package editor

import (
	"sync"

	"pulsh/shell/screen"
)

// face decides what stands in the input line: go-prompt's view, or that of a
// search, which covers it until it ends.
type face struct {
	display Display

	mu      sync.Mutex
	line    screen.View
	covered bool
}

func (f *face) setLine(v screen.View) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.line = v
	if !f.covered {
		f.display.SetPrompt(v)
	}
}

func (f *face) cover(v screen.View) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.covered = true
	f.display.SetPrompt(v)
}

func (f *face) uncover() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.covered = false
	f.display.SetPrompt(f.line)
}
