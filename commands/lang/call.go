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
	statement statement
	args      map[string]argument
	Given     []string // names of the typed settings, in their order
	assigned  []Variable
	scope     variables // the variables after this command, if it sets or lists some
	passes    []pass    // the scripts that it runs
	before    variables // the variables before a line that is parsed again when it runs, else nil
	into      string    // the variable that takes the result, "" for none
	cell      *late     // of into, nil if another value overrides it
	value     string    // the result
}

// argument is the value of a parameter.
type argument struct {
	Text  string   // as typed, without quotes
	words []string // of Text, unless it is a setting
	last  span     // of the last word
	value any
	Span  span // of the statement's text
}

// wrong returns a usage error at a place of the line.
func (c *Call) wrong(at span, message string) *Error { return c.statement.text.wrong(at, message) }

// Value returns the parsed value of an argument; ok is false if it was left out.
func Value[T any](c *Call, name string) (v T, ok bool) {
	a, ok := c.args[name]
	if !ok {
		return v, false
	}
	v, ok = a.value.(T)
	return v, ok
}

// ArgumentWords returns the words of an argument that is no setting, without their quotes.
func ArgumentWords(c *Call, name string) []string { return c.args[name].words }

// Text returns an argument as typed, "" if it was left out.
func (c *Call) Text(name string) string { return c.args[name].Text }

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
	a, ok := c.args[name]
	if !ok {
		return e
	}
	at := c.wrong(a.Span, e.Message)
	at.Try, at.Next, at.Code = e.Try, e.Next, e.Code
	return at
}

// RefusePart is Refuse at the first occurrence of part within the argument, if there is
// one.
func RefusePart(c *Call, name, part, try, message string) error {
	err := c.Refuse(name, try, "%s", message)
	at := c.args[name].Span
	if e, ok := err.(*Error); ok && e.From >= 0 && part != "" {
		if i := strings.Index(c.statement.text.body[at.From:at.To], part); i >= 0 {
			placed := c.wrong(span{at.From + i, at.From + i + len(part)}, message)
			placed.Try, placed.Next, placed.Code = e.Try, e.Next, e.Code
			return placed
		}
	}
	return err
}

// Fail returns an error without a place.
func (c *Call) Fail(try, format string, args ...any) *Error {
	e := &Error{Message: fmt.Sprintf(format, args...), From: -1, Code: ExitFailed}
	e.step = try
	return e.advised(c.statement.text.rows)
}

// Source returns the line as typed, on one row.
func (c *Call) Source() string { return Flat(c.statement.source()) }

// Place returns FILE:LINE with the base name of the script, "" for a typed line.
func (c *Call) Place() string {
	file := c.statement.text.file
	if file == "" {
		return ""
	}
	_, line, _ := c.statement.text.line(c.statement.span().From)
	return fmt.Sprintf("%s:%d", filepath.Base(file), line)
}

// Plain returns the line on one row with its variables substituted.
func (c *Call) Plain() string { return c.statement.plain() }

// WithArgument returns the line with another text in place of an argument, if it is
// then valid; else an example of the command.
func (c *Call) WithArgument(name, text string) string {
	return c.statement.instead(c.args[name].Span, text)
}

// WithPart is WithArgument for the first occurrence of part within the argument. It
// returns "" if there is none.
func (c *Call) WithPart(name, part, text string) string {
	at := c.args[name].Span
	i := strings.Index(c.statement.text.body[at.From:at.To], part)
	if i < 0 {
		return ""
	}
	return c.statement.instead(span{at.From + i, at.From + i + len(part)}, text)
}

// RefuseSetting returns an error at the name of a typed setting.
func (c *Call) RefuseSetting(name, try, format string, args ...any) error {
	value := c.args[name].Span.From
	return c.wrong(span{value - len(name) - 1, value - 1}, fmt.Sprintf(format, args...)).with(try)
}

// SetArgument replaces all typed settings by one, for a command that does its work
// through another one.
func (c *Call) SetArgument(name, text string) {
	c.args[name] = argument{Text: text}
	c.Given = []string{name}
}

// AddCheck adds the result of an expectation to the result of the script and to the
// journal.
func (c *Call) AddCheck(check Check) {
	c.past.tested(check)
	c.result.Checks = append(c.result.Checks, check)
	if check.Failure == "" {
		c.result.Passed++
	} else {
		c.result.Failed++
	}
}
