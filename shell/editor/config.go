package editor

import (
	"time"

	prompt "github.com/c-bata/go-prompt"

	"pulsh/shell/screen"
)

// Suggestion is one row of the popup: Text replaces the word at the cursor,
// Description is shown beside it.
type Suggestion = prompt.Suggest

// Display shows the input line.
type Display interface {
	// Size returns the columns and rows of the terminal.
	Size() (width, height int)
	// SetPrompt shows an input line; the zero View shows none.
	SetPrompt(v screen.View)
	// Commit turns the input line into a line of output.
	Commit(line string)
	// Clear moves all output off the screen (Ctrl-L).
	Clear()
}

// Keyboard is the source of keys.
type Keyboard interface {
	// ReadTimeout reads typed bytes into p. It returns 0 without an error if no
	// byte came within d, and an error if no byte will come any more.
	ReadTimeout(p []byte, d time.Duration) (int, error)
}

// Config configures an Editor. Display, Keyboard and History must be set; the other
// fields may be left out.
type Config struct {
	Display  Display
	Keyboard Keyboard
	History  *History
	Color    bool // false marks the selected suggestion by reverse video

	// Complete returns the suggestions of the popup.
	Complete Completer
	// Keys holds functions for the function keys, 1 to 10 for F1 to F10. A
	// function is called when its key is pressed on an empty line. It returns
	// the line to enter, or a note that says why there is none.
	Keys map[int]func() (line, note string)
	// Explain returns lines about the word at the cursor of a line that is not empty,
	// for F1; nil explains nothing.
	Explain func(text string, cursor int) []string
	// Scroll is called for PgUp with -1 and for PgDn with 1 while the line is
	// empty.
	Scroll func(pages int)
	// Interrupt is called for Ctrl-C on the goroutine of the key reader. It
	// reports whether it handled the key; otherwise Ctrl-C clears the line.
	Interrupt func() bool
	// Suspend is called for Ctrl-Z on the goroutine of the key reader, so that no
	// key is read before it returns.
	Suspend func()
	// CursorAt takes the terminal's report of the cursor's place, from 0, on the
	// goroutine of the key reader. It reports whether one was asked for. It may be
	// nil.
	CursorAt func(row, column int) bool
	// Warned reports whether the text before the line is red instead of cyan; nil
	// never.
	Warned func() bool
	// Note prints a line of advice above the input line.
	Note func(line string)
	// Guard is deferred in every goroutine of the editor. It gives the terminal
	// back if the goroutine panics.
	Guard func()
}

func (c Config) withDefaults() Config {
	if c.Complete == nil {
		c.Complete = func(_ string, cursor int) ([]Suggestion, int) { return nil, cursor }
	}
	if c.Warned == nil {
		c.Warned = func() bool { return false }
	}
	if c.Scroll == nil {
		c.Scroll = func(int) {}
	}
	if c.Interrupt == nil {
		c.Interrupt = func() bool { return false }
	}
	if c.Suspend == nil {
		c.Suspend = func() {}
	}
	if c.Note == nil {
		c.Note = func(string) {}
	}
	if c.Guard == nil {
		c.Guard = func() {}
	}
	return c
}
