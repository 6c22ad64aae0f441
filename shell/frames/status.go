package frames

import (
	"slices"
	"time"

	"pulsh/graphs"
	"pulsh/session/snapshot"
	"pulsh/session/spec"
)

// wide is the width from which on a row has all figures of a group, and two
// graphs stand side by side.
const wide = 140

// The priorities of cells. A narrow row drops the lowest first.
const (
	seldom   = 10 // known from show as well
	extra    = 15
	speed    = 20 // bytes a second
	repeat   = 25 // redelivered
	median   = 30
	progress = 40
	outcome  = 50 // failed, backlog
	tail     = 58
	size     = 60 // workers
	trouble  = 75
	always   = 90 // state and rate
)

// status returns the rows of at most limit groups and the row of the session.
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

// choose divides groups into those with a row of their own and the rest. If not
// all groups fit into limit rows, the last row is for the rest; groups in a
// graph or in trouble are chosen first. Both results keep the order.
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

// sessionRow returns the last row: clock, cluster, sums, and the resources that
// pulsh uses.
func (f *Frames) sessionRow(s *snapshot.Snapshot, now time.Time, width int) string {
	cells := []graphs.Cell{
		{Text: graphs.Clock(s.Elapsed), Width: graphs.ClockWidth},
		f.clusterSign(s.Cluster, now).cell(false),
	}
	cells = append(cells, f.clusterCells(s.Cluster, now)...)
	cells = append(cells, f.addedCells(s.Clusters, now)...)
	if s.Protected {
		cells = append(cells, graphs.Cell{Text: "protected", Priority: always - 2, Style: f.palette.Red})
	}
	cells = append(cells, f.sums(s)...)
	return graphs.Row(width, append(cells, f.costs(s, width >= wide)...))
}

// costs returns the resources that pulsh uses, at the right edge.
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

// sums returns the totals of all groups, for each kind of which there are
// groups.
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
