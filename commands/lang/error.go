package lang

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"pulsh/graphs"
)

// The exit codes of pulsh.
const (
	ExitDone        = 0
	ExitFailed      = 1   // a command or an expectation failed
	ExitUsage       = 2   // a line that cannot be understood, or wrong flags
	ExitUnconnected = 3   // no connection to Pulsar
	ExitInterrupted = 130 // by Ctrl-C, as shells report it
)

// ErrQuit asks whoever runs lines to end the session.
var ErrQuit = errors.New("quit")

// Error is what is wrong with a line, as a sentence with a place and a next
// step.
type Error struct {
	Message string // lower case, without a full stop
	Try     string // a line that works when typed, or ""
	Hint    string // beside Try: what else could be written there
	Next    string // what to do if it is no line that can be typed
	Cause   error

	File  string // of the script, "" for a typed line
	Line  int    // in the script, from 1
	Text  string // the line
	From  int    // the first wrong byte of Text, -1 if there is no place
	To    int    // behind the last wrong byte
	Code  int    // the exit code
	Shown bool   // a result has told it already, and Paint has nothing to add

	step string // a next step that another package knows: a line or a sentence
}

// Error is the sentence, in a script with its place before it.
func (e *Error) Error() string { return e.place() + e.Message }

// Unwrap is what a called package said.
func (e *Error) Unwrap() error { return e.Cause }

func (e *Error) place() string {
	switch {
	case e.File == "":
		return ""
	case e.From < 0:
		return fmt.Sprintf("%s:%d: ", e.File, e.Line)
	}
	return fmt.Sprintf("%s:%d:%d: ", e.File, e.Line, e.column()+1)
}

// column is the number of cells before the wrong part.
func (e *Error) column() int { return graphs.Width(graphs.Clean(e.Text[:min(e.From, len(e.Text))])) }

// carets stand under the wrong part, one at least.
func (e *Error) carets() string {
	part := e.Text[min(e.From, len(e.Text)):min(e.To, len(e.Text))]
	return strings.Repeat("^", max(graphs.Width(graphs.Clean(part)), 1))
}

// Paint writes an error for the user, without a newline at its end. For a typed
// line the carets stand under it, indent cells from the left edge, which is the
// width of the prompt; an error of a script brings its line along. ErrQuit, and
// what a result has told already, paint nothing.
func (l *Language) Paint(err error, indent int) string {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var parts []string
		for _, e := range joined.Unwrap() {
			parts = append(parts, l.Paint(e, indent))
		}
		return strings.Join(parts, "\n")
	}
	e := AsError(err).advised(l.Commands)
	if e.Shown || errors.Is(err, ErrQuit) {
		return ""
	}
	var b strings.Builder
	switch {
	case e.File != "" && e.From >= 0:
		fmt.Fprintf(&b, "%s\n  %s\n  %s%s", e.Error(), graphs.Clean(e.Text), strings.Repeat(" ", e.column()), e.carets())
	case e.File != "":
		b.WriteString(e.Error())
	case e.From >= 0:
		b.WriteString(strings.Repeat(" ", indent+e.column()) + e.carets() + " " + e.Message)
	default:
		b.WriteString("  " + e.Message)
	}
	if e.Try != "" {
		b.WriteString("\n  try: " + e.Try)
		if e.Hint != "" {
			b.WriteString("     (" + e.Hint + ")")
		}
	}
	if e.Next != "" {
		b.WriteString("\n  " + e.Next)
	}
	return b.String()
}

// ExitCode is what an error of Execute or RunScript makes of the process.
func ExitCode(err error) int {
	switch {
	case err == nil || errors.Is(err, ErrQuit):
		return ExitDone
	case errors.Is(err, context.Canceled):
		return ExitInterrupted
	}
	if joined, ok := err.(interface{ Unwrap() []error }); ok && len(joined.Unwrap()) > 0 {
		return ExitCode(joined.Unwrap()[0])
	}
	return AsError(err).Code
}

// AsError finds the place and the next step in any error.
func AsError(err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	e = &Error{Message: err.Error(), From: -1, Code: ExitFailed, Cause: err}
	var known interface{ Advice() string } // of another package, which knows what the user can do
	var away interface{ Unreachable() bool }
	switch {
	case errors.Is(err, context.Canceled):
		e.Message, e.Code = "interrupted", ExitInterrupted
	case errors.Is(err, context.DeadlineExceeded):
		e.Message = "that took too long"
	case errors.As(err, &known):
		e.step = known.Advice()
	}
	if errors.As(err, &away) && away.Unreachable() {
		e.Code = ExitUnconnected
	}
	return e
}

// advised takes the next step that another package knows: a line if it can be
// typed, else a sentence.
func (e *Error) advised(rows []Command) *Error {
	switch {
	case e.step == "":
	case Parses(e.step, rows):
		e.Try, e.step = e.step, ""
	default:
		e.Next, e.step = e.step, ""
	}
	return e
}

// wrong is an error of usage at a place of the text.
func (t *Text) wrong(at Span, message string) *Error {
	line, number, start := t.line(at.From)
	e := &Error{Message: message + t.explained(at), File: t.file, Line: number, Text: line, Code: ExitUsage,
		From: at.From - start, To: min(at.To-start, len(line))}
	if t.file == "" {
		e.Line = 0
	}
	return e
}

// placed gives an error of a command that ran the place of its line in a
// script, and for a typed line leaves it without one.
func (s Statement) placed(err error) *Error {
	e := *AsError(err).advised(s.Text.Rows)
	if s.Text.file != "" && e.File == "" {
		_, e.Line, _ = s.Text.line(s.span().From)
		e.File = s.Text.file
		e.Message = s.Words[0].Text + ": " + e.Message
		e.From = -1
	}
	return &e
}
