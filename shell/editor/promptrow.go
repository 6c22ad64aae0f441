package editor

import (
	"sync"

	"pulsh/shell/screen"
)

// promptRow decides which view the display shows in the place of the input line:
// the line, or a search, which covers the line until it ends. Its methods may be
// called from any goroutine.
type promptRow struct {
	display Display

	mu      sync.Mutex
	line    screen.View
	search  screen.View
	covered bool // the search covers the line
}

// setLine sets the line and shows it, unless it is covered.
func (p *promptRow) setLine(v screen.View) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.line = v
	if p.covered {
		v = p.search
	}
	p.display.SetPrompt(v)
}

// cover sets the search. It is shown at once if show is true; a running command,
// which has the place otherwise, shows it later.
func (p *promptRow) cover(v screen.View, show bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.covered, p.search = true, v
	if show {
		p.display.SetPrompt(v)
	}
}

// uncover ends the search. The line is shown at once if show is true.
func (p *promptRow) uncover(show bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.covered = false
	if show {
		p.display.SetPrompt(p.line)
	}
}
