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
// sub1.backlog, sub1.lost, total.rate, process.cpu. Group is "total" or
// "process" for the session's own.
type Metric struct {
	Group, Figure string
}

// The groups that a session always has: the sum of all, and this process.
const (
	TotalGroup   = "total"
	ProcessGroup = "process"
)

// ParseMetric reads GROUP.FIGURE. Whether such a group exists is only known
// when the metric is read; that some kind of group has the figure is checked.
// The error is a sentence that quotes the text.
func ParseMetric(text string) (Metric, error) {
	group, figure, dotted := strings.Cut(text, ".")
	if !dotted || group == "" || figure == "" {
		return Metric{}, fmt.Errorf("%q is not a metric such as fast.rate or sub1.e2e.p99", text)
	}
	m := Metric{group, figure}
	if _, ok := m.Describe(); !ok {
		return Metric{}, fmt.Errorf("there is no figure %q", figure)
	}
	return m, nil
}

// String writes the metric as it is typed.
func (m Metric) String() string { return m.Group + "." + m.Figure }

// Describe finds what is known of the metric's figure. A figure that both kinds
// of group have is described as a producer's.
func (m Metric) Describe() (Figure, bool) {
	list := figuresOf(m.Group)
	i := slices.IndexFunc(list, func(f Figure) bool { return f.Name == m.Figure })
	if i < 0 {
		return Figure{}, false
	}
	return list[i], true
}

// figuresOf lists the figures that a group of this name may have.
func figuresOf(group string) []Figure {
	switch group {
	case TotalGroup:
		return TotalFigures()
	case ProcessGroup:
		return ProcessFigures()
	}
	return append(GroupFigures(Produce), GroupFigures(Consume)...)
}

// Figure is one figure of a group, of the total or of the process.
type Figure struct {
	Name string
	Unit spec.Unit
	Doc  string
	Of   func(*Snapshot, Group) float64
}

// Value is the metric's value in a snapshot, in the figure's unit (durations
// in nanoseconds), or NaN where nothing is known.
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
	for _, f := range list {
		if f.Name == m.Figure {
			return f.Of(s, group)
		}
	}
	return math.NaN()
}

// GroupFigures lists the figures of one kind of group.
func GroupFigures(kind Kind) []Figure {
	if kind == Consume {
		return consumerFigures()
	}
	return producerFigures()
}
