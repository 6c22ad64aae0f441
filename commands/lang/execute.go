package lang

import (
	"context"
	"errors"
	"io"

	"pulsh/session/secret"
)

// Execute runs a typed line of one or more commands and prints their answers to out.
//
// The whole line, with the scripts that it runs, is checked before its first command
// runs. Execute returns at the first error, which is for Paint and ExitCode; ErrQuit
// ends the session. When ctx ends, so do the waits of commands.
func (c *Runner) Execute(ctx context.Context, line string, out io.Writer) error {
	calls, errs := parseAll(&source{body: line, rows: c.Config.Language.Commands, vars: c.known().clone(), reading: newReading(c.Config.Language.Commands)})
	switch {
	case len(errs) == 1 || len(errs) > 0 && errs[0].File == "":
		return errs[0]
	case len(errs) > 0:
		return joined(errs)
	}
	x := &execution{Runner: c, Out: out, result: &Result{}, began: c.Config.Now(), planned: c.Config.Now()}
	if err := x.permitted(calls); err != nil {
		return err
	}
	ctx, ended := c.abortable(ctx)
	for _, call := range calls {
		call.execution = x
		if err := call.do(ctx); err != nil {
			return ended(err)
		}
	}
	return ended(nil)
}

// Accepts reports whether a typed line can be parsed with the present variables. The
// scripts that it runs are not read.
func (c *Runner) Accepts(line string) bool {
	calls, errs := parseAll(&source{body: line, quiet: true, rows: c.Config.Language.Commands, vars: c.known().clone()})
	return len(errs) == 0 && len(calls) > 0
}

// joined joins errors, each once: a script that is read twice has the same errors.
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

// parseAll parses all statements of a text, and the scripts that they run. It returns
// all errors. Afterwards t.vars has the variables that the text sets.
func parseAll(t *source) ([]*Call, []*Error) {
	if len(t.body) > textMax {
		return nil, []*Error{{Message: "more than a mebibyte of commands", From: -1, Code: ExitUsage, File: t.file}}
	}
	if t.vars == nil {
		t.vars = variables{}
	}
	l := &lexer{text: t}
	var calls []*Call
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
		call, err := parseLine(statement{t, words})
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

// run runs the command, after a question if it disturbs a protected cluster. What
// destroys asks by itself.
func (c *Call) run(ctx context.Context) error {
	if c.Command.Disturbs {
		if err := c.AskProtected(ctx); err != nil {
			return err
		}
	}
	return c.Command.Run(ctx, c)
}

// do runs the command. Its error has the place of the line.
func (c *Call) do(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if c.before != nil {
		fresh, err := again(c)
		if err != nil {
			return err
		}
		return fresh.do(ctx)
	}
	if overridden(c) {
		return nil
	}
	line := Line{At: c.Config.Now(), Place: c.Place(), Text: secret.Redact(c.statement.plain()), Source: secret.Redact(c.source(""))}
	recorded := c.recorded()
	if recorded {
		c.keep(c.recording.begin, line)
	}
	outer := c.task.Load()
	err := c.run(ctx)
	c.task.Store(outer) // the progress of the script
	if err == nil && c.cell != nil {
		keepResult(c)
	}
	if err != nil && !errors.Is(err, ErrQuit) {
		line.Failure = secret.Redact(err.Error())
		line.Told = AsError(err).Shown || len(c.passes) > 0
	}
	if ctx.Err() != nil {
		line.Failure, line.Told = "interrupted", true
	}
	if recorded && c.recording != nil {
		c.keep(c.recording.end, line)
	}
	line.Took = c.Config.Now().Sub(line.At)
	c.past.ran(line)
	if c.Config.Ran != nil {
		c.Config.Ran(c, err)
	}
	switch {
	case err == nil || errors.Is(err, ErrQuit):
		return err
	case ctx.Err() != nil:
		return ctx.Err()
	}
	return c.statement.placed(err)
}
