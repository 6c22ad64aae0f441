package editor

import "time"

const (
	// keyWait is how long the reader waits for keys before it looks again; it
	// only bounds a keyboard that cannot be woken.
	keyWait = time.Second
	// sequenceWait is how long the rest of an escape sequence or of a rune may
	// take. A lone ESC counts as typed after it.
	sequenceWait = 30 * time.Millisecond
	keyBuffer    = 4096 // bytes: a line of any length, or a good part of a paste
)

// readKeys turns what is typed into tokens until the keyboard ends. Editor.New
// starts it, Editor.Close waits for it.
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
			e.end(true)
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

// accept handles one token on the key reader's goroutine.
func (e *Editor) accept(t token) {
	if e.search != nil {
		e.searchKey(t)
		return
	}
	switch {
	case t.kind == interruptToken:
		e.queue.flush()
		if !e.cfg.Interrupt() {
			e.queue.push(t)
		}
	case t.bytes == ctrlZ:
		e.cfg.Suspend()
		e.queue.restart()
	case t.bytes == ctrlR:
		e.search = newSearch(e.cfg.History)
		e.showSearch()
	default:
		e.queue.push(t)
	}
}

// searchKey gives a key to the search under way.
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
	e.face.uncover(e.reading.Load())
	if result == passing {
		e.accept(t)
	}
}

// showSearch draws the search in place of the line; while a command runs, the
// shell shows it beside that.
func (e *Editor) showSearch() {
	width, _ := e.cfg.Display.Size()
	shown := e.search.text()
	e.searched.Store(&shown)
	e.face.cover(e.search.view(max(width, 1)), e.reading.Load())
}
