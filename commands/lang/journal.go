package lang

import (
	"slices"
	"sync"
	"time"
)

// The limits of a journal, which drops the oldest entries: an hour of a command a
// second, and as many expectations.
const (
	journalLinesMax  = 3600
	JournalChecksMax = 3600
)

// Journal lists the commands and expectations of a session, oldest first, for
// recordings, exports and reports.
type Journal struct {
	Lines  []Line
	Checks []Check
}

// Line is one command that was run, from a prompt, a script or a flag.
type Line struct {
	At      time.Time // when it began
	Place   string    // FILE:LINE, "" for a typed line
	Text    string    // on one row, with variables substituted
	Source  string    // on one row as typed, with the full paths of scripts
	Failure string    // why it failed, or ""
	Took    time.Duration
	Told    bool // the failure is reported by a check or by the line of a nested script
}

// journal collects a Journal. The shell may read it while a command writes.
type journal struct {
	mu     sync.Mutex
	lines  []Line
	checks []Check
	// results are the variables that took the results of commands, in this order.
	results []Variable
}

// ran adds a command.
func (j *journal) ran(l Line) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.lines = AppendBounded(j.lines, l, journalLinesMax)
}

// tested adds an expectation.
func (j *journal) tested(c Check) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.checks = AppendBounded(j.checks, c, JournalChecksMax)
}

// resulted adds the result of a command.
func (j *journal) resulted(v Variable) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.results = AppendBounded(j.results, v, journalLinesMax)
}

// Results returns the variables that took the results of commands, oldest first.
func (c *Runner) Results() []Variable {
	c.past.mu.Lock()
	defer c.past.mu.Unlock()
	return slices.Clone(c.past.results)
}

// AppendBounded appends one to list, and drops the oldest element if list had most.
func AppendBounded[T any](list []T, one T, most int) []T {
	if len(list) == most {
		list = slices.Delete(list, 0, 1)
	}
	return append(list, one)
}

// Journal returns the commands and expectations so far.
func (c *Runner) Journal() Journal {
	c.past.mu.Lock()
	defer c.past.mu.Unlock()
	return Journal{Lines: slices.Clone(c.past.lines), Checks: slices.Clone(c.past.checks)}
}

// Tested adds the result of a guard to the journal.
func (c *Runner) Tested(check Check) { c.past.tested(check) }
