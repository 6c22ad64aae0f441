package lang

import (
	"math"
	"strings"
	"time"

	"pulsh/graphs"
)

// Progress is the progress of the running command. A published value never changes.
type Progress struct {
	Step  string  // the present step, "" for none
	Far   string  // progress in words: 12.1 MiB of 76.3 MiB
	Share float64 // progress from 0 to 1, NaN if unknown

	// A wait, instead of Far and Share.
	Begin time.Time
	Span  time.Duration

	Now func() string // the present state of what the command waits for; may be nil
}

// Step is a step of a long operation.
type Step struct {
	Text        string
	Done, Total int64 // bytes; Total is 0 if unknown
}

// Progress converts the step, the zero Step to nil.
func (s Step) Progress() *Progress {
	if s == (Step{}) {
		return nil
	}
	p := &Progress{Step: s.Text, Share: math.NaN()}
	if s.Done > 0 {
		p.Far = graphs.Bytes(float64(s.Done))
	}
	if s.Total > 0 {
		p.Far += " of " + graphs.Bytes(float64(s.Total))
		p.Share = float64(s.Done) / float64(s.Total)
	}
	return p
}

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

// progressMeter is the width of the bar, in cells.
const progressMeter = 16

// Line formats the progress on one line: a bar and a percentage if known, words, the
// time taken so far, and the step. It returns "" for nil.
func (p *Progress) Line(now time.Time, took time.Duration) string {
	if p == nil {
		return ""
	}
	share, far := p.Share, strings.TrimLeft(p.Far+"  "+graphs.Elapsed(took), " ")
	if p.Span > 0 {
		passed := min(max(now.Sub(p.Begin), 0), p.Span)
		share, far = passed.Seconds()/p.Span.Seconds(), graphs.Elapsed(passed.Truncate(time.Second))+" of "+graphs.Elapsed(p.Span)
	}
	var parts []string
	if !math.IsNaN(share) {
		share = min(max(share, 0), 1)
		parts = append(parts, graphs.Meter(share, 1, progressMeter)+" "+graphs.Percent(100*share, 0))
	}
	step := p.Step
	if p.Now != nil {
		step = p.Now()
	}
	for _, text := range []string{far, step} {
		if text != "" {
			parts = append(parts, text)
		}
	}
	return strings.Join(parts, "  ")
}

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
