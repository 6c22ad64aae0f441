package lang

import (
	"context"
	"strings"
)

// Language is a table of commands with the kinds of their values. It never changes.
type Language struct {
	Commands []Command
	Kinds    []Kind
	Sections []Section
	Keys     []string // the lines of help keyboard
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

// AnswerWidth is the width of answers: a terminal of 80 columns less the indent of
// two.
const AnswerWidth = 78

// At returns what is at a place of a line that is being typed: the word, the command
// that it belongs to, and the parameter that it is, nil if it is part of the command's
// name or unknown.
func (l *Language) At(text string, cursor int) (word string, cmd *Command, param *Param) {
	end := min(max(cursor, 0), len(text))
	for end < len(text) && !strings.ContainsRune(" ;\n", rune(text[end])) {
		end++
	}
	words, partial, ok := unfinished(text[:end])
	if !ok {
		return "", nil, nil
	}
	if partial.text == "" && len(words) > 0 { // behind a blank: the word before it
		words, partial = words[:len(words)-1], words[len(words)-1]
	}
	cmd, rest := longest(append(words, partial), l.Commands)
	if cmd == nil || len(rest) == 0 {
		return partial.text, cmd, nil
	}
	if p, ok := cmd.setting(partial.key); partial.keyed && ok {
		return partial.text, cmd, &p
	}
	n := -1
	for _, w := range rest {
		if _, ok := cmd.setting(w.key); !w.keyed || !ok {
			n++
		}
	}
	if params := cmd.Positional(); len(params) > 0 && (n < len(params) || params[len(params)-1].Rest) {
		return partial.text, cmd, &params[max(min(n, len(params)-1), 0)]
	}
	return partial.text, cmd, nil
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
	Changes     bool   // it changes groups: the next command waits for a new sample
	Destroys    bool   // it destroys something in the cluster: it asks first
	Disturbs    bool   // it disturbs others or cannot be undone: it asks first on a protected cluster
	Assigns     bool   // its settings are variables of any name
	Offline     bool   // it runs without a cluster, whatever it acts on
	Connects    bool   // it connects to a cluster by itself
	Result      string // a sample of what let NAME=COMMAND … takes from it, "" for nothing
	Waits       bool   // it takes long on purpose: a quit typed after it waits for its end
	// Prepare runs when the line is parsed: it reads scripts and sets variables. It may
	// be nil.
	Prepare func(c *Call) []*Error
	Run     func(ctx context.Context, c *Call) error
	// Applies reports whether completion offers a setting; nil offers all.
	Applies func(name string, s *Scene) bool
	// Present returns the value of a setting that is in force, for completion, "" if it
	// is not known; it may be nil.
	Present func(p Param, s *Scene) string
	// Describe returns the meaning of a setting for completion; nil is its Doc.
	Describe func(p Param, s *Scene) string
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
	Default  string // the value if it is left out, "" if none is fixed
	Change   string // what a change under load does, or ""
	Unshown  bool   // another form of a parameter, which completion does not offer
}

// names returns the name and the aliases.
func (c *Command) names() []string { return append([]string{c.Name}, c.Aliases...) }

// Positional returns the parameters that are words, in order.
func (c *Command) Positional() []Param { return c.filter(false) }

// Settings returns the parameters that are settings.
func (c *Command) Settings() []Param { return c.filter(true) }

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

// Usage returns the synopsis.
func (c *Command) Usage() string {
	parts := []string{c.Name}
	for _, p := range c.Positional() {
		text := p.Kind.Name
		if p.Rest {
			text += "…"
		}
		if p.Optional {
			text = "[" + text + "]"
		}
		parts = append(parts, text)
	}
	settings := c.Settings()
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

// values returns the candidates for the value of a setting: the one in force, the
// default and those of its kind.
func (c *Command) values(p Param, s *Scene) []Suggestion {
	var out []Suggestion
	if c.Present != nil {
		if now := c.Present(p, s); now != "" {
			out = append(out, Suggestion{now, "in force"})
		}
	}
	for _, one := range p.Kind.valid(p.Kind.suggestions(s)) {
		if len(out) == 0 || out[0].Text != one.Text {
			out = append(out, one)
		}
	}
	return out
}

// complete returns the candidates for the partial word after the words rest.
func (c *Command) complete(s *Scene, rest []word, partial word) []Suggestion {
	var plain []word
	s.Given = map[string]string{}
	for _, w := range rest {
		if _, ok := c.setting(w.key); w.keyed && ok {
			s.Given[w.key] = w.value
		} else {
			plain = append(plain, w)
		}
	}
	for _, w := range plain {
		s.Words = append(s.Words, w.text)
	}
	if p, ok := c.setting(partial.key); partial.keyed && ok {
		s.Partial = partial.value
		return prefixed(partial.key+"=", fit(partial.value, c.values(p, s)))
	}
	var out []Suggestion
	params := c.Positional()
	if n := len(plain); n < len(params) || n > 0 && len(params) > 0 && params[len(params)-1].Rest {
		p := params[min(n, len(params)-1)]
		out = fit(partial.text, p.Kind.suggestions(s))
		if n < len(params) && !p.Optional || p.Rest && !p.Kind.accepts(plain[min(len(params)-1, n):]) {
			return out
		}
	}
	var keys []Suggestion
	for _, p := range c.Settings() {
		if _, given := s.Given[p.Name]; !given && !p.Unshown && (c.Applies == nil || c.Applies(p.Name, s)) {
			doc := p.Doc
			if c.Describe != nil {
				doc = c.Describe(p, s)
			}
			keys = append(keys, Suggestion{p.Name + "=", doc})
		}
	}
	return append(out, fit(partial.text, keys)...)
}
