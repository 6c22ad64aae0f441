package lang

import (
	"fmt"
	"io"
	"path/filepath"
)

// Call is a command with its arguments, ready to run.
type Call struct {
	*execution
	Command   *Command
	Statement Statement
	Args      map[string]Argument
	Given     []string // settings in the order in which they were typed
	assigned  []Variable
	scope     Variables // the variables behind this command, where it lists or sets some
	passes    []pass    // the files that it runs
}

// Argument is one value, read and as it was typed.
type Argument struct {
	Text  string
	words []string // that it consists of, if it is no setting
	last  Span     // of the last word
	value any
	Span  Span
}

func (c *Call) Wrong(at Span, message string) *Error { return c.Statement.Text.wrong(at, message) }

// Value is an argument as its kind has read it; ok is false if it was left out.
func Value[T any](c *Call, name string) (v T, ok bool) {
	a, ok := c.Args[name]
	if !ok {
		return v, false
	}
	v, ok = a.value.(T)
	return v, ok
}

// Text is an argument as it was typed, "" if it was left out.
func (c *Call) Text(name string) string { return c.Args[name].Text }

// Say prints an answer, set off from the line that asked.
func (c *Call) Say(format string, args ...any) {
	line := fmt.Sprintf(format, args...)
	io.WriteString(c.Out, "  "+line+"\n") // nobody is left to tell when the output is gone
}

// Print writes lines, set off in the same way.
func (c *Call) Print(lines []string) {
	for _, l := range lines {
		c.Say("%s", l)
	}
}

// Refuse is an error at an argument's place, or without one if it was left out.
func (c *Call) Refuse(name, try, format string, args ...any) error {
	e := c.Fail(try, format, args...)
	a, ok := c.Args[name]
	if !ok {
		return e
	}
	at := c.Wrong(a.Span, e.Message)
	at.Try, at.Next, at.Code = e.Try, e.Next, e.Code
	return at
}

// Fail is an error without a place.
func (c *Call) Fail(try, format string, args ...any) *Error {
	e := &Error{Message: fmt.Sprintf(format, args...), From: -1, Code: ExitFailed}
	e.step = try
	return e.advised(c.Statement.Text.Rows)
}

// Source is the line on one row as it was typed.
func (c *Call) Source() string { return Flat(c.Statement.Source()) }

// Place is FILE:LINE of a script's line, with the file's name alone.
func (c *Call) Place() string {
	file := c.Statement.Text.file
	if file == "" {
		return ""
	}
	_, line, _ := c.Statement.Text.line(c.Statement.span().From)
	return fmt.Sprintf("%s:%d", filepath.Base(file), line)
}
