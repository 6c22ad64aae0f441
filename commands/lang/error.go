package lang

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"pulsh/graphs"
	"pulsh/session/secret"
)

// The exit codes of pulsh.
const (
	ExitDone        = 0
	ExitFailed      = 1   // a command or an expectation failed
	ExitUsage       = 2   // a line that cannot be parsed, or wrong flags
	ExitUnconnected = 3   // no connection to Pulsar
	ExitInterrupted = 130 // by Ctrl-C, as shells report it
)

// ErrQuit is returned by the command that ends the session.
var ErrQuit = errors.New("quit")

// Error is an error of a line: a sentence with a place and a next step.
type Error struct {
	Message string // lower case, without a full stop
	Try     string // a line that works when typed, or ""
	Hint    string // other forms that are valid there
	Next    string // a next step that is not a line of pulsh
	Cause   error

	File  string // of the script, "" for a typed line
	Line  int    // in the script, from 1
	Text  string // the line
	From  int    // the first wrong byte of Text, -1 if there is no place
	To    int    // after the last wrong byte
	Code  int    // the exit code
	Shown bool   // already printed as a result, so Paint prints nothing

	step string // a next step of another package: a line or a sentence
}

// Error returns the sentence, after its place in a script.
func (e *Error) Error() string { return e.place() + e.Message }

// Unwrap returns the cause.
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

// quotable makes a line that a user has written safe for the terminal: its colours too
// are no more than text.
func quotable(line string) string {
	return graphs.Clean(strings.ReplaceAll(line, "\x1b", "?"))
}

// column returns the number of cells before the wrong part.
func (e *Error) column() int { return graphs.Width(quotable(e.Text[:min(e.From, len(e.Text))])) }

// carets returns carets for the wrong part as it is shown, one at least.
func (e *Error) carets(shown func(part string) string) string {
	part := e.Text[min(e.From, len(e.Text)):min(e.To, len(e.Text))]
	return strings.Repeat("^", max(graphs.Width(quotable(shown(part))), 1))
}

// Paint formats an error for the user, without a newline at its end. The carets of a
// typed line are indented by indent cells, the width of the prompt; an error of a script
// includes its line. The text is "" for ErrQuit and for an error already shown as a
// result.
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
		fmt.Fprintf(&b, "%s\n  %s\n  %s%s", secret.Redact(e.Error()), quotable(secret.Redact(e.Text)), strings.Repeat(" ", e.column()), e.carets(secret.Redact))
	case e.File != "":
		b.WriteString(secret.Redact(e.Error()))
	case e.From >= 0:
		b.WriteString(strings.Repeat(" ", indent+e.column()) + e.carets(strings.Clone) + " " + secret.Redact(e.Message))
	default:
		b.WriteString("  " + secret.Redact(e.Message))
	}
	if e.Try != "" {
		b.WriteString("\n  try: " + secret.Redact(e.Try))
		if e.Hint != "" {
			b.WriteString("     (" + e.Hint + ")")
		}
	}
	if e.Next != "" {
		b.WriteString("\n  " + e.Next)
	}
	return b.String()
}

// ExitCode returns the exit code for an error of Execute or RunScript.
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

// AsError converts any error, with its place and next step if it has them.
func AsError(err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	e = &Error{Message: err.Error(), From: -1, Code: ExitFailed, Cause: err}
	var known interface{ Advice() string } // an error of another package with a next step
	var away interface{ Unreachable() bool }
	switch {
	case errors.Is(err, context.Canceled):
		e.Message, e.Code = "interrupted", ExitInterrupted
	case errors.As(err, &known): // it says who did not answer, if that is the cause
		e.step = known.Advice()
	case errors.Is(err, context.DeadlineExceeded):
		e.Message = "timed out"
	}
	if errors.As(err, &away) && away.Unreachable() {
		e.Code = ExitUnconnected
	}
	return e
}

// advised moves the next step of another package to Try if it is a valid line, else to
// Next.
func (e *Error) advised(rows []Command) *Error {
	switch {
	case e.step == "":
	case parses(e.step, rows):
		e.Try, e.step = e.step, ""
	default:
		e.Next, e.step = e.step, ""
	}
	return e
}

// with sets the line to try.
func (e *Error) with(try string) *Error { e.Try = try; return e }

// wrong returns a usage error at a place of the text.
func (t *source) wrong(at span, message string) *Error {
	line, number, start := t.line(at.From)
	e := &Error{Message: message + t.explained(at), File: t.file, Line: number, Text: line, Code: ExitUsage,
		From: at.From - start, To: min(at.To-start, len(line))}
	if t.file == "" {
		e.Line = 0
	}
	return e
}

// placed adds to the error of a command the place of its line, if that is in a script.
func (s statement) placed(err error) *Error {
	e := *AsError(err).advised(s.text.rows)
	if s.text.file != "" && e.File == "" {
		_, e.Line, _ = s.text.line(s.span().From)
		e.File = s.text.file
		e.Message = s.words[0].text + ": " + e.Message
		e.From = -1
	}
	return &e
}
