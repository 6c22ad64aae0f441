package editor

import (
	"strings"
	"sync/atomic"

	prompt "github.com/c-bata/go-prompt"
	"github.com/mattn/go-runewidth"
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

const (
	popupMax  = 6 // rows of the popup: enough to choose from, and most of the graph stays
	popupRoom = 4 // rows of the screen that the popup never takes
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
	grid   *grid
	face   face
	words  completer
	prompt *prompt.Prompt
	parser *parser
	prefix string

	leaving    bool // the key being handled ends Input
	fresh      bool // the line is empty: the last Input did not end by a restart
	interrupts int  // Ctrl-C on an empty line, in a row
	faults     int

	split  splitter // this and search belong to the key reader
	search *search

	reading atomic.Bool // ReadLine is under way
	closed  atomic.Bool
	done    chan struct{}
}

// New returns an editor and starts its key reader, which ends when the keyboard
// ends. The process must have a controlling terminal: go-prompt panics without.
func New(cfg Config) *Editor {
	// go-prompt measures with this; it must agree with the screen.
	runewidth.DefaultCondition.EastAsianWidth = false
	e := &Editor{
		cfg: cfg.withDefaults(), fresh: true,
		split: splitter{known: knownSequences()},
		done:  make(chan struct{}),
	}
	e.face.display = cfg.Display
	e.words.complete = e.cfg.Complete
	e.grid = &grid{color: cfg.Color, show: e.face.setLine, clear: cfg.Display.Clear}
	e.queue = newQueue(cfg.Display.Size, e.grid.begin)
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
			e.idle()
		}
		if e.closed.Load() {
			return "", Closed
		}
		if line, ok := e.takeQueued(); ok {
			return line, Line
		}
		e.prepare()
		line, ok := e.input()
		if !ok {
			continue
		}
		e.fresh = e.queue.lastKind() != restartToken
		switch e.queue.lastKind() {
		case restartToken:
		case interruptToken:
			return "", Interrupted
		case eofToken:
			return "", EOF
		default:
			e.cfg.History.Add(line)
			return line, Line
		}
	}
}

// idle shows the empty line and waits for the first key. go-prompt would wake a
// hundred times a second for it, half of what an idle screen costs.
func (e *Editor) idle() {
	for !e.closed.Load() && !e.queue.waiting() {
		e.queue.GetWinSize()
		e.grid.drawEmpty(e.prefix)
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
	if ok {
		e.cfg.Display.Commit(e.prefix + line)
		e.cfg.History.Add(line)
	}
	return line, ok
}

// prepare applies what may have changed since the last Input.
func (e *Editor) prepare() {
	_, height := e.cfg.Display.Size()
	popup := min(max(height-popupRoom, 1), popupMax)
	options := []prompt.Option{
		prompt.OptionMaxSuggestion(uint16(popup)),
		prompt.OptionPrefix(e.prefix),
	}
	if e.fresh {
		e.words.forget()
		options = append(options, prompt.OptionHistory(e.cfg.History.Lines()))
	}
	for _, apply := range options {
		_ = apply(e.prompt) // these options never fail
	}
}

// input runs go-prompt until Enter, Ctrl-D or a restart. A panic in it costs the
// line, not the load that runs behind the shell.
func (e *Editor) input() (line string, ok bool) {
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
	return e.prompt.Input(), true
}

// replacePrompt gives up the go-prompt that panicked. Its reader goroutine cannot
// be ended from outside; it is parked.
func (e *Editor) replacePrompt() {
	e.parser.retired.Store(true)
	e.fresh = true
	e.newPrompt()
}

// Resize makes the line take the width that the display has now, with all that
// was typed. It may be called from any goroutine.
func (e *Editor) Resize() { e.queue.restart() }

// Ahead returns the text that was typed ahead of a command that runs.
func (e *Editor) Ahead() string { return strings.TrimSuffix(e.queue.ahead(), " ") }

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
