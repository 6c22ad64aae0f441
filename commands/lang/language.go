package lang

import (
	"context"
	"strings"

	"pulsh/graphs"
)

// Language is a set of commands with the kinds of values that they take. It
// never changes once it is made.
type Language struct {
	Commands []Command
	Kinds    []Kind
	Sections []Section
	Keys     []string // the lines of help keys
}

// CommandOf is the command of a line, nil if it is none.
func (l *Language) CommandOf(line string) *Command {
	calls, errs := ParseAll(&Text{Body: line, Rows: l.Commands, quiet: true})
	if len(errs) > 0 || len(calls) == 0 {
		return nil
	}
	return calls[0].Command
}

// Section is where help and the manual show a command.
type Section string

// Command is one row of the table: everything that is known about a command.
type Command struct {
	Name     string   // its words
	Aliases  []string // other ways to write it
	Section  Section
	Params   []Param
	Summary  string   // what it does, as the first line of a manual page says it
	Detail   string   // paragraphs, or ""
	Examples []string // each can be typed, in this order, in one session
	// someSetting asks for one setting at least.
	SomeSetting bool
	Changes     bool // it changes groups, so what follows waits for a new sample
	Destroys    bool // it destroys something in the cluster, so it asks first
	Assigns     bool // its settings are variables of any name
	// prepare reads what the command runs, and sets variables, while the line is
	// read; it may be nil.
	Prepare func(c *Call) []*Error
	Run     func(ctx context.Context, c *Call) error
	// applies reports whether a setting may be offered on the line that is being
	// typed; nil offers all.
	Applies func(name string, s *Scene) bool
}

// Param is what stands behind a command's name: words in their order, and
// settings name=value in any order.
type Param struct {
	Name     string
	Kind     Kind
	Keyed    bool
	Optional bool
	Rest     bool // takes all words that are left
	Doc      string
}

// names lists the words that a command answers to.
func (c *Command) names() []string { return append([]string{c.Name}, c.Aliases...) }

// positional lists the parameters that are words in their order.
func (c *Command) positional() []Param { return c.filter(false) }

// settings lists the parameters that are written name=value.
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

// find returns the setting of that name.
func (c *Command) setting(name string) (Param, bool) {
	for _, p := range c.Params {
		if p.Keyed && p.Name == name {
			return p, true
		}
	}
	return Param{}, false
}

// settingsShown is how many settings a usage line names before it says that
// there are more.
const settingsShown = 4

// usage is the line that help shows.
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

// complete lists values and settings of a command.
func (c *Command) complete(s *Scene, rest []word, partial word) []Suggestion {
	var plain []word
	given := map[string]bool{}
	for _, w := range rest {
		if _, ok := c.setting(w.key); w.Keyed && ok {
			given[w.key] = true
		} else {
			plain = append(plain, w)
		}
	}
	for _, w := range plain {
		s.Words = append(s.Words, w.Text)
	}
	if p, ok := c.setting(partial.key); partial.Keyed && ok {
		s.Partial = partial.value
		return prefixed(partial.key+"=", fit(partial.value, p.Kind.suggestions(s)))
	}
	var out []Suggestion
	params := c.positional()
	if n := len(plain); n < len(params) || n > 0 && len(params) > 0 && params[len(params)-1].Rest {
		p := params[min(n, len(params)-1)]
		out = fit(partial.Text, p.Kind.suggestions(s))
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
	return append(out, fit(partial.Text, keys)...)
}

// help explains a command: usage, what it does, its values and settings,
// examples.
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
