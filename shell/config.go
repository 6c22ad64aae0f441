package shell

import (
	"context"
	"errors"
	"io"
	"os"
	"time"

	"pulsh/shell/editor"
)

// Suggestion is one row of the popup. Text replaces the word before the cursor.
type Suggestion = editor.Suggestion

// History holds the entered lines.
type History = editor.History

// OpenHistory returns the history in the file at path, or one in memory if path
// is empty. Note gets one line about the first error of the file.
func OpenHistory(path string, note func(line string)) *History { return editor.OpenHistory(path, note) }

// Executor runs lines.
type Executor interface {
	// Execute runs one line and writes its answer to out. It returns at the
	// latest when ctx ends. ErrQuit, also wrapped, ends the shell. Any other
	// error is printed: its first line as the fault, lines that begin with
	// "try:" as advice. An error with a method ExitCode() int sets the exit code
	// of a batch.
	Execute(ctx context.Context, line string, out io.Writer) error
	// Complete returns suggestions for the word that ends behind the first
	// cursor bytes of text, and the beginning of that word in bytes. It must not
	// block.
	Complete(text string, cursor int) (list []Suggestion, from int)
}

// Task is a long operation. Run prints to out and returns at the latest when ctx
// ends.
type Task struct {
	Name string // shown while the task runs
	Run  func(ctx context.Context, out io.Writer) error
}

// ErrQuit is returned by an Executor to end the shell.
var ErrQuit = errors.New("quit")

// Frame holds the rows below the input line, texts with SGR sequences.
type Frame struct {
	Graph, Status []string
}

// Exit codes of Run.
const (
	ExitDone        = 0
	ExitFailed      = 1   // a command failed, in a batch
	ExitInterrupted = 130 // Ctrl-C or SIGINT; other signals are 128 + their number
)

// Config configures a shell. Executor, Stdin, Stdout and Stderr must be set; all
// other fields may be left out.
type Config struct {
	Executor Executor
	// Frames returns the graph and the status rows for a terminal of width
	// columns, together at most height rows.
	Frames func(now time.Time, width, height int) Frame
	// Refresh returns the time between two frames. It is called after each
	// frame. Without it the time is 100 ms.
	Refresh func() time.Duration
	// Notes carries lines to print above the input line.
	Notes <-chan string
	// Questions carries the questions of commands. A shell without a terminal
	// asks none.
	Questions <-chan Question
	// Progress returns the progress of the running command in one line, without
	// the name of the command; "" shows none. It is called at any time.
	Progress func(now time.Time, took time.Duration) string
	// Greeting is printed first on a terminal.
	Greeting []string
	// First runs before any line, when the screen is there already.
	First Task
	// Lines are run in order before any typed line.
	Lines []string
	// Batch ends the shell after Lines, without a full screen.
	Batch bool
	// KeepGoing runs the lines of a batch that follow a failed line.
	KeepGoing bool
	// Keys holds functions for the function keys 1 to 10 on an empty line. A
	// function returns the line to enter, or a note that says why there is none.
	Keys map[int]func() (line, note string)
	// Explain returns lines about the word at the cursor, a byte offset into text, for
	// F1 on a line that is not empty.
	Explain func(text string, cursor int) []string
	// Scroll moves the frames by a page, with -1 back: PgUp and PgDn on an empty
	// line.
	Scroll func(pages int)
	// History gets the entered lines. Without it the shell keeps them in memory.
	History *History
	// Unfinished reports whether a line goes on in the next one, such as a line
	// with an open quote. A blank joins the two. Without it no line goes on.
	Unfinished func(line string) bool
	// Waits reports whether a line takes long on purpose, such as a script: a quit
	// typed ahead cancels only other lines. Without it no line does.
	Waits func(line string) bool
	// Warning returns a word that the prompt begins with, in red: the user shall take
	// care with every line. "" and a nil function are none.
	Warning func() string
	// StatusLine returns the line that a shell without a terminal prints to
	// stderr once a second; "" prints none.
	StatusLine func() string
	// Close stops the groups. When ctx ends it gives up the rest.
	Close func(ctx context.Context)
	// Summary returns the lines to print after Close.
	Summary func() []string
	// Env returns an environment variable (TERM). Without it the shell calls
	// os.Getenv.
	Env func(name string) string

	Stdin, Stdout, Stderr *os.File
}

const (
	refreshDefault = 100 * time.Millisecond
	refreshMin     = 20 * time.Millisecond // a faster screen would cost more than it shows
)

func (c Config) withDefaults() Config {
	if c.Frames == nil {
		c.Frames = func(time.Time, int, int) Frame { return Frame{} }
	}
	if c.History == nil {
		c.History = OpenHistory("", nil)
	}
	if c.Unfinished == nil {
		c.Unfinished = func(string) bool { return false }
	}
	if c.Progress == nil {
		c.Progress = func(time.Time, time.Duration) string { return "" }
	}
	if c.Refresh == nil {
		c.Refresh = func() time.Duration { return refreshDefault }
	}
	if c.StatusLine == nil {
		c.StatusLine = func() string { return "" }
	}
	if c.Close == nil {
		c.Close = func(context.Context) {}
	}
	if c.Summary == nil {
		c.Summary = func() []string { return nil }
	}
	if c.Env == nil {
		c.Env = os.Getenv
	}
	return c
}
