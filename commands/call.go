package commands

import (
	"fmt"
	"io"
	"path/filepath"
)

// Call is a command with its arguments, ready to run.
type Call struct {
	*execution
	command   *command
	statement statement
	args      map[string]argument
	given     []string // settings in the order in which they were typed
	assigned  []Variable
	scope     scope  // the variables behind this command, where it lists or sets some
	passes    []pass // the files that it runs
}

// argument is one value, read and as it was typed.
type argument struct {
	text  string
	words []string // that it consists of, if it is no setting
	last  span     // of the last word
	value any
	span  span
}

func (c *Call) wrong(at span, message string) *Error { return c.statement.text.wrong(at, message) }

// Value is an argument as its kind has read it; ok is false if it was left out.
func Value[T any](c *Call, name string) (v T, ok bool) {
	a, ok := c.args[name]
	if !ok {
		return v, false
	}
	v, ok = a.value.(T)
	return v, ok
}

// text is an argument as it was typed, "" if it was left out.
func (c *Call) text(name string) string { return c.args[name].text }

// say prints an answer, set off from the line that asked.
func (c *Call) say(format string, args ...any) {
	line := fmt.Sprintf(format, args...)
	io.WriteString(c.out, "  "+line+"\n") // nobody is left to tell when the output is gone
}

// print writes lines, set off in the same way.
func (c *Call) print(lines []string) {
	for _, l := range lines {
		c.say("%s", l)
	}
}

// refuse is an error at an argument's place, or without one if it was left out.
func (c *Call) refuse(name, try, format string, args ...any) error {
	e := c.fail(try, format, args...)
	a, ok := c.args[name]
	if !ok {
		return e
	}
	at := c.wrong(a.span, e.Message)
	at.Try, at.Next, at.Code = e.Try, e.Next, e.Code
	return at
}

// fail is an error without a place.
func (c *Call) fail(try, format string, args ...any) *Error {
	e := &Error{Message: fmt.Sprintf(format, args...), From: -1, Code: ExitFailed}
	e.step = try
	return e.advised(c.statement.text.rows)
}

// Source is the line on one row as it was typed.
func (c *Call) Source() string { return flat(c.statement.source()) }

// place is FILE:LINE of a script's line, with the file's name alone.
func (c *Call) place() string {
	file := c.statement.text.file
	if file == "" {
		return ""
	}
	_, line, _ := c.statement.text.line(c.statement.span().from)
	return fmt.Sprintf("%s:%d", filepath.Base(file), line)
}
