package commands

import (
	"context"
	"fmt"
	"strings"

	"pulsh/graphs"
)

// assign takes name=value as a variable.
func (c *Call) assign(w word) *Error {
	if err := CheckVariable(w.key); err != nil {
		e := c.wrong(w.keySpan(), err.Error())
		e.Try = c.command.examples[0]
		return e
	}
	if err := checkVariableValue(w.key, w.value); err != nil {
		e := c.wrong(w.valueSpan(), err.Error())
		e.Try = c.command.examples[0]
		return e
	}
	for _, v := range c.assigned {
		if v.Name == w.key {
			e := c.wrong(w.span, fmt.Sprintf("%s is given twice", w.key))
			e.Try = c.statement.instead(w.span, "")
			return e
		}
	}
	c.assigned = append(c.assigned, Variable{Name: w.key, Value: w.value, Origin: c.origin()})
	return nil
}

// origin is where a variable was set, for sentences: FILE:LINE, "" if it was
// typed.
func (c *Call) origin() string { return c.place() }

// prepareLet sets variables for the lines behind it.
func prepareLet(c *Call) []*Error {
	vars := c.statement.text.vars
	for _, v := range c.assigned {
		vars.let(v)
	}
	c.scope = vars.clone()
	return nil
}

// let keeps what a typed line has set, and tells what the variables are: those
// that it names, or all.
func let(_ context.Context, c *Call) error {
	if c.statement.text.file == "" {
		c.vars.Store(&c.scope)
	}
	if len(c.assigned) == 0 {
		return listVariables(c)
	}
	var said []string
	for _, v := range c.assigned {
		now := c.scope[v.Name]
		text := v.Name + " = " + quote(now.Value)
		switch {
		case now.argument:
			text += " (an argument of the run)"
		case now.Fixed:
			text += " (" + now.Origin + ")"
		}
		said = append(said, text)
	}
	c.say("%s", strings.Join(said, " · "))
	return nil
}

func listVariables(c *Call) error {
	var rows [][]string
	for _, v := range c.scope.list() {
		rows = append(rows, []string{v.Name, quote(v.Value), v.Origin})
	}
	if len(rows) == 0 {
		c.say("no variables; let rate=20k sets one, and $rate is what it stands for")
		return nil
	}
	c.print(graphs.Table(nil, rows, nil, 0))
	return nil
}

// known is the variables of typed lines.
func (c *Runner) known() scope {
	if vars := c.vars.Load(); vars != nil {
		return *vars
	}
	return nil
}

// Variables are those of typed lines, sorted by name.
func (c *Runner) Variables() []Variable { return c.known().list() }

// completeVariables offers variables while $ and a part of a name are typed, and
// says where the name begins.
func completeVariables(before string, vars scope) (out []Suggestion, from int, ok bool) {
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
