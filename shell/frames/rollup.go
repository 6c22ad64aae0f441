package frames

import (
	"fmt"

	"pulsh/graphs"
	"pulsh/session/metrics"
	"pulsh/session/snapshot"
	"pulsh/session/spec"
)

// rollUp returns one row for several groups, with the most serious of their
// states and their sums. With more, other groups have rows of their own above
// it.
func (f *Frames) rollUp(groups []snapshot.Group, more bool, width int) string {
	name := fmt.Sprintf("%d groups", len(groups))
	if len(groups) == 1 {
		name = "1 group"
	}
	if more {
		name = "+" + name
	}
	sum, health := addUp(groups), spec.Good
	for _, g := range groups {
		health = max(health, f.health[g.Cluster])
	}
	cells := []graphs.Cell{{Text: name, Width: len("+10 groups"), Style: f.palette.Bold}, f.groupSign(sum.worst, health).cell(true)}
	if sum.kinds[snapshot.Produce] {
		out := right(graphs.Rate(sum.sent)+" out", graphs.RateWidth+len(" out"), always)
		if sum.target > 0 {
			out.Style = f.rateStyle(sum.bound, sum.target)
		}
		cells = append(cells, out)
	}
	if sum.kinds[snapshot.Consume] {
		cells = append(cells, right(graphs.Rate(sum.received)+" in", graphs.RateWidth+len(" in"), always-1))
	}
	cells = append(cells, f.tailCell(sum.slowest))
	if sum.kinds[snapshot.Produce] {
		cells = append(cells, f.failedCell(sum.failed))
	}
	if sum.kinds[snapshot.Consume] {
		cells = append(cells, f.backlogCell(sum.behind))
	}
	return graphs.Row(width, cells)
}

// together is the sum of several groups.
type together struct {
	kinds          map[snapshot.Kind]bool
	worst          snapshot.State
	sent, received float64           // messages a second
	bound, target  float64           // of the groups that have a target, and run
	slowest        metrics.Quantiles // of the last second, by the 99th percentile
	failed         int64
	behind         snapshot.Backlog
}

// addUp returns the sum of groups.
func addUp(groups []snapshot.Group) together {
	s := together{kinds: map[snapshot.Kind]bool{}, worst: groups[0].State}
	for _, g := range groups {
		s.kinds[g.Kind] = true
		if gravity(g.State) > gravity(s.worst) {
			s.worst = g.State
		}
		recent := metrics.Quantiles{}
		if p := g.Producer; p != nil {
			s.sent += p.Rate
			s.failed += p.Failed
			if g.State == snapshot.Running && p.Target > 0 && !p.Target.IsMax() {
				s.bound += p.Rate
				s.target += p.Aim()
			}
			recent = p.Latency.Recent
		}
		if c := g.Consumer; c != nil {
			s.received += c.Rate
			if c.Backlog.Known {
				s.behind.Known = true
				s.behind.Messages += c.Backlog.Messages
			}
			recent = c.E2E.Recent
		}
		if measured(g.State) && recent.Count > 0 && (s.slowest.Count == 0 || recent.P99 > s.slowest.P99) {
			s.slowest = recent
		}
	}
	return s
}

// gravity orders states by their need for attention.
func gravity(state snapshot.State) int {
	switch state {
	case snapshot.Failed:
		return 6
	case snapshot.Seeking:
		return 5
	case snapshot.Starting, snapshot.Stopping:
		return 4
	case snapshot.Paused:
		return 3
	case snapshot.Running:
		return 2
	case snapshot.Stopped, snapshot.Done:
		return 1
	}
	return 0
}
