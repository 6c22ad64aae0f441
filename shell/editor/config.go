package editor

import (
	"time"

	prompt "github.com/c-bata/go-prompt"

	"pulsh/shell/screen"
)

// Suggestion is one row of the popup: Text replaces the word at the cursor,
// Description is shown beside it.
type Suggestion = prompt.Suggest

// Display is where the editor draws.
type Display interface {
	// Size returns the columns and rows of the terminal.
	Size() (width, height int)
	// SetPrompt shows an input line, or none for the zero View.
	SetPrompt(v screen.View)
	// Commit turns the input line into a line of output.
	Commit(line string)
	// Clear moves all output out of sight (Ctrl-L).
	Clear()
}

// Keyboard is where keys come from.
type Keyboard interface {
	// ReadTimeout reads what was typed into p. It returns 0 without an error
	// when nothing came within d, and an error when nothing will come any more.
	ReadTimeout(p []byte, d time.Duration) (int, error)
}

// Config says what an Editor works with. Display, Keyboard and History must be
// set; every function may be nil.
type Config struct {
	Display  Display
	Keyboard Keyboard
	History  *History
	Color    bool // false marks the selected suggestion by reverse video only

	// Complete fills the popup.
	Complete Completer
	// Keys holds a function for each function key (1..10 for F1..F10). It is
	// called when the key is pressed on an empty line, and returns the line to
	// run as if it were typed, or a note that says why there is none.
	Keys map[int]func() (line, note string)
	// Scroll is called for PgUp with -1 and for PgDn with 1 while the line is
	// empty: what else is on the screen moves by a page.
	Scroll func(pages int)
	// Interrupt is called for Ctrl-C on the key reader's goroutine. It returns
	// true when it used the key; otherwise the line is cleared.
	Interrupt func() bool
	// Suspend is called for Ctrl-Z on the key reader's goroutine, so no key is
	// read before it returns.
	Suspend func()
	// Note shows a line of advice above the input line.
	Note func(line string)
	// Guard is deferred in every goroutine of the editor, to give the terminal
	// back when one panics.
	Guard func()
}

func (c Config) withDefaults() Config {
	if c.Complete == nil {
		c.Complete = func(_ string, cursor int) ([]Suggestion, int) { return nil, cursor }
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
