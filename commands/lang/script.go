package lang

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"pulsh/commands/progress"
	"pulsh/graphs"
)

// Script is a parsed script without errors.
type Script struct {
	Name  string
	calls []*Call
}

// Options are the options of RunScript.
type Options struct {
	KeepGoing bool        // continue after an error
	Report    func(error) // called for each error that does not end the script; may be nil
}

// Result is the result of a script.
type Result struct {
	Passed, Failed int
	Elapsed        time.Duration
	// Checks are the results of the expectations, in order.
	Checks []Check
	Drift  progress.Drift
}

// GuardCheck is the kind of a Check that is the result of a guard.
const GuardCheck = "guard"

// Check is the result of an expectation or a guard.
type Check struct {
	At        time.Time // when the test began
	Kind      string    // GuardCheck, "" for an expectation
	Place     string    // FILE:LINE, "" for a typed line
	Turn      string    // of a for or repeat, as in w=4; "" outside
	Condition string
	Measured  string
	Failure   string // why it failed, or ""
	Elapsed   time.Duration
	Samples   int // number of samples tested
	Terms     []CheckTerm
}

// CheckTerm is the result of a comparison of a Check. Values are in the unit of the
// metric, durations in nanoseconds; NaN is unknown.
type CheckTerm struct {
	Metric, Op string
	Limit      float64
	Unit       string
	Last, Best float64
	Worst      float64 // since the condition last became true
}

// ParseScript parses a script with its nested scripts, whose names are relative to the
// working folder. The error joins all errors.
func (l *Language) ParseScript(name, body string, vars ...Variable) (*Script, error) {
	script, errs := newReading(l.Commands).parse(name, body, newScope(vars))
	if len(errs) > 0 {
		return nil, joined(errs)
	}
	return script, nil
}

// ReadScript is ParseScript for a file of at most one MiB. The names of nested scripts
// are relative to its folder.
func (l *Language) ReadScript(path string, vars ...Variable) (*Script, error) {
	script, errs, err := newReading(l.Commands).read(path, newScope(vars))
	switch {
	case err != nil:
		return nil, err
	case len(errs) > 0:
		return nil, joined(errs)
	}
	return script, nil
}

// Connection reports whether a script needs a connection at its start: one of its
// commands acts on the cluster before any connects to one. settled is false if none
// does either, so that a script after it may.
func (s *Script) Connection() (needs, settled bool) {
	for _, c := range s.calls {
		switch {
		case c.Command.Connects:
			return false, true
		case !c.Command.Offline:
			return true, true
		}
		for _, pass := range c.passes {
			if needs, settled := pass.script.Connection(); settled {
				return needs, true
			}
		}
	}
	return false, false
}

// RunScript runs a script to its end, its first error (unless KeepGoing), or a quit,
// which is not an error.
func (c *Runner) RunScript(ctx context.Context, s *Script, out io.Writer, o Options) (Result, error) {
	begin := c.Config.Now()
	x := &execution{Runner: c, Out: out, result: &Result{}, keepGoing: o.KeepGoing, report: o.Report, began: begin, planned: begin}
	defer c.task.Store(nil)
	ctx, ended := c.abortable(ctx)
	err := ended(x.run(ctx, s))
	x.result.Elapsed = c.Config.Now().Sub(begin)
	if errors.Is(err, ErrQuit) {
		err = nil
	}
	return *x.result, err
}

func (x *execution) run(ctx context.Context, s *Script) error {
	if err := x.permitted(s.calls); err != nil {
		return err
	}
	var first error
	failed := 0
	for i, parsed := range s.calls {
		call := *parsed // a script may run more than once
		x.task.Store(&Progress{Far: fmt.Sprintf("command %d of %d", i+1, len(s.calls)), Share: float64(i) / float64(len(s.calls))})
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
		return &Error{Message: fmt.Sprintf("%s failed", graphs.Plural(failed, "line")), From: -1, Code: ExitCode(first), Cause: first}
	}
	return nil
}
