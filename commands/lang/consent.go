package lang

import (
	"context"
	"fmt"
	"strings"
)

// AsksFirst ends the detail of every command that destroys something.
const AsksFirst = "Asks first. Where nobody can be asked, as in a script, pulsh must have been started with --yes."

// Consent asks before something is lost for good. The error is that it may not
// be done.
func (c *Call) Consent(ctx context.Context, format string, args ...any) error {
	switch {
	case c.Config.Yes:
		return nil
	case c.Config.Confirm == nil:
		return c.unasked(c.Statement.Text)
	case c.Config.Confirm(ctx, fmt.Sprintf(format, args...)):
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	}
	return c.Fail("", "nothing was done, as the answer was no")
}

// Confirm asks before something is lost that can be made again; where nobody
// can be asked the answer is yes.
func (c *Call) Confirm(ctx context.Context, question string) bool {
	return c.Config.Yes || c.Config.Confirm == nil || c.Config.Confirm(ctx, question)
}

// permitted refuses lines that destroy something where nobody can be asked,
// before the first of them runs.
func (x *execution) permitted(calls []*Call) error {
	if x.Config.Yes || x.Config.Confirm != nil {
		return nil
	}
	for _, c := range calls {
		if wrong := c.destroyer(); wrong != nil {
			return wrong.unasked(c.Statement.Text)
		}
	}
	return nil
}

// destroyer is the first command that destroys something: the call itself, or
// one of the files that it runs.
func (c *Call) destroyer() *Call {
	if c.Command.Destroys {
		return c
	}
	for _, pass := range c.passes {
		for _, inner := range pass.script.calls {
			if wrong := inner.destroyer(); wrong != nil {
				return wrong
			}
		}
	}
	return nil
}

// unasked is the error of a command that must ask and cannot; whole is what
// pulsh was given to run.
func (c *Call) unasked(whole *Text) error {
	e := c.Wrong(c.Statement.span(), c.Command.Name+" destroys something, and there is nobody to ask whether it may")
	e.Next = "try: pulsh --yes " + whole.option()
	return e
}

// option is how the text is given to pulsh on the command line of a shell.
func (t *Text) option() string {
	switch t.file {
	case "", "-e":
		return "-e " + ShellQuoted(Flat(strings.TrimSpace(t.Body)))
	case "stdin":
		return "-f -"
	}
	return "-f " + ShellQuoted(t.file)
}

// ShellQuoted is a word as a POSIX shell reads it back.
func ShellQuoted(word string) string {
	if word != "" && strings.Trim(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./") == "" {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
