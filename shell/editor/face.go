package editor

import (
	"sync"

	"pulsh/shell/screen"
)

// face decides what stands in the input line: the line being typed, or a search,
// which covers it until it ends.
type face struct {
	display Display

	mu      sync.Mutex
	line    screen.View
	above   screen.View
	covered bool
}

// setLine shows the line, unless it is covered.
func (f *face) setLine(v screen.View) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.line = v
	if f.covered {
		v = f.above
	}
	f.display.SetPrompt(v)
}

// cover shows a search, at once if nothing else has the input line's place.
func (f *face) cover(v screen.View, now bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.covered, f.above = true, v
	if now {
		f.display.SetPrompt(v)
	}
}

// uncover shows the line again.
func (f *face) uncover(now bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.covered = false
	if now {
		f.display.SetPrompt(f.line)
	}
}
