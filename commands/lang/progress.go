package lang

import (
	"math"
	"strings"
	"time"

	"pulsh/graphs"
)

// Progress is how far the command that runs has come. A value of it is never
// changed: a command publishes the next one.
type Progress struct {
	Step  string  // what goes on now, "" for what the line says
	Far   string  // how far in words: 12.1 MiB of 76.3 MiB
	Share float64 // how far from 0 to 1, NaN where it is not known

	// A span of time that passes, instead of Far and Share.
	Begin time.Time
	Span  time.Duration

	Now func() string // what is waited for as it is now; nil says nothing
}

// Step is a step of something that takes its time.
type Step struct {
	Text        string
	Done, Total int64 // bytes; Total is 0 where it is not known
}

// Progress is the step as a progress; that of the zero Step is nil.
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

// Progress is that of the command that runs, nil where it has none to show. It
// may be called by any goroutine.
func (c *Runner) Progress() *Progress { return c.Task.Load() }

// WaitingFor is the progress of something whose end is not known; now says how it
// is.
func WaitingFor(now func() string) *Progress { return &Progress{Share: math.NaN(), Now: now} }

// Publish shows p, which must not change any more; nil shows nothing.
func (c *Runner) Publish(p *Progress) { c.Task.Store(p) }

// Report publishes how far something is that no command does. The zero Step ends
// it.
func (c *Runner) Report(s Step) { c.Task.Store(s.Progress()) }

// progressMeter is the width of the bar, in cells.
const progressMeter = 16

// Line is the progress as one line: a bar and a share where they are known, how
// far in words, how long it took so far, and what goes on. That of nil is "".
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

// Until publishes that a span of time passes, and what is waited for meanwhile.
func (c *Call) Until(d time.Duration, now func() string) {
	if d > 0 {
		c.Task.Store(&Progress{Begin: c.Config.Now(), Span: d, Now: now})
	}
}
