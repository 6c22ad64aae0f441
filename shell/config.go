package shell

import (
	"context"
	"errors"
	"io"
	"os"
	"time"

	"pulsh/shell/editor"
)

// Suggestion is one row of the popup: Text replaces the word before the cursor.
type Suggestion = editor.Suggestion

// History holds the lines that were entered.
type History = editor.History

// OpenHistory returns the history kept in the file at path; without a path it
// lives in memory only. A fault of the file is told to note, once.
func OpenHistory(path string, note func(line string)) *History { return editor.OpenHistory(path, note) }

// Executor runs lines.
type Executor interface {
	// Execute runs one line and writes its answer to out. It returns when ctx
	// ends at the latest. ErrQuit, wrapped or not, leaves the shell. Any other
	// error is printed: its first line as the fault, lines that begin with
	// "try:" as advice. An error with a method ExitCode() int says how a batch ends.
	Execute(ctx context.Context, line string, out io.Writer) error
	// Complete returns what could stand for the word that ends after the first
	// cursor bytes of text, and where that word begins. It must not block.
	Complete(text string, cursor int) (list []Suggestion, from int)
}

// Task is something that takes its time: it prints to out, and returns when ctx
// ends at the latest.
type Task struct {
	Name string // what is done, for whoever waits
	Run  func(ctx context.Context, out io.Writer) error
}

// ErrQuit is returned by an Executor to leave the shell.
var ErrQuit = errors.New("quit")

// Frame is what stands below the input line: rows of text, with SGR sequences.
type Frame struct {
	Graph, Status []string
}

// Exit codes of Run.
const (
	ExitDone        = 0
	ExitFailed      = 1   // a command failed, in a batch
	ExitInterrupted = 130 // Ctrl-C or SIGINT; other signals are 128 + their number
)

// Config says what a shell works with. Executor, Stdin, Stdout and Stderr must
// be set; everything else may be left out.
type Config struct {
	Executor Executor
	// Frames returns the graph and status rows for a terminal of width columns;
	// together they have at most height rows.
	Frames func(now time.Time, width, height int) Frame
	// Refresh returns the time between two frames; it is asked after each one.
	// Without it that is 100 ms.
	Refresh func() time.Duration
	// Notes carries lines to print above the input line.
	Notes <-chan string
	// Questions carries what a command wants to know before it goes on. Without
	// a terminal none is asked.
	Questions <-chan Question
	// Progress says how far the command that has run for so long has come, in one
	// line without its name; "" says nothing. It may be asked at any time.
	Progress func(now time.Time, took time.Duration) string
	// Greeting is printed first, on a terminal.
	Greeting []string
	// First runs before any line; the screen is there already. It may be left
	// out.
	First Task
	// Lines are run before any that is typed, in order.
	Lines []string
	// Batch ends the shell after Lines, without a full screen.
	Batch bool
	// KeepGoing runs the lines of a batch that follow a failed one.
	KeepGoing bool
	// Keys holds what the function keys 1..10 type on an empty line, or a note
	// that says why they type nothing.
	Keys map[int]func() (line, note string)
	// Scroll moves what the frames show by a page, back with -1: PgUp and PgDn
	// on an empty line.
	Scroll func(pages int)
	// History gets the lines that are entered; nil keeps them in memory.
	History *History
	// Unfinished says whether a line goes on in the next one, such as one with
	// an open quote; the lines are joined by a blank. Without it none does.
	Unfinished func(line string) bool
	// StatusLine returns the line that goes to stderr once a second when there
	// is no terminal; "" prints none.
	StatusLine func() string
	// Close stops what runs. When its context ends it must give up what is not
	// done.
	Close func(ctx context.Context)
	// Summary returns what to print after everything has stopped.
	Summary func() []string
	// Env looks up an environment variable (TERM); nil is os.Getenv.
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
