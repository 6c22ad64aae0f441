// Package outcome writes what became of a run, for the machines that asked for
// it: as JSON, and as the JUnit XML that pipelines show.
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
	// BehindAllowed says that a schedule that fell short is no failure.
	BehindAllowed bool
	Settings      map[string]map[string]string // of groups, by group and name
	Last          *snapshot.Snapshot
	// Refused is why the cluster was not reached, or "".
	Refused string
}

// result is the exit code as a word.
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

// failedLines are the commands that failed, but for expectations, which the
// checks tell of, and for those that failed because of a line that they ran.
func (r Run) failedLines() []lang.Line {
	var out []lang.Line
	for _, l := range r.Journal.Lines {
		if l.Failure != "" && !l.Told {
			out = append(out, l)
		}
	}
	return out
}
