package lang

import (
	"fmt"
	"strings"

	"pulsh/commands/habits"
	"pulsh/session/spell"
)

// parse parses a statement.
func parse(s statement) (*Call, *Error) {
	if err := s.unresolved(); err != nil {
		return nil, err
	}
	cmd, rest, err := match(s)
	if err != nil {
		return nil, err
	}
	c := &Call{Command: cmd, statement: s, args: map[string]argument{}}
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

// parses reports whether a line is valid.
func parses(line string, rows []Command) bool {
	calls, errs := parseAll(&source{body: line, quiet: true, rows: rows, vars: variables{}})
	return len(errs) == 0 && len(calls) > 0
}

// takesKeys reports whether the word name=value is a setting of the command, and not
// part of a text.
func (c *Call) takesKeys(w word) bool {
	if c.Command.Assigns {
		return true
	}
	if _, ok := c.Command.setting(w.key); ok {
		return true
	}
	params := c.Command.Positional()
	return len(c.Command.Settings()) > 0 || len(params) == 0 || params[len(params)-1].Kind.Name != "TEXT"
}

func (c *Call) bindKey(w word) *Error {
	if c.Command.Assigns {
		return c.assign(w)
	}
	p, ok := c.Command.setting(w.key)
	if !ok {
		return c.unknownKey(w)
	}
	if _, twice := c.args[w.key]; twice {
		return c.wrong(w.span, fmt.Sprintf("%s is given twice", w.key)).with(c.statement.instead(span{w.span.From, w.span.To}, ""))
	}
	value, err := p.Kind.Parse(w.value)
	if err != nil {
		return c.badValue(w.valueSpan(), p, w.value, err)
	}
	c.args[w.key] = argument{Text: w.value, value: value, Span: w.valueSpan()}
	c.Given = append(c.Given, w.key)
	return nil
}

func (c *Call) unknownKey(w word) *Error {
	var names []string
	for _, p := range c.Command.Settings() {
		names = append(names, p.Name)
	}
	if len(names) == 0 {
		e := c.wrong(w.span, fmt.Sprintf("%s takes no settings", c.Command.Name))
		e.Try = c.statement.valid([]string{c.statement.replaced(w.span, w.key+" "+w.value)})
		if e.Try == "" {
			e.Try = c.statement.instead(w.span, "")
		}
		return e
	}
	e := c.wrong(w.keySpan(), fmt.Sprintf("%s has no setting %q", c.Command.Name, w.key))
	e.Try = "help " + c.Command.Name
	if near := spell.Nearest(w.key, names); len(near) > 0 {
		e.Try = c.statement.corrected(w.keySpan(), near)
	}
	return e
}

// badValue returns the error of a value, with a valid one.
func (c *Call) badValue(at span, p Param, typed string, err error) *Error {
	e := c.wrong(at, err.Error())
	if !strings.Contains(e.Message, p.Kind.Forms) {
		e.Hint = p.Kind.Forms
	}
	e.Try = c.statement.instead(at, p.Kind.better(typed))
	return e
}

// bindWords assigns words to the positional parameters.
func (c *Call) bindWords(words []word) *Error {
	for _, p := range c.Command.Positional() {
		if len(words) == 0 {
			return nil
		}
		n := 1
		if p.Rest {
			n = len(words)
		}
		at := span{words[0].span.From, words[n-1].span.To}
		texts := make([]string, n)
		for i, w := range words[:n] {
			texts[i] = w.text
		}
		typed := strings.Join(texts, " ")
		value, err := p.Kind.Parse(typed)
		if err != nil {
			return c.badValue(at, p, typed, err)
		}
		c.args[p.Name] = argument{typed, texts, words[n-1].span, value, at}
		words = words[n:]
	}
	if len(words) > 0 {
		if e := unquoted(c, words); e != nil {
			return e
		}
		return c.tooMany(words)
	}
	return nil
}

// unquoted returns the error of a text of several words without quotes, before settings;
// nil for a command that ends with no text.
func unquoted(c *Call, more []word) *Error {
	params := c.Command.Positional()
	if len(params) == 0 || params[len(params)-1].Kind.Name != "TEXT" {
		return nil
	}
	at := span{c.args[params[len(params)-1].Name].Span.From, more[len(more)-1].span.To}
	return c.wrong(at, "a text of several words stands in quotes").with(c.statement.instead(at, Quote(c.statement.text.body[at.From:at.To])))
}

func (c *Call) tooMany(words []word) *Error {
	w, whole := words[0], c.statement.span()
	if p, ok := c.Command.setting(w.text); ok {
		at, value, what := w.span, p.Kind.Sample, "needs a value"
		if len(words) > 1 && !words[1].keyed {
			at, value, what = span{w.span.From, words[1].span.To}, words[1].text, "takes its value with ="
		}
		return c.wrong(at, p.Name+" "+what).with(c.statement.instead(at, p.Name+"="+value))
	}
	if habits.Redirected(w.text) {
		line := strings.TrimSpace(c.statement.text.filled(span{whole.From, w.span.From}))
		e := c.wrong(w.span, fmt.Sprintf("%s has no pipes and no redirection; a system shell has", c.Command.Name))
		e.Try, e.Next = line, "outside: pulsh -e '"+line+"' "+c.statement.text.filled(span{w.span.From, whole.To})
		return e
	}
	if c.Command.Assigns {
		return c.wrong(w.span, fmt.Sprintf("%q is not NAME=VALUE; a name begins with a lower-case letter", w.text)).with(c.Command.Examples[0])
	}
	if len(c.Command.Settings()) > 0 {
		p := likeliest(c.Command, w.text)
		return c.wrong(w.span, fmt.Sprintf("%q is not a setting; write %s=%s", w.text, p.Name, p.Kind.Sample)).with(c.statement.instead(w.span, p.Name+"="+w.text))
	}
	if len(c.Command.Params) == 0 {
		if e := unknownSecond(c.statement, w); e != nil {
			return e
		}
	}
	return c.wrong(w.span, fmt.Sprintf("unexpected %q after %s", w.text, c.Command.Usage())).with(c.statement.instead(span{w.span.From, whole.To}, ""))
}

// likeliest returns the setting that a value without a name fits: the rate if it can be
// one, else the first that accepts it.
func likeliest(c *Command, text string) Param {
	settings := c.Settings()
	if p, ok := c.setting("rate"); ok {
		settings = append([]Param{p}, settings...)
	}
	for _, p := range settings {
		if _, err := p.Kind.Parse(text); err == nil {
			return p
		}
	}
	return settings[0]
}

// missing returns the error of a line without a required argument.
func (c *Call) missing() *Error {
	var names []string
	line := c.statement.plain()
	for _, p := range c.Command.Params {
		if _, there := c.args[p.Name]; p.Optional || there {
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
	e := c.wrong(c.statement.span(), fmt.Sprintf("%s needs %s", c.Command.Name, And(names)))
	e.Try = c.Command.Examples[0]
	if !c.statement.text.quiet && parses(line, c.statement.text.rows) {
		e.Try = line
	}
	if c.Command.SomeSetting && len(names) == 1 {
		e.Hint = "help " + c.Command.Name + " lists them"
	}
	return e
}
