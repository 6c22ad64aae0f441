package commands

import (
	"fmt"
	"strings"

	"pulsh/session/spell"
)

// parse reads a statement. The error has a place and a next step.
func parse(s statement) (*call, *Error) {
	if err := s.unresolved(); err != nil {
		return nil, err
	}
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
	calls, errs := parseAll(&text{body: line, quiet: true, rows: rows, vars: scope{}})
	return len(errs) == 0 && len(calls) > 0
}

// takesKeys says whether name=value is a setting here, and not part of a text.
func (c *call) takesKeys(w word) bool {
	if c.command.assigns {
		return true
	}
	if _, ok := c.command.setting(w.key); ok {
		return true
	}
	params := c.command.positional()
	return len(c.command.settings()) > 0 || len(params) == 0 || params[len(params)-1].kind.name != "TEXT"
}

func (c *call) bindKey(w word) *Error {
	if c.command.assigns {
		return c.assign(w)
	}
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
	c.args[w.key] = argument{text: w.value, value: value, span: w.valueSpan()}
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
	if near := spell.Nearest(w.key, names); len(near) > 0 {
		e.Try = c.statement.corrected(w.keySpan(), near)
	}
	return e
}

// badValue offers the nearest of a list of words, or a value that is right.
func (c *call) badValue(at span, p param, typed string, err error) *Error {
	e := c.wrong(at, err.Error())
	if !strings.Contains(e.Message, p.kind.forms) {
		e.Hint = p.kind.forms
	}
	e.Try = c.statement.instead(at, p.kind.better(typed))
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
		c.args[p.name] = argument{typed, texts, words[n-1].span, value, at}
		words = words[n:]
	}
	if len(words) > 0 {
		return c.tooMany(words[0])
	}
	return nil
}

func (c *call) tooMany(w word) *Error {
	if len(c.command.settings()) > 0 {
		p := c.likeliest(w.text)
		e := c.wrong(w.span, fmt.Sprintf("%q stands alone; a setting is written %s=%s", w.text, p.name, p.kind.sample))
		e.Try = c.statement.instead(w.span, p.name+"="+w.text)
		return e
	}
	e := c.wrong(w.span, fmt.Sprintf("%q is one word too many for %s", w.text, c.command.usage()))
	whole := c.statement.span()
	e.Try = c.statement.instead(span{w.span.from, whole.to}, "")
	return e
}

// likeliest is the setting that a value without a name was probably meant for:
// the rate if it can be one, else the first that takes it.
func (c *call) likeliest(text string) param {
	settings := c.command.settings()
	if p, ok := c.command.setting("rate"); ok {
		settings = append([]param{p}, settings...)
	}
	for _, p := range settings {
		if _, err := p.kind.parse(text); err == nil {
			return p
		}
	}
	return settings[0]
}

// missing refuses a line without what the command needs.
func (c *call) missing() *Error {
	var names []string
	line := c.statement.plain()
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
