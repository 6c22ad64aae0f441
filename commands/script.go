package commands

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"pulsh/graphs"
	"pulsh/session"
)

// scriptDepthMax bounds scripts that run scripts, so that one that runs itself
// ends with a sentence.
const scriptDepthMax = 8

// Script is a file of commands that has been read whole and without an error.
type Script struct {
	Name  string
	calls []*call
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
}

// Check is one expectation that was tested.
type Check struct {
	Place     string // FILE:LINE, "" for a typed line
	Condition string
	Measured  string
	Failure   string // why it failed, or ""
	Elapsed   time.Duration
}

// ParseScript reads a script whole. The error joins everything that is wrong,
// each with its line.
func ParseScript(name, body string) (*Script, error) {
	calls, errs := parseAll(&text{file: name, body: body, rows: table()})
	if len(errs) > 0 {
		all := make([]error, len(errs))
		for i, e := range errs {
			all[i] = e
		}
		return nil, errors.Join(all...)
	}
	return &Script{name, calls}, nil
}

// RunScript runs a script to its end or its first error. A `quit` ends it
// without an error.
func (c *Commands) RunScript(ctx context.Context, s *Script, out io.Writer, o Options) (Result, error) {
	x := &execution{Commands: c, out: out, result: &Result{}}
	begin := c.env.Now()
	err := x.run(ctx, s, o)
	x.result.Elapsed = c.env.Now().Sub(begin)
	if errors.Is(err, ErrQuit) {
		err = nil
	}
	return *x.result, err
}

func (x *execution) run(ctx context.Context, s *Script, o Options) error {
	var first error
	failed := 0
	for _, parsed := range s.calls {
		call := *parsed // a script may run more than once
		call.execution = x
		err := call.do(ctx)
		switch {
		case err == nil:
		case !o.KeepGoing || errors.Is(err, ErrQuit) || ctx.Err() != nil:
			return err
		default:
			failed++
			if first == nil {
				first = err
			}
			if o.Report != nil {
				o.Report(err)
			}
		}
	}
	if failed > 0 {
		return &Error{Message: fmt.Sprintf("%s failed", count(failed, "line")), From: -1, Code: ExitCode(first), Cause: first}
	}
	return nil
}

// Summary is the last line of a script's results: expectations, the account of
// all messages, and how long it took.
func (r Result) Summary(s *session.Snapshot) string {
	var parts []string
	if r.Passed+r.Failed > 0 {
		parts = append(parts, fmt.Sprintf("%d passed, %d failed", r.Passed, r.Failed))
	}
	if t := s.Totals; t.Sent+t.Received > 0 {
		parts = append(parts, strings.Join([]string{whole(t.Sent) + " sent", whole(t.Acked) + " acked", whole(t.Received) + " received",
			whole(t.Lost) + " lost", whole(t.Duplicated) + " duplicated"}, ", "))
	}
	return strings.Join(append(parts, graphs.Seconds(r.Elapsed)), " · ")
}

// ReadScript reads and parses a file of at most a mebibyte.
func ReadScript(path string) (*Script, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return nil, fmt.Errorf("there is no file %q", path)
	case err != nil:
		return nil, fmt.Errorf("%q cannot be read: %w", path, errors.Unwrap(err))
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%q is not a file", path)
	case info.Size() > textMax:
		return nil, fmt.Errorf("%q is larger than a mebibyte", path)
	}
	body, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("%q cannot be read: %w", path, errors.Unwrap(err))
	}
	return ParseScript(path, string(body))
}
