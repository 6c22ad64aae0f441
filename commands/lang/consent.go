package lang

import (
	"context"
	"fmt"
	"strings"
)

// AsksFirst ends the detail of every command that destroys something.
const AsksFirst = "Asks first; scripts need --yes."

// Consent asks before a command destroys something permanently. It returns an error if
// the answer is no, and if nobody can be asked.
func (c *Call) Consent(ctx context.Context, format string, args ...any) error {
	switch {
	case c.Config.Yes:
		return nil
	case c.Config.Confirm == nil:
		return c.unasked(c.statement.text)
	case c.Config.Confirm(ctx, fmt.Sprintf(format, args...)):
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	}
	return c.Fail("", "cancelled")
}

// Confirm asks before a command removes something that can be created again. If nobody
// can be asked, the answer is yes.
func (c *Call) Confirm(ctx context.Context, question string) bool {
	return c.Config.Yes || c.Config.Confirm == nil || c.Config.Confirm(ctx, question)
}

// permitted refuses destructive calls, before the first call runs, if nobody can be
// asked.
func (x *execution) permitted(calls []*Call) error {
	if x.Config.Yes || x.Config.Confirm != nil {
		return nil
	}
	for _, c := range calls {
		if wrong := c.destroyer(); wrong != nil {
			return wrong.unasked(c.statement.text)
		}
	}
	return nil
}

// destroyer returns the first destructive call: c itself, or one in the scripts that it
// runs. It returns nil if there is none.
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

// unasked returns the error of a command that must ask and cannot; whole is the text
// that pulsh was started with.
func (c *Call) unasked(whole *source) error {
	e := c.wrong(c.statement.span(), c.Command.Name+" is destructive and needs --yes in a script")
	e.Next = "try: pulsh --yes " + whole.option()
	return e
}

// option returns the option that runs the text from a shell.
func (t *source) option() string {
	switch t.file {
	case "", "-e":
		return "-e " + ShellQuoted(Flat(strings.TrimSpace(t.body)))
	case "stdin":
		return "-f -"
	}
	return "-f " + ShellQuoted(t.file)
}

// ShellQuoted quotes a word for a POSIX shell.
func ShellQuoted(word string) string {
	if word != "" && strings.Trim(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./") == "" {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
