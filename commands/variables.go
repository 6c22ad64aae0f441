package commands

import (
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
	variableValueMax = 4096
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

// checkVariableValue refuses what no line could hold.
func checkVariableValue(name, value string) error {
	switch {
	case len(value) > variableValueMax:
		return fmt.Errorf("the value of %s is longer than %d bytes", name, variableValueMax)
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
	return Variable{Name: name, Value: value, Origin: origin, Fixed: true}, checkVariableValue(name, value)
}

// EnvironmentVariables are the variables among NAME=VALUE pairs of an
// environment, sorted by name. Letters may be large or small.
func EnvironmentVariables(environment []string) ([]Variable, error) {
	found := scope{}
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
		if err := checkVariableValue(full, value); err != nil {
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

// scope is the variables that a text knows, by name.
type scope map[string]Variable

// newScope holds variables of which a later one of the same name counts.
func newScope(vars []Variable) scope {
	s := scope{}
	for _, v := range vars {
		s[v.Name] = v
	}
	return s
}

func (s scope) clone() scope {
	if s == nil {
		return scope{}
	}
	return maps.Clone(s)
}

// list is sorted by name.
func (s scope) list() []Variable {
	var out []Variable
	for _, name := range slices.Sorted(maps.Keys(s)) {
		out = append(out, s[name])
	}
	return out
}

// let sets a variable unless a flag, the environment or an argument of the run
// has fixed it.
func (s scope) let(v Variable) {
	if old := s[v.Name]; !old.Fixed && !old.argument {
		s[v.Name] = v
	}
}

// inner is the scope of a file that is run with arguments: it knows what is
// known where it is run, and its own let changes nothing there.
func (s scope) inner(arguments []Variable) scope {
	in := scope{}
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
	span   span
	name   string // "" if no name stands behind the $
	value  string
	known  bool
	quoted bool // within "…"
}

// said tells what stood for what: $rate is 50kk, from --set.
func (u use) said(vars scope) string {
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
	return quote(u.value)
}

// dollar reads $name, ${name} or $$, or records what is wrong with it.
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
	u.known, u.value = known && u.name != "", v.Value
	switch l.filled += len(u.value); {
	case !u.known:
		b.WriteString(rest[:end])
	case l.filled <= textMax:
		b.WriteString(u.value)
	case l.filled-len(u.value) <= textMax: // said once
		l.fail(u.span, "more than a mebibyte of variables filled in")
	}
	l.text.uses = append(l.text.uses, u)
	l.at += end
}

// usesIn are the variables that stand within a stretch of the text.
func (t *text) usesIn(at span) []use {
	first, _ := slices.BinarySearchFunc(t.uses, at.from+1, func(u use, from int) int { return u.span.to - from })
	past := first
	for past < len(t.uses) && t.uses[past].span.from < max(at.to, at.from+1) {
		past++
	}
	return t.uses[first:past]
}

// explained tells what the variables within a stretch stood for.
func (t *text) explained(at span) string {
	var said []string
	for _, u := range t.usesIn(at) {
		if text := u.said(t.vars); u.known && !slices.Contains(said, text) {
			said = append(said, text)
		}
	}
	if len(said) == 0 {
		return ""
	}
	return " (" + strings.Join(said, "; ") + ")"
}

// unresolved is the error of the first variable that is not known.
func (s statement) unresolved() *Error {
	for _, u := range s.text.usesIn(s.span()) {
		if u.known {
			continue
		}
		if u.name == "" {
			e := s.text.wrong(u.span, "$ stands before the name of a variable; $$ is a dollar")
			e.Try = s.instead(u.span, "$$")
			return e
		}
		var names []string
		for _, v := range s.text.vars.list() {
			names = append(names, v.Name)
		}
		e := s.text.wrong(u.span, fmt.Sprintf("no variable %q%s", u.name, thereAre(names)))
		e.Try = "let " + u.name + "=20k"
		if better, ok := nearest(u.name, names); ok {
			if line := s.corrected(u.span, []string{use{value: s.text.vars[better].Value, quoted: u.quoted}.written()}); line != "" {
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
	return "; there are " + and(names)
}
