package editor

import (
	"strings"
	"sync/atomic"

	prompt "github.com/c-bata/go-prompt"
)

// Event says what ended a ReadLine.
type Event int

// The ways in which ReadLine ends.
const (
	Line        Event = iota // a line was entered
	Interrupted              // Ctrl-C cleared the line
	EOF                      // Ctrl-D on an empty line
	Closed                   // the terminal is gone, or Close was called
)

// outcome says how go-prompt's Input was left.
type outcome int

const (
	restarted outcome = iota // to read the size anew; the line stays
	entered
	cleared // by Ctrl-C
	ended   // by Ctrl-D
)

const (
	// interruptsTold is how many Ctrl-C on an empty line bring the advice how to
	// leave.
	interruptsTold = 2
	// faultsMax are the panics of go-prompt that are survived, each at the price
	// of the line being typed. More mean that the editor is of no use.
	faultsMax = 5
)

// Editor reads lines. Only one goroutine may be in ReadLine.
type Editor struct {
	cfg    Config
	queue  *queue
	face   face
	typing *typing
	prompt *prompt.Prompt
	parser *parser
	writer *writer
	prefix string

	leaving    bool // the keys being handled end Input
	outcome    outcome
	entered    string // the line that was entered, or cleared
	fresh      bool   // the line is empty: the last Input did not end by a restart
	interrupts int    // Ctrl-C on an empty line, in a row
	faults     int

	split    splitter // this and search belong to the key reader
	search   *search
	searched atomic.Pointer[string] // what the search shows, for Ahead

	reading atomic.Bool // ReadLine is under way
	closed  atomic.Bool
	done    chan struct{}
}

// New returns an editor and starts its key reader, which ends when the keyboard
// ends. The process must have a controlling terminal: go-prompt panics without.
func New(cfg Config) *Editor {
	e := &Editor{
		cfg: cfg.withDefaults(), fresh: true,
		split: splitter{known: knownSequences()},
		done:  make(chan struct{}),
	}
	e.face.display = cfg.Display
	e.typing = newTyping(e.cfg.History, e.cfg.Complete)
	e.queue = newQueue(cfg.Display.Size)
	e.newPrompt()
	go e.readKeys()
	return e
}

// ReadLine shows prefix and lets the user edit a line behind it. Lines that were
// typed ahead or pasted are returned at once, in order.
func (e *Editor) ReadLine(prefix string) (line string, event Event) {
	e.prefix = prefix
	e.reading.Store(true)
	defer e.reading.Store(false)
	for {
		e.queue.dropRestart()
		if e.fresh {
			e.typing.clear()
			e.idle()
		}
		if e.closed.Load() {
			return "", Closed
		}
		if line, ok := e.takeQueued(); ok {
			return line, Line
		}
		e.writer.mute = false
		if !e.input() {
			continue
		}
		e.fresh = e.outcome != restarted
		switch e.outcome {
		case cleared:
			if e.entered != "" {
				e.cfg.Display.Commit(e.prefix + e.entered + "^C")
			}
			return "", Interrupted
		case ended:
			return "", EOF
		case entered:
			e.interrupts = 0
			return e.commit(e.entered), Line
		}
	}
}

// ReadAnswer reads a line as ReadLine does, for a question: without history and
// suggestions, and of what was typed ahead nothing is taken.
func (e *Editor) ReadAnswer(prefix string) (line string, event Event) {
	ahead, command := e.queue.setAside(), e.typing
	e.typing = newTyping(nil, nil)
	defer func() {
		e.typing = command
		e.queue.pushFront(ahead...)
	}()
	return e.ReadLine(prefix)
}

// commit turns the line into a line of output and returns it without the blanks
// at its end.
func (e *Editor) commit(line string) string {
	line = strings.TrimRight(line, " ")
	e.cfg.Display.Commit(e.prefix + line)
	return line
}

// idle shows the empty line and waits for the first key. go-prompt would wake a
// hundred times a second for it, half of what an idle screen costs.
func (e *Editor) idle() {
	for !e.closed.Load() && !e.queue.waiting() {
		e.draw()
		e.queue.wait()
		if !e.queue.dropRestart() {
			return
		}
	}
}

// takeQueued takes a whole line past go-prompt, when one waits.
func (e *Editor) takeQueued() (string, bool) {
	if !e.fresh {
		return "", false
	}
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

// input runs go-prompt until the line ends or a restart comes. A panic in it
// costs the line, not the load that runs behind the shell.
func (e *Editor) input() (ok bool) {
	defer func() {
		if e.faults >= faultsMax {
			return
		}
		if fault := recover(); fault != nil {
			e.faults++
			e.replacePrompt()
			e.cfg.Note("the line editor lost its line")
		}
	}()
	e.prompt.Input()
	return true
}

// replacePrompt gives up the go-prompt that panicked. Its reader goroutine cannot
// be ended from outside; it is parked.
func (e *Editor) replacePrompt() {
	e.parser.retired.Store(true)
	e.queue.take()
	e.leaving, e.fresh = false, true
	e.newPrompt()
}

// Resize makes the line take the width that the display has now, with all that
// was typed. It may be called from any goroutine.
func (e *Editor) Resize() { e.queue.restart() }

// Ahead returns the text that was typed ahead of a command that runs, or the
// search that is under way.
func (e *Editor) Ahead() string {
	if shown := e.searched.Load(); shown != nil {
		return *shown
	}
	return strings.TrimRight(e.queue.ahead(), " ")
}

// Close makes ReadLine return and waits for the key reader. The keyboard must
// have been woken before.
func (e *Editor) Close() {
	e.end(false)
	<-e.done
}

// end makes ReadLine return Closed.
func (e *Editor) end(hungUp bool) {
	e.closed.Store(true)
	if hungUp {
		e.queue.flush()
	}
	e.queue.restart()
}
