// Package outcome writes the results of a run for other programs: as JSON, and as
// JUnit XML for CI systems.
package outcome

import (
	"time"

	"pulsh/commands/host"
	"pulsh/commands/lang"
	"pulsh/session/export"
)

// Run is a run that has ended.
type Run struct {
	Report    *export.Report // at its end
	Elapsed   time.Duration
	ExitCode  int
	Scripts   []string // the files that were run
	Variables []lang.Variable
	// Results are the variables that took the results of commands.
	Results   []lang.Variable
	Schedules []host.Schedule
	// BehindAllowed reports that a group behind its schedule is no failure.
	BehindAllowed bool
	// Refused is the reason why the cluster was not reached, or "".
	Refused string
}

// result returns the exit code as a word.
func (r Run) result() string {
	switch r.ExitCode {
	case lang.ExitDone:
		return "passed"
	case lang.ExitFailed:
		return "failed"
	case lang.ExitUsage:
		return "usage"
	case lang.ExitUnconnected:
		return "unconnected"
	}
	return "interrupted"
}

// failedLines returns the commands that failed, without those whose failure a
// check or another line has.
func (r Run) failedLines() []export.Line {
	var out []export.Line
	for _, l := range r.Report.Lines {
		if l.Failure != "" && !l.Repeated {
			out = append(out, l)
		}
	}
	return out
}
