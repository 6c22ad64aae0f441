package lang

import (
	"slices"
	"sync"
	"time"
)

// The limits of a journal: an hour of a command a second, and as many
// expectations. What is older is forgotten.
const (
	JournalLinesMax  = 3600
	JournalChecksMax = 3600
)

// Journal is what was run and what was tested so far, oldest first: what a
// recording, an export and a report tell of a session beside its figures.
type Journal struct {
	Lines  []Line
	Checks []Check
}

// Line is one command that was run, from a prompt, a script or a flag.
type Line struct {
	At      time.Time // when it began
	Place   string    // FILE:LINE, "" for a typed line
	Text    string    // on one line, with its variables filled in
	Source  string    // on one line as it was typed, but that scripts have their whole names
	Failure string    // why it failed, or ""
	Took    time.Duration
	Told    bool // by a check, or by the line of a script that it ran
}

// journal is the Journal being written. The shell may read it while a command
// writes.
type journal struct {
	mu     sync.Mutex
	lines  []Line
	checks []Check
}

func (j *journal) Ran(l Line) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.lines = AppendBounded(j.lines, l, JournalLinesMax)
}

func (j *journal) Tested(c Check) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.checks = AppendBounded(j.checks, c, JournalChecksMax)
}

// AppendBounded appends one to list, and drops the oldest beyond most.
func AppendBounded[T any](list []T, one T, most int) []T {
	if len(list) == most {
		list = slices.Delete(list, 0, 1)
	}
	return append(list, one)
}

// Journal is what was run and tested so far.
func (c *Runner) Journal() Journal {
	c.Past.mu.Lock()
	defer c.Past.mu.Unlock()
	return Journal{Lines: slices.Clone(c.Past.lines), Checks: slices.Clone(c.Past.checks)}
}
