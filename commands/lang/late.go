package lang

import (
	"fmt"
	"sync/atomic"
)

// late is the place of a value that is known only when its line has run, as that of
// let best=find …; it holds nil until then. The lines that use the value are checked with
// a sample of it, and parsed again when they run.
type late = atomic.Pointer[string]

// now returns the value of a variable, a sample while the real one is not known.
func (v Variable) now() string {
	if v.late != nil {
		if text := v.late.Load(); text != nil {
			return *text
		}
	}
	return v.Value
}

// waits reports whether the value is not known yet.
func (v Variable) waits() bool { return v.late != nil && v.late.Load() == nil }

// resultOf returns the words of the command whose result let NAME=COMMAND … takes, and the
// word with the name; nil for any other line.
func resultOf(words []word, rows []Command) (name *word, inner []word) {
	if len(words) < 3 || words[0].text != "let" || !words[1].keyed || words[2].keyed {
		return nil, nil
	}
	first := word{text: words[1].value, span: words[1].valueSpan()}
	inner = append([]word{first}, words[2:]...)
	if cmd, _ := longest(inner, rows); cmd == nil {
		return nil, nil
	}
	return &words[1], inner
}

// parseLine parses a statement with what it sets.
func parseLine(s statement) (*Call, *Error) {
	name, inner := resultOf(s.words, s.text.rows)
	if name == nil {
		call, err := parse(s)
		if err == nil {
			postpone(call)
		}
		return call, err
	}
	call, err := parse(statement{s.text, inner})
	switch {
	case err != nil:
		return nil, err
	case call.Command.Result == "":
		e := s.text.wrong(name.valueSpan(), fmt.Sprintf("%s has no result for a variable; find, wait until and wait done have", call.Command.Name))
		e.Try = "let best=find fast.rate where fast.p99<20ms"
		return nil, e
	case CheckVariable(name.key) != nil:
		return nil, s.text.wrong(name.keySpan(), CheckVariable(name.key).Error())
	}
	call.statement, call.into = s, name.key
	postpone(call)
	if old := s.text.vars[name.key]; old.Fixed || old.argument {
		return call, nil
	}
	call.cell = new(late)
	s.text.vars.let(Variable{Name: name.key, Value: call.Command.Result, Origin: call.Place(), late: call.cell})
	call.scope = s.text.vars.clone()
	return call, nil
}

// postpone notes the variables before a line that uses a value which is not known yet. What
// such a let sets is not known either.
func postpone(c *Call) {
	for _, u := range c.statement.text.usesIn(c.statement.span()) {
		if u.waits && c.before == nil {
			c.before = c.statement.text.vars.clone()
		}
	}
	for i := range c.assigned {
		if c.before != nil && c.Command.Name == "let" {
			c.assigned[i].late = new(late)
		}
	}
}

// again parses a postponed line once more, with the values that are known by now.
func again(c *Call) (*Call, *Error) {
	old := c.statement.text
	fresh := &source{file: old.file, body: old.body, rows: old.rows, vars: c.before.clone()}
	if old.reading != nil {
		anew := newReading(old.rows)
		anew.dir, anew.chain = old.reading.dir, old.reading.chain
		fresh.reading = anew
	}
	l := &lexer{text: fresh, at: c.statement.span().From}
	s := statement{fresh, l.statement()}
	if len(l.errs) > 0 {
		return nil, l.errs[0]
	}
	for _, u := range fresh.usesIn(s.span()) {
		if u.waits {
			return nil, fresh.wrong(u.span, fmt.Sprintf("$%s has no value: the line that sets it has failed", u.name))
		}
	}
	call, err := parseLine(s)
	if err != nil {
		return nil, err
	}
	for i := range call.assigned {
		call.assigned[i].late = c.assigned[i].late
	}
	if c.cell != nil {
		call.cell = c.cell
	}
	if call.Command.Prepare != nil {
		if errs := call.Command.Prepare(call); len(errs) > 0 {
			return nil, errs[0]
		}
	}
	call.execution = c.execution
	return call, nil
}

// SetResult gives the result of the command, for let NAME=COMMAND ….
func SetResult(c *Call, text string) { c.value = text }

// keepResult sets the variable that takes the result of the command.
func keepResult(c *Call) {
	v := c.scope[c.into]
	c.cell.Store(&c.value)
	c.past.resulted(Variable{Name: c.into, Value: c.value, Origin: v.Origin})
	if c.statement.text.file == "" {
		c.vars.Store(&c.scope)
	}
	c.Say("%s = %s", c.into, Quote(c.value))
}

// overridden tells that a variable of a flag, or an argument, makes the command needless.
func overridden(c *Call) bool {
	if c.into == "" || c.cell != nil {
		return false
	}
	v := c.statement.text.vars[c.into]
	from := v.Origin
	if v.argument {
		from = "an argument of run"
	}
	c.Say("%s = %s (%s), so %s is left out", c.into, Quote(v.now()), from, c.Command.Name)
	return true
}
