package frames

import (
	"slices"
	"time"

	"pulsh/graphs"
	"pulsh/session/snapshot"
	"pulsh/session/spec"
)

// wide is the width from which on all figures of a group are shown, and two
// graphs stand side by side.
const wide = 140

// The order in which cells go when the row is too narrow, the lowest first.
const (
	seldom   = 10 // known from show as well
	extra    = 15
	speed    = 20 // bytes a second
	repeat   = 25 // redelivered
	median   = 30
	progress = 40
	outcome  = 50 // failed, behind
	tail     = 58
	size     = 60 // workers
	trouble  = 75
	always   = 90 // state and rate
)

// status draws the rows of so many groups, and the session's own row.
func (f *Frames) status(s *snapshot.Snapshot, shown []Graph, now time.Time, width, limit int) []string {
	var lines []string
	if limit > 0 && len(s.Groups) > 0 {
		rows := newGroupRows(f, s.Groups, width)
		kept, rest := choose(s.Groups, shown, limit)
		lines = rows.draw(kept)
		if len(rest) > 0 {
			lines = append(lines, f.rollUp(rest, len(kept) > 0, width))
		}
	}
	return append(lines, f.sessionRow(s, now, width))
}

// choose picks the groups that get rows of their own, in their order. If not
// all fit, the last row is left to the rest, and groups in a graph or in
// trouble come first.
func choose(groups []snapshot.Group, shown []Graph, limit int) (kept, rest []snapshot.Group) {
	if len(groups) <= limit {
		return groups, nil
	}
	inGraph := func(name string) bool {
		return slices.ContainsFunc(shown, func(g Graph) bool {
			return slices.ContainsFunc(g.Metrics, func(m snapshot.Metric) bool { return m.Group == name })
		})
	}
	first := func(g snapshot.Group) bool { return troubled(g) || inGraph(g.Name) }
	chosen := make([]bool, len(groups))
	left := limit - 1
	for _, preferred := range []bool{true, false} {
		for i, g := range groups {
			if left > 0 && !chosen[i] && first(g) == preferred {
				chosen[i] = true
				left--
			}
		}
	}
	for i, g := range groups {
		if chosen[i] {
			kept = append(kept, g)
		} else {
			rest = append(rest, g)
		}
	}
	return kept, rest
}

// sessionRow is the last row: clock, cluster, sums, and what pulsh costs.
func (f *Frames) sessionRow(s *snapshot.Snapshot, now time.Time, width int) string {
	cells := []graphs.Cell{
		{Text: graphs.Clock(s.Elapsed), Width: graphs.ClockWidth},
		f.clusterSign(s.Cluster, now).cell(false),
	}
	cells = append(cells, f.clusterCells(s.Cluster, now)...)
	cells = append(cells, f.sums(s)...)
	return graphs.Row(width, append(cells, f.costs(s, width >= wide)...))
}

// costs are what pulsh itself takes, at the right edge.
func (f *Frames) costs(s *snapshot.Snapshot, all bool) []graphs.Cell {
	p := s.Process
	var cells []graphs.Cell
	cost := func(name, text string, width, priority int, grade spec.Grade) {
		cells = append(cells, graphs.Cell{Text: name + " " + graphs.Right(text, width), Priority: priority, Edge: true, Style: f.worry(grade)})
	}
	if all {
		perMillion := s.PerMillion()
		cost("gc", graphs.Latency(float64(p.RecentPauseMax)), graphs.LatencyWidth, seldom-2, spec.Good)
		cost("goroutines", figure(int64(p.Goroutines)), graphs.ThreeWidth, seldom-3, spec.Good)
		cost("cpu/million", graphs.Latency(perMillion), graphs.LatencyWidth, seldom-1, spec.Good)
	}
	cost("cpu", graphs.PercentTight(p.CPU, 0), len("100%"), speed, f.limits.CPU.Over(p.CPU))
	cost("mem", graphs.Memory(float64(p.RSS)), len("999M"), seldom, f.limits.Memory.Over(float64(p.RSS)))
	return cells
}

// sums are the totals of all groups of either kind, where there are such.
func (f *Frames) sums(s *snapshot.Snapshot) []graphs.Cell {
	p := f.palette
	if len(s.Groups) == 0 {
		return []graphs.Cell{{Text: "no groups", Priority: outcome, Style: p.Faint}}
	}
	total := func(name string, n int64, priority int) graphs.Cell {
		return graphs.Cell{Text: name + " " + graphs.Right(figure(n), graphs.ThreeWidth), Priority: priority}
	}
	worry := func(name string, n int64) graphs.Cell {
		c := graphs.Cell{Text: name + " " + figure(n), Priority: tail}
		if n > 0 {
			c.Style, c.Priority = p.Red, trouble
		}
		return c
	}
	var cells []graphs.Cell
	kinds := map[snapshot.Kind]bool{}
	for _, g := range s.Groups {
		kinds[g.Kind] = true
	}
	if kinds[snapshot.Produce] {
		cells = append(cells, total("sent", s.Totals.Sent, outcome))
	}
	if kinds[snapshot.Consume] {
		cells = append(cells, total("received", s.Totals.Received, progress),
			worry("lost", s.Totals.Lost), worry("dup", s.Totals.Duplicated))
	}
	return cells
}
