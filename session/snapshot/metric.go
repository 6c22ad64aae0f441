package snapshot

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"pulsh/session/spec"
)

// Metric names one figure over time: fast.rate, fast.p99, fast.service.p99,
// fast.lag.p99, fast.mbps, sub1.rate, sub1.e2e.p99.9, sub1.processing.p99,
// sub1.backlog, sub1.lost, total.rate, process.cpu. Group is "total" for all
// groups together and "process" for pulsh itself.
type Metric struct {
	Group, Figure string
}

// The groups that every session has: the sum of all, and this process.
const (
	TotalGroup   = "total"
	ProcessGroup = "process"
)

// ParseMetric reads GROUP.FIGURE. A former name of a figure is read as its
// present one. ParseMetric checks that some kind of group has the figure, not
// that the group exists. The error is a sentence that quotes the text.
func ParseMetric(text string) (Metric, error) {
	group, figure, dotted := strings.Cut(text, ".")
	if !dotted || group == "" || figure == "" {
		return Metric{}, fmt.Errorf("%q is not a metric such as fast.rate or sub1.e2e.p99", text)
	}
	m := Metric{group, FigureName(figure)}
	if _, ok := m.Describe(); !ok {
		return Metric{}, fmt.Errorf("there is no figure %q", figure)
	}
	return m, nil
}

// String writes the metric as ParseMetric reads it.
func (m Metric) String() string { return m.Group + "." + m.Figure }

// Describe returns the metric's figure. A figure that both kinds of group have
// is described as a producer group's.
func (m Metric) Describe() (Figure, bool) { return findFigure(figuresOf(m.Group), m.Figure) }

// figuresOf lists the figures that a group of this name may have.
func figuresOf(group string) []Figure {
	switch group {
	case TotalGroup:
		return totalFigures
	case ProcessGroup:
		return processFigures
	}
	return anyFigures
}

// findFigure returns the figure of the given name.
func findFigure(list []Figure, name string) (Figure, bool) {
	i := slices.IndexFunc(list, func(f Figure) bool { return f.Name == name })
	if i < 0 {
		return Figure{}, false
	}
	return list[i], true
}

// Figure describes one figure of a group, of the total or of the process, and
// reads it from a snapshot.
type Figure struct {
	Name string
	Unit spec.Unit
	Doc  string // one line, lower case, without a full stop
	Of   func(*Snapshot, Group) float64
}

// Value returns the metric's value in a snapshot, in the figure's unit
// (durations in ns), or NaN if it is not known.
func (s *Snapshot) Value(m Metric) float64 {
	if s == nil {
		return math.NaN()
	}
	list, group := figuresOf(m.Group), Group{}
	if m.Group != TotalGroup && m.Group != ProcessGroup {
		var ok bool
		if group, ok = s.Group(m.Group); !ok {
			return math.NaN()
		}
		list = GroupFigures(group.Kind)
	}
	if f, ok := findFigure(list, m.Figure); ok {
		return f.Of(s, group)
	}
	return math.NaN()
}
