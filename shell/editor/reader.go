package editor

import (
	"time"

	prompt "github.com/c-bata/go-prompt"
)

const (
	// keyWait is how long the reader waits for keys before it asks again. It only
	// matters for a keyboard that cannot be woken.
	keyWait = time.Second
	// sequenceWait is how long the rest of an escape sequence or of a rune may
	// take. A lone ESC counts as typed after it.
	sequenceWait = 30 * time.Millisecond
	keyBuffer    = 4096 // bytes: a line of any length, or a good part of a paste
)

// readKeys turns typed bytes into tokens until the keyboard returns an error. New
// starts it, Close waits for it.
func (e *Editor) readKeys() {
	defer close(e.done)
	defer e.cfg.Guard()
	buf := make([]byte, keyBuffer)
	for {
		wait := keyWait
		if e.split.partial() {
			wait = sequenceWait
		}
		n, err := e.cfg.Keyboard.ReadTimeout(buf, wait)
		if err != nil {
			e.end()
			return
		}
		tokens := e.split.feed(buf[:n])
		if n == 0 {
			tokens = e.split.flush()
		}
		for _, t := range tokens {
			e.accept(t)
		}
	}
}

// accept handles a token that works at once, also while a command runs: Ctrl-C,
// Ctrl-Z, and Ctrl-R with the keys of its search. It queues all others.
func (e *Editor) accept(t token) {
	if e.search != nil {
		e.searchKey(t)
		return
	}
	switch {
	case t.is(prompt.ControlC):
		e.queue.flush()
		if !e.cfg.Interrupt() {
			e.queue.push(t)
		}
	case t.is(prompt.ControlZ):
		e.cfg.Suspend()
		e.queue.redraw()
	case t.is(prompt.ControlR):
		e.search = newSearch(e.cfg.History)
		e.showSearch()
	default:
		e.queue.push(t)
	}
}

// searchKey gives a token to the search under way.
func (e *Editor) searchKey(t token) {
	s := e.search
	result := s.take(t)
	if result == searching {
		e.showSearch()
		return
	}
	e.search = nil
	e.searched.Store(nil)
	if result != leaving && s.match != "" {
		e.queue.push(newLine(s.match))
	}
	if result == running {
		e.queue.push(t)
	}
	e.prompt.uncover(e.reading.Load())
	if result == passing {
		e.accept(t)
	}
}

// showSearch draws the search in the place of the line. While a command runs, the
// shell shows it beside the command (see Ahead).
func (e *Editor) showSearch() {
	width, _ := e.cfg.Display.Size()
	shown := e.search.text()
	e.searched.Store(&shown)
	e.prompt.cover(e.search.view(max(width, 1)), e.reading.Load())
}
