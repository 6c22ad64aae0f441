// Package progress tells how far a long operation is. Pure.
package progress

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
