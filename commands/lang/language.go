package lang

import (
	"context"
	"strings"

	"pulsh/graphs"
)

// Language is a table of commands with the kinds of their values. It never changes.
type Language struct {
	Commands []Command
	Kinds    []Kind
	Sections []Section
	Keys     []string // the lines of help keys
}

// Parse parses a typed line of one or more commands without running it. vars are the
// variables that the line may use. It returns all errors.
func (l *Language) Parse(line string, vars ...Variable) ([]*Call, []*Error) {
	return parseAll(&source{body: line, rows: l.Commands, vars: newScope(vars)})
}

// Valid reports whether a line can be run.
func (l *Language) Valid(line string) bool { return parses(line, l.Commands) }

// CommandOf returns the command of a valid line, else nil.
func (l *Language) CommandOf(line string) *Command {
	calls, errs := parseAll(&source{body: line, rows: l.Commands, quiet: true})
	if len(errs) > 0 || len(calls) == 0 {
		return nil
	}
	return calls[0].Command
}

// Section is a part of help and of the manual.
type Section string

// Command is a row of the table. Parsing, completion, help, the manual and the errors of
// arguments use nothing else.
type Command struct {
	Name     string   // one word or more
	Aliases  []string // other names
	Section  Section
	Params   []Param
	Summary  string   // its effect in an imperative, lower case
	Detail   string   // sentences, or ""
	Examples []string // valid lines, in this order, of one session
	// SomeSetting requires at least one setting.
	SomeSetting bool
	Changes     bool // it changes groups: the next command waits for a new sample
	Destroys    bool // it destroys something in the cluster: it asks first
	Disturbs    bool // it disturbs others or cannot be undone: it asks first on a protected cluster
	Assigns     bool // its settings are variables of any name
	// Prepare runs when the line is parsed: it reads scripts and sets variables. It may
	// be nil.
	Prepare func(c *Call) []*Error
	Run     func(ctx context.Context, c *Call) error
	// Applies reports whether completion offers a setting; nil offers all.
	Applies func(name string, s *Scene) bool
}

// Param is a parameter of a command: a word at its position, or a setting name=value at
// any position.
type Param struct {
	Name     string
	Kind     Kind
	Keyed    bool
	Optional bool
	Rest     bool // it takes all remaining words
	Doc      string
}

// names returns the name and the aliases.
func (c *Command) names() []string { return append([]string{c.Name}, c.Aliases...) }

// positional returns the parameters that are words, in order.
func (c *Command) positional() []Param { return c.filter(false) }

// settings returns the parameters that are settings.
func (c *Command) settings() []Param { return c.filter(true) }

func (c *Command) filter(keyed bool) []Param {
	var out []Param
	for _, p := range c.Params {
		if p.Keyed == keyed {
			out = append(out, p)
		}
	}
	return out
}

// setting returns the setting of a name.
func (c *Command) setting(name string) (Param, bool) {
	for _, p := range c.Params {
		if p.Keyed && p.Name == name {
			return p, true
		}
	}
	return Param{}, false
}

// settingsShown is the largest number of settings that a usage line names.
const settingsShown = 4

// usage returns the synopsis.
func (c *Command) usage() string {
	parts := []string{c.Name}
	for _, p := range c.positional() {
		text := p.Kind.Name
		if p.Rest {
			text += "…"
		}
		if p.Optional {
			text = "[" + text + "]"
		}
		parts = append(parts, text)
	}
	settings := c.settings()
	if c.Assigns {
		parts = append(parts, "[NAME=VALUE…]")
	}
	if len(settings) > settingsShown {
		return strings.Join(append(parts, "[SETTING=VALUE…]"), " ")
	}
	for _, p := range settings {
		parts = append(parts, "["+p.Name+"="+p.Kind.Name+"]")
	}
	return strings.Join(parts, " ")
}

// complete returns the candidates for the partial word after the words rest.
func (c *Command) complete(s *Scene, rest []word, partial word) []Suggestion {
	var plain []word
	given := map[string]bool{}
	for _, w := range rest {
		if _, ok := c.setting(w.key); w.keyed && ok {
			given[w.key] = true
		} else {
			plain = append(plain, w)
		}
	}
	for _, w := range plain {
		s.Words = append(s.Words, w.text)
	}
	if p, ok := c.setting(partial.key); partial.keyed && ok {
		s.Partial = partial.value
		return prefixed(partial.key+"=", fit(partial.value, p.Kind.suggestions(s)))
	}
	var out []Suggestion
	params := c.positional()
	if n := len(plain); n < len(params) || n > 0 && len(params) > 0 && params[len(params)-1].Rest {
		p := params[min(n, len(params)-1)]
		out = fit(partial.text, p.Kind.suggestions(s))
		if n < len(params) && !p.Optional {
			return out
		}
	}
	var keys []Suggestion
	for _, p := range c.settings() {
		if !given[p.Name] && (c.Applies == nil || c.Applies(p.Name, s)) {
			keys = append(keys, Suggestion{p.Name + "=", p.Doc})
		}
	}
	return append(out, fit(partial.text, keys)...)
}

// help returns the help for a command.
func (c *Command) help() []string {
	out := []string{c.usage(), "  " + c.Summary}
	if c.Detail != "" {
		for _, line := range wrap(c.Detail, AnswerWidth-2) {
			out = append(out, "  "+line)
		}
	}
	for _, p := range c.positional() {
		doc := p.Kind.Doc
		if p.Kind.Name == "WORD" && p.Kind.Forms != "" {
			doc = p.Kind.Forms
		}
		out = append(out, indented("  "+p.Kind.Name+": ", doc)...)
	}
	var rows [][]string
	for _, p := range c.settings() {
		rows = append(rows, []string{"  " + p.Name + "=", p.Kind.Name, p.Kind.Sample, p.Doc})
	}
	if len(rows) > 0 {
		out = append(out, "settings")
		out = append(out, graphs.Table(nil, rows, nil, 0)...)
	}
	out = append(out, "examples")
	for _, e := range c.Examples {
		out = append(out, "  "+e)
	}
	return out
}
