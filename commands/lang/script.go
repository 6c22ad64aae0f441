package lang

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"
)

// Script is a file of commands that has been read whole and without an error.
type Script struct {
	Name  string
	calls []*Call
}

// Options say how a script runs.
type Options struct {
	KeepGoing bool        // go on after an error
	Report    func(error) // told of each error that does not end the script; may be nil
}

// Result is what became of a script's expectations.
type Result struct {
	Passed, Failed int
	Elapsed        time.Duration
	// Checks are the expectations in their order, for a report.
	Checks []Check
	Drift  Drift
}

// Check is one expectation that was tested.
type Check struct {
	At        time.Time // when it began
	Place     string    // FILE:LINE, "" for a typed line
	Turn      string    // of a for or repeat, as in w=4; "" outside
	Condition string
	Measured  string
	Failure   string // why it failed, or ""
	Elapsed   time.Duration
	Samples   int // that were looked at
	Terms     []CheckTerm
}

// CheckTerm is what one comparison of a check saw. Values are in the unit of the
// metric, durations in nanoseconds; NaN is not known.
type CheckTerm struct {
	Metric, Op string
	Limit      float64
	Unit       string
	Last, Best float64
	Worst      float64 // of the last stretch in which the condition held
}

// ParseScript reads a script whole, with the files that it runs, which are looked
// for in the working folder. The error joins everything that is wrong, each with
// its line.
func (l *Language) ParseScript(name, body string, vars ...Variable) (*Script, error) {
	script, errs := newReading(l.Commands).parse(name, body, NewScope(vars))
	if len(errs) > 0 {
		return nil, joined(errs)
	}
	return script, nil
}

// ReadScript is ParseScript for a file of at most a mebibyte. The files that it
// runs are looked for beside it.
func (l *Language) ReadScript(path string, vars ...Variable) (*Script, error) {
	script, errs, err := newReading(l.Commands).read(path, NewScope(vars))
	switch {
	case err != nil:
		return nil, err
	case len(errs) > 0:
		return nil, joined(errs)
	}
	return script, nil
}

// RunScript runs a script to its end or its first error. A `quit` ends it
// without an error.
func (c *Runner) RunScript(ctx context.Context, s *Script, out io.Writer, o Options) (Result, error) {
	begin := c.Config.Now()
	x := &execution{Runner: c, Out: out, Result: &Result{}, keepGoing: o.KeepGoing, report: o.Report, began: begin, planned: begin}
	defer c.Task.Store(nil)
	err := x.run(ctx, s)
	x.Result.Elapsed = c.Config.Now().Sub(begin)
	if errors.Is(err, ErrQuit) {
		err = nil
	}
	return *x.Result, err
}

func (x *execution) run(ctx context.Context, s *Script) error {
	if err := x.permitted(s.calls); err != nil {
		return err
	}
	var first error
	failed := 0
	for i, parsed := range s.calls {
		call := *parsed // a script may run more than once
		x.Task.Store(&Progress{Far: fmt.Sprintf("command %d of %d", i+1, len(s.calls)), Share: float64(i) / float64(len(s.calls))})
		call.execution = x
		err := call.do(ctx)
		switch {
		case err == nil:
		case !x.keepGoing || errors.Is(err, ErrQuit) || ctx.Err() != nil:
			return err
		default:
			failed++
			if first == nil {
				first = err
			}
			if x.report != nil {
				x.report(err)
			}
		}
	}
	if failed > 0 {
		return &Error{Message: fmt.Sprintf("%s failed", Count(failed, "line")), From: -1, Code: ExitCode(first), Cause: first}
	}
	return nil
}
