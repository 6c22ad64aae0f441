package lang

import (
	"context"
	"errors"
	"io"
)

// Execute runs a typed line of one or more commands and prints their answers
// to out. Nothing runs if any of it cannot be understood or may not run, or of the files
// that it runs; after an error the rest does not run. The error is for Paint
// and ExitCode; ErrQuit asks for the end. When ctx ends, what is waited for is
// given up.
func (c *Runner) Execute(ctx context.Context, line string, out io.Writer) error {
	calls, errs := ParseAll(&Text{Body: line, Rows: c.Config.Language.Commands, Vars: c.known().clone(), reading: newReading(c.Config.Language.Commands)})
	switch {
	case len(errs) == 1 || len(errs) > 0 && errs[0].File == "":
		return errs[0]
	case len(errs) > 0:
		return joined(errs)
	}
	x := &execution{Runner: c, Out: out, Result: &Result{}, began: c.Config.Now(), planned: c.Config.Now()}
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

// ParseAll reads all statements of a text, and the files that they run, or lists
// everything that is wrong. Variables that the text sets are in t.vars then.
func ParseAll(t *Text) ([]*Call, []*Error) {
	if len(t.Body) > TextMax {
		return nil, []*Error{{Message: "more than a mebibyte of commands", From: -1, Code: ExitUsage, File: t.file}}
	}
	if t.Vars == nil {
		t.Vars = Variables{}
	}
	l := &Lexer{Text: t}
	var calls []*Call
	var errs []*Error
	for l.At < len(t.Body) {
		l.Errs = nil
		words := l.Statement()
		errs = append(errs, l.Errs...)
		if len(words) == 0 || len(l.Errs) > 0 {
			continue
		}
		if ok, first := t.reading.spend(); !ok {
			if first {
				errs = append(errs, t.wrong(Statement{t, words}.span(), tooMuch()))
			}
			return calls, errs
		}
		call, err := parse(Statement{t, words})
		if err != nil {
			errs = append(errs, err)
			continue
		}
		if call.Command.Prepare != nil {
			errs = append(errs, call.Command.Prepare(call)...)
		}
		calls = append(calls, call)
	}
	return calls, errs
}

// do runs one command. Its error has the place of the line.
func (c *Call) do(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	line := Line{At: c.Config.Now(), Place: c.Place(), Text: c.Statement.Plain(), Source: c.source("")}
	recorded := c.recorded()
	if recorded {
		c.keep(c.recording.begin, line)
	}
	outer := c.Task.Load()
	err := c.Command.Run(ctx, c)
	c.Task.Store(outer) // a script goes on with its own
	if err != nil && !errors.Is(err, ErrQuit) {
		line.Failure = err.Error()
		line.Told = AsError(err).Shown || len(c.passes) > 0
	}
	if ctx.Err() != nil {
		line.Failure, line.Told = "interrupted", true
	}
	if recorded && c.recording != nil {
		c.keep(c.recording.end, line)
	}
	line.Took = c.Config.Now().Sub(line.At)
	c.Past.Ran(line)
	if c.Config.Ran != nil {
		c.Config.Ran(c, err)
	}
	switch {
	case err == nil || errors.Is(err, ErrQuit):
		return err
	case ctx.Err() != nil:
		return ctx.Err()
	}
	return c.Statement.placed(err)
}
