package editor

import (
	"strings"
	"sync/atomic"
)

// Event says why ReadLine returned.
type Event int

// The reasons for ReadLine to return.
const (
	Line        Event = iota // a line was entered
	Interrupted              // Ctrl-C cleared the line
	EOF                      // Ctrl-D on an empty line
	Closed                   // the terminal is gone, or Close was called
)

// interruptsMax is the number of Ctrl-C in a row on an empty line after which
// the editor prints how to leave.
const interruptsMax = 2

// Editor reads lines. Only one goroutine may be in ReadLine or ReadAnswer.
type Editor struct {
	cfg    Config
	queue  *queue
	prompt promptRow
	typing *typing
	prefix string

	interrupts int // Ctrl-C on an empty line, in a row

	split    splitter // split and search belong to the key reader
	search   *search
	searched atomic.Pointer[string] // the text of the search, for Ahead

	reading atomic.Bool // a goroutine is in ReadLine
	closed  atomic.Bool
	done    chan struct{} // closed when the key reader has ended
}

// New returns an editor and starts its key reader, a goroutine that ends when the
// keyboard returns an error.
func New(cfg Config) *Editor {
	e := &Editor{cfg: cfg.withDefaults(), queue: newQueue(), done: make(chan struct{})}
	e.prompt.display = cfg.Display
	e.split.cursorAt = cfg.CursorAt
	e.typing = newTyping(e.cfg.History, e.cfg.Complete)
	go e.readKeys()
	return e
}

// ReadLine shows prefix and lets the user edit a line behind it. Lines that were
// typed ahead or pasted are returned at once, in order.
func (e *Editor) ReadLine(prefix string) (line string, event Event) {
	e.prefix = prefix
	e.reading.Store(true)
	defer e.reading.Store(false)
	e.typing.clear()
	untouched := true // no key was pressed on this line
	for {
		e.queue.dropRedraw()
		if e.closed.Load() {
			return "", Closed
		}
		if !e.queue.waiting() {
			e.draw()
			e.queue.wait()
			continue
		}
		if untouched {
			if line, ok := e.takeLine(); ok {
				return line, Line
			}
			e.draw() // typed-ahead keys change a line that the user sees
		}
		if t, ok := e.queue.take(); ok {
			untouched = false
			if line, event, ended := e.press(t); ended {
				return line, event
			}
		}
	}
}

// ReadAnswer reads a line as ReadLine does, for a question: without history and
// suggestions. Text that was typed ahead is no answer; it waits for ReadLine.
func (e *Editor) ReadAnswer(prefix string) (line string, event Event) {
	ahead, command := e.queue.setAside(), e.typing
	e.typing = newTyping(nil, nil)
	defer func() {
		e.typing = command
		e.queue.pushFront(ahead...)
	}()
	return e.ReadLine(prefix)
}

// takeLine takes a whole line from the queue without editing it.
func (e *Editor) takeLine() (string, bool) {
	line, ok := e.queue.takeLine()
	if !ok {
		return "", false
	}
	expanded, err := e.cfg.History.Expand(line)
	if err != nil {
		e.cfg.Display.Commit(e.prefix + line)
		e.cfg.Note(err.Error())
		return "", true
	}
	return e.commit(expanded), true
}

// commit turns the line into a line of output and returns it without the blanks
// at its end.
func (e *Editor) commit(line string) string {
	line = strings.TrimRight(line, " ")
	e.cfg.Display.Commit(e.prefix + line)
	return line
}

// draw shows the line.
func (e *Editor) draw() {
	width, height := e.cfg.Display.Size()
	e.typing.warned = e.cfg.Warned()
	e.prompt.setLine(e.typing.view(e.prefix, max(width, 1), height, e.cfg.Color))
}

// Resize draws the line for the new size of the display. It may be called from
// any goroutine.
func (e *Editor) Resize() { e.queue.redraw() }

// Ahead returns the text that was typed ahead of a running command, or the
// running search. It may be called from any goroutine.
func (e *Editor) Ahead() string {
	if shown := e.searched.Load(); shown != nil {
		return *shown
	}
	return strings.TrimRight(e.queue.ahead(), " ")
}

// Close makes ReadLine return Closed and waits for the key reader. Before the
// call the keyboard must have been made to return an error.
func (e *Editor) Close() {
	e.end()
	<-e.done
}

// end makes ReadLine return Closed.
func (e *Editor) end() {
	e.closed.Store(true)
	e.queue.redraw()
}
