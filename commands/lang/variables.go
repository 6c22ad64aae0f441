package lang

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"pulsh/graphs"
)

// The limits of variables: a name as long as that of a group, and a value as
// long as the longest line that anyone types.
const (
	variableNameMax  = 32
	VariableValueMax = 4096
)

// VariablePrefix is how the environment names variables: PULSH_VAR_RATE is
// $rate. Nothing else of the environment can be read by a script, so that
// PULSH_TOKEN stays where it is.
const VariablePrefix = "PULSH_VAR_"

// Variable is a text that $name stands for. Variables are filled in while a
// line is read, so that everything is checked before anything runs.
type Variable struct {
	Name, Value string
	Origin      string // --set, PULSH_VAR_RATE, FILE:LINE; "" if it was typed
	// Fixed variables, those of flags and of the environment, are not changed
	// by a let, which gives the default.
	Fixed    bool
	argument bool // of the run that the file belongs to: no let changes it
}

// CheckVariable says whether a variable may have this name: a small letter, then
// small letters, digits and _, at most 32 in all.
func CheckVariable(name string) error {
	switch {
	case name == "":
		return fmt.Errorf("a variable needs a name")
	case len(name) > variableNameMax:
		return fmt.Errorf("%q is longer than %d characters", name, variableNameMax)
	case variableLength(name) != len(name):
		return fmt.Errorf("%q is no variable: a small letter, then small letters, digits and _", name)
	}
	return nil
}

// CheckVariableValue refuses what no line could hold.
func CheckVariableValue(name, value string) error {
	switch {
	case len(value) > VariableValueMax:
		return fmt.Errorf("the value of %s is longer than %d bytes", name, VariableValueMax)
	case strings.ContainsFunc(value, func(r rune) bool { return r < ' ' || r == 0x7f || r == '\ufffd' }):
		return fmt.Errorf("the value of %s holds a character that cannot be typed", name)
	}
	return nil
}

// ParseVariable reads name=value as a flag has it.
func ParseVariable(text, origin string) (Variable, error) {
	name, value, found := strings.Cut(text, "=")
	if !found {
		return Variable{}, fmt.Errorf("%q sets nothing; a variable is set with name=value", text)
	}
	if err := CheckVariable(name); err != nil {
		return Variable{}, err
	}
	return Variable{Name: name, Value: value, Origin: origin, Fixed: true}, CheckVariableValue(name, value)
}

// EnvironmentVariables are the variables among NAME=VALUE pairs of an
// environment, sorted by name. Letters may be large or small.
func EnvironmentVariables(environment []string) ([]Variable, error) {
	found := Variables{}
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
			return nil, fmt.Errorf("%s and %s are the same variable, $%s", min(full, other.Origin), max(full, other.Origin), v.Name)
		}
		found[v.Name] = v
	}
	return found.list(), nil
}

// variableLength is how much of a text's beginning is the name of a variable.
func variableLength(text string) int {
	n := 0
	for n < len(text) && (text[n] >= 'a' && text[n] <= 'z' || n > 0 && (text[n] == '_' || text[n] >= '0' && text[n] <= '9')) {
		n++
	}
	return n
}

// Variables is the variables that a text knows, by name.
type Variables map[string]Variable

// NewScope holds variables of which a later one of the same name counts.
func NewScope(vars []Variable) Variables {
	s := Variables{}
	for _, v := range vars {
		s[v.Name] = v
	}
	return s
}

func (s Variables) clone() Variables {
	if s == nil {
		return Variables{}
	}
	return maps.Clone(s)
}

// list is sorted by name.
func (s Variables) list() []Variable {
	var out []Variable
	for _, name := range slices.Sorted(maps.Keys(s)) {
		out = append(out, s[name])
	}
	return out
}

// let sets a variable unless a flag, the environment or an argument of the run
// has fixed it.
func (s Variables) let(v Variable) {
	if old := s[v.Name]; !old.Fixed && !old.argument {
		s[v.Name] = v
	}
}

// inner is the scope of a file that is run with arguments: it knows what is
// known where it is run, and its own let changes nothing there.
func (s Variables) inner(arguments []Variable) Variables {
	in := Variables{}
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

// use is one place of a text where a variable stands.
type use struct {
	span   Span
	name   string // "" if no name stands behind the $
	value  string
	known  bool
	quoted bool // within "…"
}

// said tells what stood for what: $rate is 50kk, from --set.
func (u use) said(vars Variables) string {
	text := "$" + u.name + " is " + graphs.Cut(graphs.Clean(u.value), saidWidth)
	if u.value == "" {
		text = "$" + u.name + " is empty"
	}
	if v := vars[u.name]; v.Origin != "" && v.Value == u.value {
		text += ", from " + v.Origin
	}
	return text
}

// saidWidth bounds a value within a sentence, in cells.
const saidWidth = 60

// written is the value as it can stand in place of the variable.
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

// dollar reads $name, ${name} or $$, or records what is wrong with it.
func (l *Lexer) dollar(b *strings.Builder, quoted bool) {
	rest := l.Text.Body[l.At:]
	if strings.HasPrefix(rest, "$$") {
		b.WriteByte('$')
		l.At += 2
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
	u := use{span: Span{l.At, l.At + end}, name: rest[from:to], quoted: quoted}
	v, known := l.Text.Vars[u.name]
	u.known, u.value = known && u.name != "", v.Value
	switch l.filled += len(u.value); {
	case !u.known:
		b.WriteString(rest[:end])
	case l.filled <= TextMax:
		b.WriteString(u.value)
	case l.filled-len(u.value) <= TextMax: // said once
		l.fail(u.span, "more than a mebibyte of variables filled in")
	}
	l.Text.uses = append(l.Text.uses, u)
	l.At += end
}

// usesIn are the variables that stand within a stretch of the text.
func (t *Text) usesIn(at Span) []use {
	first, _ := slices.BinarySearchFunc(t.uses, at.From+1, func(u use, from int) int { return u.span.To - from })
	past := first
	for past < len(t.uses) && t.uses[past].span.From < max(at.To, at.From+1) {
		past++
	}
	return t.uses[first:past]
}

// explained tells what the variables within a stretch stood for.
func (t *Text) explained(at Span) string {
	var said []string
	for _, u := range t.usesIn(at) {
		if text := u.said(t.Vars); u.known && !slices.Contains(said, text) {
			said = append(said, text)
		}
	}
	if len(said) == 0 {
		return ""
	}
	return " (" + strings.Join(said, "; ") + ")"
}

// Unresolved is the error of the first variable that is not known.
func (s Statement) Unresolved() *Error {
	for _, u := range s.Text.usesIn(s.span()) {
		if u.known {
			continue
		}
		if u.name == "" {
			e := s.Text.wrong(u.span, "$ stands before the name of a variable; $$ is a dollar")
			e.Try = s.Instead(u.span, "$$")
			return e
		}
		var names []string
		for _, v := range s.Text.Vars.list() {
			names = append(names, v.Name)
		}
		e := s.Text.wrong(u.span, fmt.Sprintf("no variable %q%s", u.name, thereAre(names)))
		e.Try = "let " + u.name + "=20k"
		if better, ok := Nearest(u.name, names); ok {
			if line := s.corrected(u.span, []string{use{value: s.Text.Vars[better].Value, quoted: u.quoted}.written()}); line != "" {
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
		return "; there are none"
	case 1:
		return "; there is " + names[0]
	}
	return "; there are " + And(names)
}

// assign takes name=value as a variable.
func (c *Call) assign(w word) *Error {
	if err := CheckVariable(w.key); err != nil {
		e := c.Wrong(w.keySpan(), err.Error())
		e.Try = c.Command.Examples[0]
		return e
	}
	if err := CheckVariableValue(w.key, w.value); err != nil {
		e := c.Wrong(w.valueSpan(), err.Error())
		e.Try = c.Command.Examples[0]
		return e
	}
	for _, v := range c.assigned {
		if v.Name == w.key {
			e := c.Wrong(w.span, fmt.Sprintf("%s is given twice", w.key))
			e.Try = c.Statement.Instead(w.span, "")
			return e
		}
	}
	c.assigned = append(c.assigned, Variable{Name: w.key, Value: w.value, Origin: c.origin()})
	return nil
}

// origin is where a variable was set, for sentences: FILE:LINE, "" if it was
// typed.
func (c *Call) origin() string { return c.Place() }

// PrepareLet sets variables for the lines behind it.
func PrepareLet(c *Call) []*Error {
	vars := c.Statement.Text.Vars
	for _, v := range c.assigned {
		vars.let(v)
	}
	c.scope = vars.clone()
	return nil
}

// Let keeps what a typed line has set, and tells what the variables are: those
// that it names, or all.
func Let(_ context.Context, c *Call) error {
	if c.Statement.Text.file == "" {
		c.vars.Store(&c.scope)
	}
	if len(c.assigned) == 0 {
		return listVariables(c)
	}
	var said []string
	for _, v := range c.assigned {
		now := c.scope[v.Name]
		text := v.Name + " = " + Quote(now.Value)
		switch {
		case now.argument:
			text += " (an argument of the run)"
		case now.Fixed:
			text += " (" + now.Origin + ")"
		}
		said = append(said, text)
	}
	c.Say("%s", strings.Join(said, " · "))
	return nil
}

func listVariables(c *Call) error {
	var rows [][]string
	for _, v := range c.scope.list() {
		rows = append(rows, []string{v.Name, Quote(v.Value), v.Origin})
	}
	if len(rows) == 0 {
		c.Say("no variables; let rate=20k sets one, and $rate is what it stands for")
		return nil
	}
	c.Print(graphs.Table(nil, rows, nil, 0))
	return nil
}

// known is the variables of typed lines.
func (c *Runner) known() Variables {
	if vars := c.vars.Load(); vars != nil {
		return *vars
	}
	return nil
}

// Variables are those of typed lines, sorted by name.
func (c *Runner) Variables() []Variable { return c.known().list() }

// completeVariables offers variables while $ and a part of a name are typed, and
// says where the name begins.
func completeVariables(before string, vars Variables) (out []Suggestion, from int, ok bool) {
	from = len(strings.TrimRight(before, "abcdefghijklmnopqrstuvwxyz0123456789_"))
	sign := strings.TrimSuffix(before[:from], "{")
	if !strings.HasSuffix(sign, "$") || strings.HasSuffix(sign, "$$") {
		return nil, 0, false
	}
	for _, v := range vars.list() {
		out = append(out, Suggestion{v.Name, v.Value})
	}
	out = fit(before[from:], out)
	return out, from, len(out) > 0
}
