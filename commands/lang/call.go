package lang

import (
	"fmt"
	"io"
	"path/filepath"
	"strings"
)

// Call is a parsed command, ready to run. A command reads its arguments with Value and
// Text, prints its answer with Say and Print, and returns errors of Refuse and Fail.
type Call struct {
	*execution
	Command   *Command
	Statement Statement
	Args      map[string]Argument
	Given     []string // names of the typed settings, in their order
	assigned  []Variable
	scope     Variables // the variables after this command, if it sets or lists some
	passes    []pass    // the scripts that it runs
}

// Argument is the value of a parameter.
type Argument struct {
	Text  string   // as typed, without quotes
	words []string // of Text, unless it is a setting
	last  Span     // of the last word
	value any
	Span  Span // of the statement's text
}

// Wrong returns a usage error at a place of the line.
func (c *Call) Wrong(at Span, message string) *Error { return c.Statement.Text.wrong(at, message) }

// Value returns the parsed value of an argument; ok is false if it was left out.
func Value[T any](c *Call, name string) (v T, ok bool) {
	a, ok := c.Args[name]
	if !ok {
		return v, false
	}
	v, ok = a.value.(T)
	return v, ok
}

// Text returns an argument as typed, "" if it was left out.
func (c *Call) Text(name string) string { return c.Args[name].Text }

// Say prints a line of the answer, indented by two.
func (c *Call) Say(format string, args ...any) {
	line := fmt.Sprintf(format, args...)
	io.WriteString(c.Out, "  "+line+"\n") // a closed output cannot be reported
}

// Print prints lines as Say does.
func (c *Call) Print(lines []string) {
	for _, l := range lines {
		c.Say("%s", l)
	}
}

// Refuse returns an error at the place of an argument, or without a place if it was
// left out. try is a line that works or a sentence, "" for none.
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

// Fail returns an error without a place.
func (c *Call) Fail(try, format string, args ...any) *Error {
	e := &Error{Message: fmt.Sprintf(format, args...), From: -1, Code: ExitFailed}
	e.step = try
	return e.advised(c.Statement.Text.Rows)
}

// Source returns the line as typed, on one row.
func (c *Call) Source() string { return Flat(c.Statement.Source()) }

// Place returns FILE:LINE with the base name of the script, "" for a typed line.
func (c *Call) Place() string {
	file := c.Statement.Text.file
	if file == "" {
		return ""
	}
	_, line, _ := c.Statement.Text.line(c.Statement.span().From)
	return fmt.Sprintf("%s:%d", filepath.Base(file), line)
}

// Plain returns the line on one row with its variables substituted.
func (c *Call) Plain() string { return c.Statement.Plain() }

// WithArgument returns the line with another text in place of an argument, if it is
// then valid; else an example of the command.
func (c *Call) WithArgument(name, text string) string {
	return c.Statement.Instead(c.Args[name].Span, text)
}

// WithPart is WithArgument for the first occurrence of part within the argument. It
// returns "" if there is none.
func (c *Call) WithPart(name, part, text string) string {
	at := c.Args[name].Span
	i := strings.Index(c.Statement.Text.Body[at.From:at.To], part)
	if i < 0 {
		return ""
	}
	return c.Statement.Instead(Span{at.From + i, at.From + i + len(part)}, text)
}

// RefuseSetting returns an error at the name of a typed setting.
func (c *Call) RefuseSetting(name, try, format string, args ...any) error {
	value := c.Args[name].Span.From
	e := c.Wrong(Span{value - len(name) - 1, value - 1}, fmt.Sprintf(format, args...))
	e.Try = try
	return e
}

// SetArgument replaces all typed settings by one, for a command that does its work
// through another one.
func (c *Call) SetArgument(name, text string) {
	c.Args[name] = Argument{Text: text}
	c.Given = []string{name}
}
