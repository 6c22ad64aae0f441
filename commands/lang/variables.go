package lang

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"pulsh/graphs"
)

// The largest lengths of names and values, in bytes.
const (
	variableNameMax  = 32
	VariableValueMax = 4096
)

// VariablePrefix begins the names of variables in the environment: PULSH_VAR_RATE is
// $rate. A script cannot read others, such as PULSH_TOKEN.
const VariablePrefix = "PULSH_VAR_"

// Variable is a variable of scripts, used as $name. Variables are substituted when a
// line is parsed, so that everything is checked before anything runs.
type Variable struct {
	Name, Value string
	Origin      string // --set, PULSH_VAR_RATE, FILE:LINE; "" if it was typed
	// Fixed variables are those of flags and of the environment. A let does not
	// change them.
	Fixed    bool
	argument bool  // an argument of run: a let does not change it
	late     *late // where the value comes when its line has run, nil for one that is known
}

// CheckVariable returns an error for an invalid name. A name is a lower-case letter, then
// lower-case letters, digits and _, at most 32 characters.
func CheckVariable(name string) error {
	switch {
	case name == "":
		return fmt.Errorf("a variable needs a name")
	case len(name) > variableNameMax:
		return fmt.Errorf("%q is longer than %d characters", name, variableNameMax)
	case variableLength(name) != len(name):
		return fmt.Errorf("%q is not a variable name: a lower-case letter, then lower-case letters, digits and _", name)
	}
	return nil
}

// CheckVariableValue returns an error for a value that no line can have.
func CheckVariableValue(name, value string) error {
	switch {
	case len(value) > VariableValueMax:
		return fmt.Errorf("the value of %s is longer than %d bytes", name, VariableValueMax)
	case strings.ContainsFunc(value, func(r rune) bool { return r < ' ' || r == 0x7f || r == '\ufffd' }):
		return fmt.Errorf("the value of %s has a control character", name)
	}
	return nil
}

// ParseVariable parses name=value of a flag.
func ParseVariable(text, origin string) (Variable, error) {
	name, value, found := strings.Cut(text, "=")
	if !found {
		return Variable{}, fmt.Errorf("%q is not a variable; write name=value", text)
	}
	if err := CheckVariable(name); err != nil {
		return Variable{}, err
	}
	return Variable{Name: name, Value: value, Origin: origin, Fixed: true}, CheckVariableValue(name, value)
}

// EnvironmentVariables returns the variables among the NAME=VALUE pairs of an
// environment, sorted by name. Names may be in upper or lower case.
func EnvironmentVariables(environment []string) ([]Variable, error) {
	found := variables{}
	for _, pair := range environment {
		full, value, _ := strings.Cut(pair, "=")
		name, ours := strings.CutPrefix(full, VariablePrefix)
		if !ours {
			continue
		}
		v := Variable{Name: strings.ToLower(name), Value: value, Origin: full, Fixed: true}
		if err := CheckVariable(v.Name); err != nil {
			return nil, fmt.Errorf("%s: %w", full, err)
		}
		if err := CheckVariableValue(full, value); err != nil {
			return nil, err
		}
		if other, twice := found[v.Name]; twice {
			return nil, fmt.Errorf("%s and %s both set $%s", min(full, other.Origin), max(full, other.Origin), v.Name)
		}
		found[v.Name] = v
	}
	return found.list(), nil
}

// variableLength returns the length of the name of a variable that text begins with.
func variableLength(text string) int {
	n := 0
	for n < len(text) && (text[n] >= 'a' && text[n] <= 'z' || n > 0 && (text[n] == '_' || text[n] >= '0' && text[n] <= '9')) {
		n++
	}
	return n
}

// variables are variables by name.
type variables map[string]Variable

// newScope returns variables by name; of the same name the last counts.
func newScope(vars []Variable) variables {
	s := variables{}
	for _, v := range vars {
		s[v.Name] = v
	}
	return s
}

func (s variables) clone() variables {
	if s == nil {
		return variables{}
	}
	return maps.Clone(s)
}

// list returns the variables sorted by name.
func (s variables) list() []Variable {
	var out []Variable
	for _, name := range slices.Sorted(maps.Keys(s)) {
		out = append(out, s[name])
	}
	return out
}

// let sets a variable unless it is fixed or an argument of run.
func (s variables) let(v Variable) {
	if old := s[v.Name]; !old.Fixed && !old.argument {
		s[v.Name] = v
	}
}

// inner returns the variables of a nested script: a copy of those of its caller, with
// the arguments.
func (s variables) inner(arguments []Variable) variables {
	in := variables{}
	for name, v := range s {
		v.argument = false
		in[name] = v
	}
	for _, v := range arguments {
		v.argument = true
		in[v.Name] = v
	}
	return in
}

// use is a variable in a text.
type use struct {
	span   span
	name   string // "" if no name follows the $
	value  string
	known  bool
	quoted bool // inside "…"
	waits  bool // the value is a sample, and the real one not known yet
}

// describe tells the value and its origin: $rate is 50kk, from --set.
func (u use) describe(vars variables) string {
	text := "$" + u.name + " is " + graphs.Cut(graphs.Clean(u.value), valueWidth)
	switch {
	case u.waits:
		return "$" + u.name + " is known later, such as " + u.value
	case u.value == "":
		text = "$" + u.name + " is empty"
	}
	if v := vars[u.name]; v.Origin != "" && v.now() == u.value {
		text += ", from " + v.Origin
	}
	return text
}

// valueWidth bounds a value within a sentence, in cells.
const valueWidth = 60

// written returns the value quoted as needed in the place of the variable.
func (u use) written() string {
	switch {
	case u.quoted:
		return escape(u.value)
	case strings.Contains(u.value, "="):
		return "'" + strings.ReplaceAll(u.value, "'", `'"'"'`) + "'"
	case u.value == "":
		return "''"
	}
	return Quote(u.value)
}

// dollar reads $name, ${name} or $$, or adds an error.
func (l *lexer) dollar(b *strings.Builder, quoted bool) {
	rest := l.text.body[l.at:]
	if strings.HasPrefix(rest, "$$") {
		b.WriteByte('$')
		l.at += 2
		return
	}
	from, to := 1, 1+variableLength(rest[1:])
	end := to
	if strings.HasPrefix(rest, "${") {
		from, to = 2, 2+variableLength(rest[2:])
		end = to + 1
		if to >= len(rest) || rest[to] != '}' {
			from, to, end = 0, 0, 2 // not closed
		}
	}
	if to <= from {
		end = max(end, 1)
		from, to = 0, 0
	}
	u := use{span: span{l.at, l.at + end}, name: rest[from:to], quoted: quoted}
	v, known := l.text.vars[u.name]
	u.known, u.value, u.waits = known && u.name != "", v.now(), known && v.waits()
	switch l.filled += len(u.value); {
	case !u.known:
		b.WriteString(rest[:end])
	case l.filled <= textMax:
		b.WriteString(u.value)
	case l.filled-len(u.value) <= textMax: // reported once
		l.fail(u.span, "the values of variables exceed one mebibyte")
	}
	l.text.uses = append(l.text.uses, u)
	l.at += end
}

// usesIn returns the variables in a range of the text.
func (t *source) usesIn(at span) []use {
	first, _ := slices.BinarySearchFunc(t.uses, at.From+1, func(u use, from int) int { return u.span.To - from })
	past := first
	for past < len(t.uses) && t.uses[past].span.From < max(at.To, at.From+1) {
		past++
	}
	return t.uses[first:past]
}

// explained tells the values of the variables in a range, for an error.
func (t *source) explained(at span) string {
	var values []string
	for _, u := range t.usesIn(at) {
		if text := u.describe(t.vars); u.known && !slices.Contains(values, text) {
			values = append(values, text)
		}
	}
	if len(values) == 0 {
		return ""
	}
	return " (" + strings.Join(values, "; ") + ")"
}

// unresolved returns the error of the first unknown variable, else nil.
func (s statement) unresolved() *Error {
	for _, u := range s.text.usesIn(s.span()) {
		if u.known {
			continue
		}
		if u.name == "" {
			return s.text.wrong(u.span, "$ needs the name of a variable; $$ is a dollar sign").with(s.instead(u.span, "$$"))
		}
		var names []string
		for _, v := range s.text.vars.list() {
			names = append(names, v.Name)
		}
		e := s.text.wrong(u.span, fmt.Sprintf("no variable %q%s", u.name, thereAre(names)))
		e.Try = "let " + u.name + "=20k"
		if better, ok := Nearest(u.name, names); ok {
			if line := s.corrected(u.span, []string{use{value: s.text.vars[better].now(), quoted: u.quoted}.written()}); line != "" {
				e.Try = line
			}
		}
		if CheckVariable(u.name) != nil {
			e.Try = "let rate=20k"
		}
		return e
	}
	return nil
}

func thereAre(names []string) string {
	switch len(names) {
	case 0:
		return " (there are none yet)"
	case 1:
		return " (only " + names[0] + ")"
	}
	return " (" + strings.Join(names, ", ") + ")"
}

// assign parses name=value as a variable.
func (c *Call) assign(w word) *Error {
	if err := CheckVariable(w.key); err != nil {
		return c.wrong(w.keySpan(), err.Error()).with(c.Command.Examples[0])
	}
	if err := CheckVariableValue(w.key, w.value); err != nil {
		return c.wrong(w.valueSpan(), err.Error()).with(c.Command.Examples[0])
	}
	for _, v := range c.assigned {
		if v.Name == w.key {
			return c.wrong(w.span, fmt.Sprintf("%s is given twice", w.key)).with(c.statement.instead(w.span, ""))
		}
	}
	c.assigned = append(c.assigned, Variable{Name: w.key, Value: w.value, Origin: c.Place()})
	return nil
}

// PrepareLet sets variables for the lines that follow.
func PrepareLet(c *Call) []*Error {
	vars := c.statement.text.vars
	for _, v := range c.assigned {
		vars.let(v)
	}
	c.scope = vars.clone()
	return nil
}

// Let runs the command let: set variables, or list them.
func Let(_ context.Context, c *Call) error {
	if c.statement.text.file == "" {
		c.vars.Store(&c.scope)
	}
	if len(c.assigned) == 0 {
		return listVariables(c)
	}
	var set []string
	for _, v := range c.assigned {
		if v.late != nil {
			v.late.Store(&v.Value)
		}
		now := c.scope[v.Name]
		text := v.Name + " = " + Quote(now.now())
		switch {
		case now.argument:
			text += " (an argument of run)"
		case now.Fixed:
			text += " (" + now.Origin + ")"
		}
		set = append(set, text)
	}
	c.Say("%s", strings.Join(set, " · "))
	return nil
}

func listVariables(c *Call) error {
	var rows [][]string
	for _, v := range c.scope.list() {
		rows = append(rows, []string{v.Name, Quote(v.now()), v.Origin})
	}
	if len(rows) == 0 {
		c.Say("no variables; set one with let rate=20k and use it as $rate")
		return nil
	}
	c.Print(graphs.Table(nil, rows, nil, 0))
	return nil
}

// known returns the variables of typed lines.
func (c *Runner) known() variables {
	if vars := c.vars.Load(); vars != nil {
		return *vars
	}
	return nil
}

// Variables returns the variables of typed lines, sorted by name.
func (c *Runner) Variables() []Variable { return c.known().list() }

// completeVariables returns the variables that match a partial $name at the end of
// before, and the offset of the name.
func completeVariables(before string, vars variables) (out []Suggestion, from int, ok bool) {
	from = len(strings.TrimRight(before, "abcdefghijklmnopqrstuvwxyz0123456789_"))
	sign := strings.TrimSuffix(before[:from], "{")
	if !strings.HasSuffix(sign, "$") || strings.HasSuffix(sign, "$$") {
		return nil, 0, false
	}
	for _, v := range vars.list() {
		out = append(out, Suggestion{v.Name, v.now()})
	}
	out = fit(before[from:], out)
	return out, from, len(out) > 0
}
