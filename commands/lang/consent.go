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

// ForceParams returns the two forms of force, which all commands have that replace or
// remove a file or force a deletion: a word, and a setting.
func ForceParams() []Param {
	word, setting := Words("force"), Words("on", "off")
	word.Name = "force"
	return []Param{{Name: "word", Kind: word, Optional: true},
		{Name: "force", Kind: setting, Keyed: true, Optional: true, Unshown: true, Doc: "on is the same as the word force"}}
}

// Forced reports whether the line has force.
func (c *Call) Forced() bool { return c.Text("word") != "" || c.Text("force") == "on" }

// Replace asks before a command replaces or removes a file of the user's, unless the
// line has force. what says what is there, and the question follows it. It returns an
// error if the answer is no; where nobody can be asked, the line needs force or --yes.
func (c *Call) Replace(ctx context.Context, argument, what, question string) error {
	switch {
	case c.Forced() || c.Config.Yes:
		return nil
	case c.Config.Confirm == nil:
		return c.Refuse(argument, c.statement.plain()+" force", "%s", what)
	case c.Config.Confirm(ctx, what+"; "+question):
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	}
	return c.Fail("", "cancelled")
}

// Confirm asks before a command stops something of this session that can be started
// again. If nobody can be asked, the answer is yes.
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
