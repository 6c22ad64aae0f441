package commands

import (
	"context"
	"errors"
	"io"

	"pulsh/graphs"
	"pulsh/session"
)

// markWidth bounds the text of a mark under the graph, in cells.
const markWidth = 40

// Execute runs a typed line of one or more commands and prints their answers
// to out. Nothing runs if any of it cannot be understood; after an error the
// rest does not run. The error is for Paint and ExitCode; ErrQuit asks for the
// end. When ctx ends, what is waited for is given up.
func (c *Commands) Execute(ctx context.Context, line string, out io.Writer) error {
	calls, errs := parseAll(&text{body: line, rows: c.table})
	if len(errs) > 0 {
		return errs[0]
	}
	x := &execution{Commands: c, out: out, result: &Result{}}
	for _, call := range calls {
		call.execution = x
		if err := call.do(ctx); err != nil {
			return err
		}
	}
	return nil
}

// parseAll reads all statements of a text, or lists everything that is wrong.
func parseAll(t *text) ([]*call, []*Error) {
	if len(t.body) > textMax {
		return nil, []*Error{{Message: "more than a mebibyte of commands", From: -1, Code: ExitUsage, File: t.file}}
	}
	statements, errs := lex(t)
	var calls []*call
	for _, s := range statements {
		call, err := parse(s)
		if err != nil {
			errs = append(errs, err)
			continue
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
	line := Line{At: c.env.Now(), Place: c.place(), Text: c.statement.source()}
	err := c.command.run(ctx, c)
	if err != nil && !errors.Is(err, ErrQuit) {
		line.Failure = err.Error()
	}
	c.journal.ran(line)
	if c.command.changes {
		c.changed.Store(c.env.Now().UnixNano())
	}
	if c.command.changes && err == nil {
		c.env.Session.Mark(session.MarkCommand, graphs.Cut(flat(c.statement.source()), markWidth))
	}
	switch {
	case err == nil || errors.Is(err, ErrQuit):
		return err
	case ctx.Err() != nil:
		return ctx.Err()
	}
	return c.statement.placed(err)
}
