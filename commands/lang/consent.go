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
	protected := c.Config.protected()
	question := fmt.Sprintf(format, args...)
	if protected != "" {
		question = protected + " is protected: " + question
	}
	switch {
	case c.Config.allowed():
		return nil
	case c.Config.Confirm == nil:
		return c.unasked(c.statement.text, protected)
	case c.Config.Confirm(ctx, question):
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

// protected returns the name of the cluster if it is protected, else "".
func (c *Config) protected() string {
	if c.Protected == nil {
		return ""
	}
	return c.Protected()
}

// allowed reports whether a command may destroy something without a question.
func (c *Config) allowed() bool {
	if c.protected() == "" {
		return c.Yes
	}
	return c.Yes && c.AllowProtected && c.Confirm == nil
}

// AskProtected asks before a command that disturbs others or cannot be undone, on a
// protected cluster only.
func (c *Call) AskProtected(ctx context.Context) error {
	if c.Config.protected() == "" {
		return nil
	}
	return c.Consent(ctx, "%s: go on?", c.statement.plain())
}

// permitted refuses destructive calls, before the first call runs, if nobody can be
// asked.
func (x *execution) permitted(calls []*Call) error {
	if x.Config.allowed() || x.Config.Confirm != nil {
		return nil
	}
	protected := x.Config.protected()
	for _, c := range calls {
		if wrong := c.destroyer(protected != ""); wrong != nil {
			return wrong.unasked(c.statement.text, protected)
		}
	}
	return nil
}

// destroyer returns the first destructive call, on a protected cluster also one that
// disturbs: c itself, or one in the scripts that it
// runs. It returns nil if there is none.
func (c *Call) destroyer(protected bool) *Call {
	if c.Command.Destroys || c.Command.Disturbs && protected {
		return c
	}
	for _, pass := range c.passes {
		for _, inner := range pass.script.calls {
			if wrong := inner.destroyer(protected); wrong != nil {
				return wrong
			}
		}
	}
	return nil
}

// unasked returns the error of a command that must ask and cannot; whole is the text
// that pulsh was started with, and cluster the name of a protected one.
func (c *Call) unasked(whole *source, cluster string) error {
	if cluster != "" {
		e := c.wrong(c.statement.span(), fmt.Sprintf("%s is protected: in a script %s needs --yes and --allow-protected", cluster, c.Command.Name))
		e.Next = "try: pulsh --yes --allow-protected " + whole.option()
		return e
	}
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
