package conditions

import (
	"math"
	"strings"

	"pulsh/commands/lang"
	"pulsh/session/chart"
	"pulsh/session/snapshot"
)

// Failing returns the first comparison that is not true.
func Failing(condition snapshot.Condition, s *snapshot.Snapshot) snapshot.Term {
	for _, t := range condition.Terms {
		if !t.Holds(s.Value(t.Metric)) {
			return t
		}
	}
	return condition.Terms[0]
}

// Measured writes a value in the unit of a comparison.
func Measured(t snapshot.Term, v float64) string {
	if math.IsNaN(v) {
		return "unknown"
	}
	f, _ := t.Metric.Describe()
	return strings.TrimSpace(chart.Unit(f.Unit).Format(v))
}

// Current writes the present value of the first comparison that is not true.
func Current(condition snapshot.Condition, s *snapshot.Snapshot) string {
	t := Failing(condition, s)
	return t.Metric.String() + " is " + Measured(t, s.Value(t.Metric))
}

// AdviceOn returns the command that tells more about a metric.
func AdviceOn(m snapshot.Metric) string {
	last := m.Figure[strings.LastIndexByte(m.Figure, '.')+1:]
	switch {
	case m.Group == snapshot.TotalGroup:
		return "list"
	case m.Group == snapshot.ProcessGroup:
		return "top"
	case m.Figure == "failed":
		return "errors " + m.Group
	case m.Figure == "backlog" || m.Figure == "entries":
		return "backlog " + m.Group
	case strings.HasPrefix(last, "p") && last != "pending" || last == "max":
		return "hist " + m.Group
	}
	return "show " + m.Group
}

// Extremes are the values of a comparison during a test, NaN while none is known.
type Extremes struct{ Last, Best, Worst float64 }

// NewExtremes returns the extremes of the comparisons of a condition.
func NewExtremes(condition snapshot.Condition) []Extremes {
	all := make([]Extremes, len(condition.Terms))
	for i := range all {
		all[i] = Extremes{math.NaN(), math.NaN(), math.NaN()}
	}
	return all
}

// Take adds a value. afresh begins the worst value anew.
func (e *Extremes) Take(t snapshot.Term, v float64, afresh bool) {
	e.Last = v
	if afresh || t.Worse(v, e.Worst) {
		e.Worst = v
	}
	if math.IsNaN(e.Best) || t.Worse(e.Best, v) {
		e.Best = v
	}
}

// Terms returns the values of the comparisons for a report.
func Terms(condition snapshot.Condition, values []Extremes) []lang.CheckTerm {
	var out []lang.CheckTerm
	for i, term := range condition.Terms {
		f, _ := term.Metric.Describe()
		e := values[i]
		out = append(out, lang.CheckTerm{Metric: term.Metric.String(), Op: term.Op, Limit: term.Value, Unit: string(f.Unit), Last: e.Last, Best: e.Best, Worst: e.Worst})
	}
	return out
}
