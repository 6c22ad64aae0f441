package frames

import (
	"fmt"

	"pulsh/graphs"
	"pulsh/session"
)

// rollUp is one row for several groups: the gravest of their states, and their
// sums.
func (f *Frames) rollUp(groups []session.GroupSnapshot, more bool, width int) string {
	name := fmt.Sprintf("%d groups", len(groups))
	if len(groups) == 1 {
		name = "1 group"
	}
	if more {
		name = "+" + name
	}
	var sent, received float64
	var failed, behind int64
	known := false
	worst, kinds := groups[0].State, map[session.Kind]bool{}
	for _, g := range groups {
		kinds[g.Kind] = true
		if gravity(g.State) > gravity(worst) {
			worst = g.State
		}
		if p := g.Producer; p != nil {
			sent += p.Rate
			failed += p.Failed
		}
		if c := g.Consumer; c != nil {
			received += c.Rate
			if c.Backlog.Known {
				known = true
				behind += c.Backlog.Messages
			}
		}
	}
	cells := []graphs.Cell{{Text: name, Width: len("+10 groups"), Style: f.palette.Bold}, f.groupSign(worst).cell(true)}
	if kinds[session.Produce] {
		cells = append(cells, right(graphs.Rate(sent)+" out", graphs.RateWidth+len(" out"), always))
	}
	if kinds[session.Consume] {
		cells = append(cells, right(graphs.Rate(received)+" in", graphs.RateWidth+len(" in"), always-1))
	}
	if kinds[session.Produce] {
		cells = append(cells, f.failedCell(failed))
	}
	if kinds[session.Consume] {
		cells = append(cells, f.behindCell(session.Backlog{Known: known, Messages: behind}))
	}
	return graphs.Row(width, cells)
}

// gravity orders states by how much they should be seen.
func gravity(state session.State) int {
	switch state {
	case session.Failed:
		return 6
	case session.Seeking:
		return 5
	case session.Starting, session.Stopping:
		return 4
	case session.Paused:
		return 3
	case session.Running:
		return 2
	case session.Stopped:
		return 1
	}
	return 0
}
