package commands

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"pulsh/graphs"
	"pulsh/session/broker"
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
func Paint(err error, indent int) string {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var parts []string
		for _, e := range joined.Unwrap() {
			parts = append(parts, Paint(e, indent))
		}
		return strings.Join(parts, "\n")
	}
	e := asError(err)
	if e.Shown || errors.Is(err, ErrQuit) {
		return ""
	}
	var b strings.Builder
	switch {
	case e.File != "" && e.From >= 0:
		fmt.Fprintf(&b, "%s\n  %s\n  %s%s", broker.Redact(e.Error()), graphs.Clean(broker.Redact(e.Text)), strings.Repeat(" ", e.column()), e.carets())
	case e.File != "":
		b.WriteString(broker.Redact(e.Error()))
	case e.From >= 0:
		b.WriteString(strings.Repeat(" ", indent+e.column()) + e.carets() + " " + broker.Redact(e.Message))
	default:
		b.WriteString("  " + broker.Redact(e.Message))
	}
	if e.Try != "" {
		b.WriteString("\n  try: " + broker.Redact(e.Try))
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
	return asError(err).Code
}

// asError finds the place and the next step in any error.
func asError(err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	e = &Error{Message: err.Error(), From: -1, Code: ExitFailed, Cause: err}
	var refused *broker.Error
	var stepped interface{ Try() string }
	switch {
	case errors.Is(err, context.Canceled):
		e.Message, e.Code = "interrupted", ExitInterrupted
	case errors.Is(err, context.DeadlineExceeded):
		e.Message = "that took too long"
	case errors.As(err, &refused):
		e.suggest(refused.Try)
		if refused.Category == broker.Disconnected {
			e.Code = ExitUnconnected
		}
	case errors.As(err, &stepped):
		e.suggest(stepped.Try())
	}
	return e
}

// suggest takes a next step that another package knows: a line if it can be
// typed, else a sentence.
func (e *Error) suggest(step string) {
	if step == "" {
		return
	}
	if parses(step, table()) {
		e.Try = step
		return
	}
	e.Next = step
}

// wrong is an error of usage at a place of the text.
func (t *text) wrong(at span, message string) *Error {
	line, number, start := t.line(at.from)
	e := &Error{Message: message + t.explained(at), File: t.file, Line: number, Text: line, Code: ExitUsage,
		From: at.from - start, To: min(at.to-start, len(line))}
	if t.file == "" {
		e.Line = 0
	}
	return e
}

// placed gives an error of a command that ran the place of its line in a
// script, and for a typed line leaves it without one.
func (s statement) placed(err error) *Error {
	e := *asError(err)
	if s.text.file != "" && e.File == "" {
		_, e.Line, _ = s.text.line(s.span().from)
		e.File = s.text.file
		e.Message = s.words[0].text + ": " + e.Message
		e.From = -1
	}
	return &e
}
