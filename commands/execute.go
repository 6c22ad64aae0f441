package commands

import (
	"context"
	"errors"
	"io"

	"pulsh/graphs"
	"pulsh/session/broker"
	"pulsh/session/snapshot"
)

// markWidth bounds the text of a mark under the graph, in cells.
const markWidth = 40

// Execute runs a typed line of one or more commands and prints their answers
// to out. Nothing runs if any of it cannot be understood or may not run, or of the files
// that it runs; after an error the rest does not run. The error is for Paint
// and ExitCode; ErrQuit asks for the end. When ctx ends, what is waited for is
// given up.
func (c *Commands) Execute(ctx context.Context, line string, out io.Writer) error {
	calls, errs := parseAll(&text{body: line, rows: c.table, vars: c.known().clone(), reading: newReading()})
	switch {
	case len(errs) == 1 || len(errs) > 0 && errs[0].File == "":
		return errs[0]
	case len(errs) > 0:
		return joined(errs)
	}
	x := &execution{Commands: c, out: out, result: &Result{}, began: c.env.Now(), planned: c.env.Now()}
	if err := x.permitted(calls); err != nil {
		return err
	}
	for _, call := range calls {
		call.execution = x
		if err := call.do(ctx); err != nil {
			return err
		}
	}
	return nil
}

// joined is all errors as one. A file that is read more than once has each of its
// errors once.
func joined(errs []*Error) error {
	var all []error
	told := map[string]bool{}
	for _, e := range errs {
		if text := e.Error(); !told[text] {
			told[text] = true
			all = append(all, e)
		}
	}
	return errors.Join(all...)
}

// parseAll reads all statements of a text, and the files that they run, or lists
// everything that is wrong. Variables that the text sets are in t.vars then.
func parseAll(t *text) ([]*call, []*Error) {
	if len(t.body) > textMax {
		return nil, []*Error{{Message: "more than a mebibyte of commands", From: -1, Code: ExitUsage, File: t.file}}
	}
	if t.vars == nil {
		t.vars = scope{}
	}
	l := &lexer{text: t}
	var calls []*call
	var errs []*Error
	for l.at < len(t.body) {
		l.errs = nil
		words := l.statement()
		errs = append(errs, l.errs...)
		if len(words) == 0 || len(l.errs) > 0 {
			continue
		}
		if ok, first := t.reading.spend(); !ok {
			if first {
				errs = append(errs, t.wrong(statement{t, words}.span(), tooMuch()))
			}
			return calls, errs
		}
		call, err := parse(statement{t, words})
		if err != nil {
			errs = append(errs, err)
			continue
		}
		if call.command.prepare != nil {
			errs = append(errs, call.command.prepare(call)...)
		}
		calls = append(calls, call)
	}
	return calls, errs
}

// do runs one command. Its error has the place of the line.
func (c *call) do(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	line := Line{At: c.env.Now(), Place: c.place(), Text: broker.Redact(c.statement.plain()), Source: broker.Redact(c.source(""))}
	recorded := c.recorded()
	if recorded {
		c.keep(c.Commands.recording.begin, line)
	}
	outer := c.task.Load()
	err := c.command.run(ctx, c)
	c.task.Store(outer) // a script goes on with its own
	if err != nil && !errors.Is(err, ErrQuit) {
		line.Failure = broker.Redact(err.Error())
		line.Told = asError(err).Shown || len(c.passes) > 0
	}
	if ctx.Err() != nil {
		line.Failure, line.Told = "interrupted", true
	}
	if recorded && c.Commands.recording != nil {
		c.keep(c.Commands.recording.end, line)
	}
	line.Took = c.env.Now().Sub(line.At)
	c.journal.ran(line)
	if c.command.changes {
		c.changed.Store(c.env.Now().UnixNano())
	}
	if c.command.changes && err == nil {
		c.env.Session.Mark(snapshot.MarkCommand, graphs.Cut(broker.Redact(flat(c.statement.source())), markWidth))
	}
	switch {
	case err == nil || errors.Is(err, ErrQuit):
		return err
	case ctx.Err() != nil:
		return ctx.Err()
	}
	return c.statement.placed(err)
}
