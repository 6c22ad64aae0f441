package lang

import (
	"math"
	"time"

	"pulsh/commands/progress"
)

// Progress is the progress of the running command. A published value never changes.
type Progress = progress.Progress

// Step is a step of a long operation.
type Step = progress.Step

// Progress returns the progress of the running command, nil for none. It may be called
// by any goroutine.
func (c *Runner) Progress() *Progress { return c.task.Load() }

// WaitingFor returns the progress of a wait of unknown length; now returns its present
// state.
func WaitingFor(now func() string) *Progress { return &Progress{Share: math.NaN(), Now: now} }

// Publish shows p, which must not change any more; nil for none.
func (c *Runner) Publish(p *Progress) { c.task.Store(p) }

// Report publishes the progress of an operation that is not a command. The zero Step
// ends it.
func (c *Runner) Report(s Step) { c.task.Store(s.Progress()) }

// Waiting publishes a wait of unknown length; now returns the present state of what the
// command waits for.
func (c *Call) Waiting(now func() string) { c.task.Store(WaitingFor(now)) }

// Until publishes a wait of at most d; now returns the present state of what the command
// waits for, and may be nil.
func (c *Call) Until(d time.Duration, now func() string) {
	if d > 0 {
		c.task.Store(&Progress{Begin: c.Config.Now(), Span: d, Now: now})
	}
}
