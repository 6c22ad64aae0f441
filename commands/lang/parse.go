package lang

import (
	"fmt"
	"strings"

	"pulsh/session/spell"
)

// parse reads a statement. The error has a place and a next step.
func parse(s Statement) (*Call, *Error) {
	if err := s.Unresolved(); err != nil {
		return nil, err
	}
	cmd, rest, err := match(s)
	if err != nil {
		return nil, err
	}
	c := &Call{Command: cmd, Statement: s, Args: map[string]Argument{}}
	var plain []word
	for _, w := range rest {
		if !w.Keyed || !c.takesKeys(w) {
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

// Parses says whether a line can be typed.
func Parses(line string, rows []Command) bool {
	calls, errs := ParseAll(&Text{Body: line, quiet: true, Rows: rows, Vars: Variables{}})
	return len(errs) == 0 && len(calls) > 0
}

// takesKeys says whether name=value is a setting here, and not part of a text.
func (c *Call) takesKeys(w word) bool {
	if c.Command.Assigns {
		return true
	}
	if _, ok := c.Command.setting(w.key); ok {
		return true
	}
	params := c.Command.positional()
	return len(c.Command.settings()) > 0 || len(params) == 0 || params[len(params)-1].Kind.Name != "TEXT"
}

func (c *Call) bindKey(w word) *Error {
	if c.Command.Assigns {
		return c.assign(w)
	}
	p, ok := c.Command.setting(w.key)
	if !ok {
		return c.unknownKey(w)
	}
	if _, twice := c.Args[w.key]; twice {
		e := c.Wrong(w.span, fmt.Sprintf("%s is given twice", w.key))
		e.Try = c.Statement.Instead(Span{w.span.From, w.span.To}, "")
		return e
	}
	value, err := p.Kind.Parse(w.value)
	if err != nil {
		return c.badValue(w.valueSpan(), p, w.value, err)
	}
	c.Args[w.key] = Argument{Text: w.value, value: value, Span: w.valueSpan()}
	c.Given = append(c.Given, w.key)
	return nil
}

func (c *Call) unknownKey(w word) *Error {
	var names []string
	for _, p := range c.Command.settings() {
		names = append(names, p.Name)
	}
	if len(names) == 0 {
		e := c.Wrong(w.span, fmt.Sprintf("%s takes no settings", c.Command.Name))
		e.Try = c.Statement.Instead(w.span, "")
		return e
	}
	e := c.Wrong(w.keySpan(), fmt.Sprintf("%s has no setting %q", c.Command.Name, w.key))
	e.Try = "help " + c.Command.Name
	if near := spell.Nearest(w.key, names); len(near) > 0 {
		e.Try = c.Statement.corrected(w.keySpan(), near)
	}
	return e
}

// badValue offers the nearest of a list of words, or a value that is right.
func (c *Call) badValue(at Span, p Param, typed string, err error) *Error {
	e := c.Wrong(at, err.Error())
	if !strings.Contains(e.Message, p.Kind.Forms) {
		e.Hint = p.Kind.Forms
	}
	e.Try = c.Statement.Instead(at, p.Kind.better(typed))
	return e
}

// bindWords gives words to the parameters in their order.
func (c *Call) bindWords(words []word) *Error {
	for _, p := range c.Command.positional() {
		if len(words) == 0 {
			return nil
		}
		n := 1
		if p.Rest {
			n = len(words)
		}
		at := Span{words[0].span.From, words[n-1].span.To}
		texts := make([]string, n)
		for i, w := range words[:n] {
			texts[i] = w.Text
		}
		typed := strings.Join(texts, " ")
		value, err := p.Kind.Parse(typed)
		if err != nil {
			return c.badValue(at, p, typed, err)
		}
		c.Args[p.Name] = Argument{typed, texts, words[n-1].span, value, at}
		words = words[n:]
	}
	if len(words) > 0 {
		return c.tooMany(words[0])
	}
	return nil
}

func (c *Call) tooMany(w word) *Error {
	if len(c.Command.settings()) > 0 {
		p := c.likeliest(w.Text)
		e := c.Wrong(w.span, fmt.Sprintf("%q stands alone; a setting is written %s=%s", w.Text, p.Name, p.Kind.Sample))
		e.Try = c.Statement.Instead(w.span, p.Name+"="+w.Text)
		return e
	}
	e := c.Wrong(w.span, fmt.Sprintf("%q is one word too many for %s", w.Text, c.Command.usage()))
	whole := c.Statement.span()
	e.Try = c.Statement.Instead(Span{w.span.From, whole.To}, "")
	return e
}

// likeliest is the setting that a value without a name was probably meant for:
// the rate if it can be one, else the first that takes it.
func (c *Call) likeliest(text string) Param {
	settings := c.Command.settings()
	if p, ok := c.Command.setting("rate"); ok {
		settings = append([]Param{p}, settings...)
	}
	for _, p := range settings {
		if _, err := p.Kind.Parse(text); err == nil {
			return p
		}
	}
	return settings[0]
}

// missing refuses a line without what the command needs.
func (c *Call) missing() *Error {
	var names []string
	line := c.Statement.Plain()
	for _, p := range c.Command.Params {
		if _, there := c.Args[p.Name]; p.Optional || there {
			continue
		}
		names = append(names, p.Kind.Name)
		line += " " + p.Kind.Sample
	}
	if c.Command.SomeSetting && len(c.Given) == 0 && len(names) == 0 {
		names = []string{"a setting"}
		line += c.Command.Examples[0][strings.LastIndexByte(c.Command.Examples[0], ' '):]
	}
	if len(names) == 0 {
		return nil
	}
	e := c.Wrong(c.Statement.span(), fmt.Sprintf("%s needs %s", c.Command.Name, And(names)))
	e.Try = c.Command.Examples[0]
	if !c.Statement.Text.quiet && Parses(line, c.Statement.Text.Rows) {
		e.Try = line
	}
	return e
}
