package commands

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// call is a command with its arguments, ready to run.
type call struct {
	*execution
	command   *command
	statement statement
	args      map[string]argument
	given     []string // settings in the order in which they were typed
}

// argument is one value, read and as it was typed.
type argument struct {
	text  string
	value any
	span  span
}

// parse reads a statement. The error has a place and a next step.
func parse(s statement) (*call, *Error) {
	cmd, rest, err := match(s)
	if err != nil {
		return nil, err
	}
	c := &call{command: cmd, statement: s, args: map[string]argument{}}
	var plain []word
	for _, w := range rest {
		if !w.keyed || !c.takesKeys(w) {
			plain = append(plain, w)
			continue
		}
		if err := c.bindKey(w); err != nil {
			return nil, err
		}
	}
	if err := c.bindWords(plain); err != nil {
		return nil, err
	}
	return c, c.missing()
}

// parses says whether a line can be typed.
func parses(line string, rows []command) bool {
	statements, errs := lex(&text{body: line, quiet: true, rows: rows})
	if len(errs) > 0 || len(statements) == 0 {
		return false
	}
	for _, s := range statements {
		if _, err := parse(s); err != nil {
			return false
		}
	}
	return true
}

// match finds the command whose name is the longest beginning of the line.
func match(s statement) (*command, []word, *Error) {
	rows := s.text.rows
	best, length := -1, 0
	for i := range rows {
		for _, name := range rows[i].names() {
			if parts := strings.Fields(name); len(parts) > length && begins(s.words, parts) {
				best, length = i, len(parts)
			}
		}
	}
	if best >= 0 {
		return &rows[best], s.words[length:], nil
	}
	return nil, nil, unknown(s)
}

func begins(words []word, parts []string) bool {
	if len(words) < len(parts) {
		return false
	}
	for i, p := range parts {
		if words[i].text != p || words[i].quoted {
			return false
		}
	}
	return true
}

// unknown says which command was probably meant.
func unknown(s statement) *Error {
	first, rows := s.words[0], s.text.rows
	var firsts, seconds []string
	for _, c := range rows {
		for _, name := range c.names() {
			one, two, _ := strings.Cut(name, " ")
			firsts = append(firsts, one)
			if one == first.text {
				seconds = append(seconds, two)
			}
		}
	}
	if len(seconds) == 0 {
		e := s.text.wrong(first.span, fmt.Sprintf("no command %q", first.text))
		e.Try = "help"
		if names := near(first.text, firsts); len(names) > 0 {
			e.Try = s.corrected(first.span, names)
		}
		return e
	}
	if len(s.words) == 1 {
		e := s.text.wrong(first.span, fmt.Sprintf("%s needs %s", first.text, or(seconds)))
		e.Try = exampleOf(rows, first.text+" "+seconds[0])
		return e
	}
	second := s.words[1]
	e := s.text.wrong(second.span, fmt.Sprintf("%s has no %q; there are %s", first.text, second.text, and(seconds)))
	if names := near(second.text, seconds); len(names) > 0 {
		e.Try = s.corrected(second.span, names)
		return e
	}
	e.Try = exampleOf(rows, first.text+" "+seconds[0])
	return e
}

// exampleOf is the first example of a command.
func exampleOf(rows []command, name string) string {
	for _, c := range rows {
		if c.name == name {
			return c.examples[0]
		}
	}
	return "help"
}

// instead is the statement with another text at one place, if it can be typed
// then; else the example of a command that begins like it.
func (s statement) instead(at span, with string) string {
	if s.text.quiet {
		return ""
	}
	line := s.replaced(at, with)
	if parses(line, s.text.rows) {
		return line
	}
	words := strings.Fields(line)
	best, length := "help", 0
	for _, c := range s.text.rows {
		for _, name := range c.names() {
			parts := strings.Fields(name)
			n := 0
			for n < len(parts) && n < len(words) && parts[n] == words[n] {
				n++
			}
			if n > length {
				best, length = c.examples[0], n
			}
		}
	}
	return best
}

// corrected is instead with the first of the names that makes the line right.
func (s statement) corrected(at span, names []string) string {
	for _, name := range names {
		if line := s.replaced(at, name); !s.text.quiet && parses(line, s.text.rows) {
			return line
		}
	}
	return s.instead(at, names[0])
}

// replaced is the statement with another text at one place, on one line.
func (s statement) replaced(at span, with string) string {
	whole := s.span()
	return strings.TrimSpace(flat(s.text.body[whole.from:at.from] + with + s.text.body[at.to:whole.to]))
}

// flat writes a statement of several lines on one.
func flat(line string) string {
	lines := strings.Split(line, "\n")
	for i, l := range lines {
		if i < len(lines)-1 {
			l = strings.TrimSuffix(strings.TrimRight(l, " \t\r"), "\\")
		}
		lines[i] = strings.TrimSpace(l)
	}
	return strings.Join(lines, " ")
}

// takesKeys says whether name=value is a setting here, and not part of a text.
func (c *call) takesKeys(w word) bool {
	if _, ok := c.command.setting(w.key); ok {
		return true
	}
	params := c.command.positional()
	return len(c.command.settings()) > 0 || len(params) == 0 || params[len(params)-1].kind.name != "TEXT"
}

func (c *call) bindKey(w word) *Error {
	p, ok := c.command.setting(w.key)
	if !ok {
		return c.unknownKey(w)
	}
	if _, twice := c.args[w.key]; twice {
		e := c.wrong(w.span, fmt.Sprintf("%s is given twice", w.key))
		e.Try = c.statement.instead(span{w.span.from, w.span.to}, "")
		return e
	}
	value, err := p.kind.parse(w.value)
	if err != nil {
		return c.badValue(w.valueSpan(), p, w.value, err)
	}
	c.args[w.key] = argument{w.value, value, w.valueSpan()}
	c.given = append(c.given, w.key)
	return nil
}

func (c *call) unknownKey(w word) *Error {
	var names []string
	for _, p := range c.command.settings() {
		names = append(names, p.name)
	}
	if len(names) == 0 {
		e := c.wrong(w.span, fmt.Sprintf("%s takes no settings", c.command.name))
		e.Try = c.statement.instead(w.span, "")
		return e
	}
	e := c.wrong(w.keySpan(), fmt.Sprintf("%s has no setting %q", c.command.name, w.key))
	e.Try = "help " + c.command.name
	if near := near(w.key, names); len(near) > 0 {
		e.Try = c.statement.corrected(w.keySpan(), near)
	}
	return e
}

// badValue offers the nearest of a list of words, or a value that is right.
func (c *call) badValue(at span, p param, typed string, err error) *Error {
	e := c.wrong(at, err.Error())
	e.Hint = p.kind.forms
	better := p.kind.sample
	if strings.Contains(p.kind.forms, ", ") && p.kind.complete != nil && !strings.ContainsAny(typed, "0123456789") {
		var offered []string
		for _, s := range p.kind.complete(&scene{}) {
			offered = append(offered, s.Text)
		}
		if name, ok := nearest(typed, offered); ok {
			better = name
		}
	}
	e.Try = c.statement.instead(at, better)
	return e
}

// bindWords gives words to the parameters in their order.
func (c *call) bindWords(words []word) *Error {
	for _, p := range c.command.positional() {
		if len(words) == 0 {
			return nil
		}
		n := 1
		if p.rest {
			n = len(words)
		}
		at := span{words[0].span.from, words[n-1].span.to}
		texts := make([]string, n)
		for i, w := range words[:n] {
			texts[i] = w.text
		}
		typed := strings.Join(texts, " ")
		value, err := p.kind.parse(typed)
		if err != nil {
			return c.badValue(at, p, typed, err)
		}
		c.args[p.name] = argument{typed, value, at}
		words = words[n:]
	}
	if len(words) > 0 {
		return c.tooMany(words[0])
	}
	return nil
}

func (c *call) tooMany(w word) *Error {
	if len(c.command.settings()) > 0 {
		p := c.command.settings()[0]
		for _, other := range c.command.settings() {
			if _, err := other.kind.parse(w.text); err == nil && other.name != "topic" {
				p = other
				break
			}
		}
		e := c.wrong(w.span, fmt.Sprintf("%q stands alone; a setting is written %s=%s", w.text, p.name, p.kind.sample))
		e.Try = c.statement.instead(w.span, p.name+"="+w.text)
		return e
	}
	e := c.wrong(w.span, fmt.Sprintf("%q is one word too many for %s", w.text, c.command.usage()))
	whole := c.statement.span()
	e.Try = c.statement.instead(span{w.span.from, whole.to}, "")
	return e
}

// missing refuses a line without what the command needs.
func (c *call) missing() *Error {
	var names []string
	line := flat(c.statement.source())
	for _, p := range c.command.params {
		if _, there := c.args[p.name]; p.optional || there {
			continue
		}
		names = append(names, p.kind.name)
		line += " " + p.kind.sample
	}
	if c.command.someSetting && len(c.given) == 0 && len(names) == 0 {
		names = []string{"a setting"}
		line += c.command.examples[0][strings.LastIndexByte(c.command.examples[0], ' '):]
	}
	if len(names) == 0 {
		return nil
	}
	e := c.wrong(c.statement.span(), fmt.Sprintf("%s needs %s", c.command.name, and(names)))
	e.Try = c.command.examples[0]
	if !c.statement.text.quiet && parses(line, c.statement.text.rows) {
		e.Try = line
	}
	return e
}

func (c *call) wrong(at span, message string) *Error { return c.statement.text.wrong(at, message) }

// or joins words as a question does: a, b or c.
func or(names []string) string {
	names = slices.Compact(slices.Clone(names))
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " or " + names[len(names)-1]
}

// value is an argument as its kind has read it; ok is false if it was left out.
func value[T any](c *call, name string) (v T, ok bool) {
	a, ok := c.args[name]
	if !ok {
		return v, false
	}
	v, ok = a.value.(T)
	return v, ok
}

// text is an argument as it was typed, "" if it was left out.
func (c *call) text(name string) string { return c.args[name].text }

// say prints an answer, set off from the line that asked.
func (c *call) say(format string, args ...any) {
	line := fmt.Sprintf(format, args...)
	io.WriteString(c.out, "  "+line+"\n") // nobody is left to tell when the output is gone
}

// print writes lines, set off in the same way.
func (c *call) print(lines []string) {
	for _, l := range lines {
		c.say("%s", l)
	}
}

// refuse is an error at an argument's place, or without one if it was left out.
func (c *call) refuse(name, try, format string, args ...any) error {
	e := c.fail(try, format, args...)
	a, ok := c.args[name]
	if !ok {
		return e
	}
	at := c.wrong(a.span, e.Message)
	at.Try, at.Next, at.Code = e.Try, e.Next, e.Code
	return at
}

// fail is an error without a place.
func (c *call) fail(try, format string, args ...any) *Error {
	e := &Error{Message: fmt.Sprintf(format, args...), From: -1, Code: ExitFailed}
	e.suggest(try)
	return e
}
