// Package outcome writes the results of a run for other programs: as JSON, and as
// JUnit XML for CI systems.
package outcome

import (
	"time"

	"pulsh/commands/host"
	"pulsh/commands/lang"
	"pulsh/session/snapshot"
)

// Run is a run that has ended.
type Run struct {
	Pulsh     string // its version
	Began     time.Time
	Elapsed   time.Duration
	ExitCode  int
	Scripts   []string // the files that were run
	Variables []lang.Variable
	Journal   lang.Journal
	Schedules []host.Schedule
	// BehindAllowed reports whether a group behind its schedule is no failure.
	BehindAllowed bool
	Settings      map[string]map[string]string // of groups, by group and name
	Last          *snapshot.Snapshot
	// Refused is the error of the connection, or "".
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

// failedLines returns the commands that failed, without expectations and without
// lines whose nested script has failed.
func (r Run) failedLines() []lang.Line {
	var out []lang.Line
	for _, l := range r.Journal.Lines {
		if l.Failure != "" && !l.Told {
			out = append(out, l)
		}
	}
	return out
}
