package commands

import (
	"context"
	"fmt"
	"strings"
)

// asksFirst ends the detail of every command that destroys something.
const asksFirst = "Asks first. Where nobody can be asked, as in a script, pulsh must have been started with --yes."

// consent asks before something is lost for good. The error is that it may not
// be done.
func (c *Call) consent(ctx context.Context, format string, args ...any) error {
	switch {
	case c.config.Yes:
		return nil
	case c.config.Confirm == nil:
		return c.unasked(c.statement.text)
	case c.config.Confirm(ctx, fmt.Sprintf(format, args...)):
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	}
	return c.fail("", "nothing was done, as the answer was no")
}

// confirm asks before something is lost that can be made again; where nobody
// can be asked the answer is yes.
func (c *Call) confirm(ctx context.Context, question string) bool {
	return c.config.Yes || c.config.Confirm == nil || c.config.Confirm(ctx, question)
}

// permitted refuses lines that destroy something where nobody can be asked,
// before the first of them runs.
func (x *execution) permitted(calls []*Call) error {
	if x.config.Yes || x.config.Confirm != nil {
		return nil
	}
	for _, c := range calls {
		if wrong := c.destroyer(); wrong != nil {
			return wrong.unasked(c.statement.text)
		}
	}
	return nil
}

// destroyer is the first command that destroys something: the call itself, or
// one of the files that it runs.
func (c *Call) destroyer() *Call {
	if c.command.destroys {
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
func (c *Call) unasked(whole *text) error {
	e := c.wrong(c.statement.span(), c.command.name+" destroys something, and there is nobody to ask whether it may")
	e.Next = "try: pulsh --yes " + whole.option()
	return e
}

// option is how the text is given to pulsh on the command line of a shell.
func (t *text) option() string {
	switch t.file {
	case "", "-e":
		return "-e " + shellQuoted(flat(strings.TrimSpace(t.body)))
	case "stdin":
		return "-f -"
	}
	return "-f " + shellQuoted(t.file)
}

// shellQuoted is a word as a POSIX shell reads it back.
func shellQuoted(word string) string {
	if word != "" && strings.Trim(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./") == "" {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
