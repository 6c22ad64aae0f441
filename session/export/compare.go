package export

import (
	"math"
	"slices"
	"time"
)

// Verdict is the result of a comparison of b with a.
type Verdict string

// The verdicts. Alike means that the difference is within the variation of the
// seconds of either report.
const (
	Better  Verdict = "better"
	Worse   Verdict = "worse"
	Alike   Verdict = "alike"
	Unknown Verdict = ""
)

// Spread describes the values of a figure, one a second.
type Spread struct {
	Count       int
	Median      float64
	Least, Most float64
	low, high   float64 // quartiles
}

// Comparison is one figure of a group in two reports.
type Comparison struct {
	Group   string // "a" or "a → b" where the names differ
	Figure  string
	Unit    Unit
	A, B    Spread
	Ratio   float64 // of the median of b to that of a; NaN if there is none
	Verdict Verdict
}

// compared is a figure that Compare compares.
type compared struct {
	name, column string
	lessIsBetter bool
	counter      bool // one count, instead of a value a second
}

func comparedFigures(kind string) []compared {
	if kind == Produce {
		return []compared{
			{"acked", "rate_messages_per_second", false, false},
			{"bytes", "throughput_bytes_per_second", false, false},
			{"latency p50", "latency_p50_ms", true, false},
			{"latency p99", "latency_p99_ms", true, false},
			{"latency p99.9", "latency_p99_9_ms", true, false},
			{"lag p99", "lag_p99_ms", true, false},
			{"failed", "failed", true, true},
			{"missed", "missed", true, true},
		}
	}
	return []compared{
		{"received", "rate_messages_per_second", false, false},
		{"bytes", "throughput_bytes_per_second", false, false},
		{"e2e p50", "e2e_p50_ms", true, false},
		{"e2e p99", "e2e_p99_ms", true, false},
		{"e2e p99.9", "e2e_p99_9_ms", true, false},
		{"backlog", "backlog", true, false},
		{"lost", "lost", true, true},
		{"duplicated", "duplicated", true, true},
		{"redelivered", "redelivered", true, true},
	}
}

// Compare compares the groups of two reports. It pairs groups of the same name and
// kind, and of the others the only ones of a kind. alone names the groups without
// a partner.
func Compare(a, b *Report) (rows []Comparison, alone []string) {
	taken := map[string]bool{}
	for _, ga := range a.Groups {
		gb, ok := partner(ga, a, b)
		if !ok {
			alone = append(alone, ga.Name)
			continue
		}
		taken[gb.Name] = true
		label := ga.Name
		if gb.Name != ga.Name {
			label += " → " + gb.Name
		}
		for _, f := range comparedFigures(ga.Kind) {
			row := Comparison{Group: label, Figure: f.name, Unit: unitOf(f, a), Ratio: math.NaN()}
			row.A, row.B = f.spread(ga), f.spread(gb)
			if row.A.Count == 0 && row.B.Count == 0 {
				continue
			}
			row.judge(f)
			rows = append(rows, row)
		}
	}
	for _, g := range b.Groups {
		if !taken[g.Name] {
			alone = append(alone, g.Name)
		}
	}
	return rows, alone
}

func unitOf(f compared, r *Report) Unit {
	if f.counter {
		return Count
	}
	return r.unit(f.column)
}

// partner returns the group of b to compare with a group of a.
func partner(g Group, a, b *Report) (Group, bool) {
	if same, ok := b.Group(g.Name); ok && same.Kind == g.Kind {
		return same, true
	}
	left := func(of, other *Report) (list []Group) {
		for _, one := range of.Groups {
			if same, ok := other.Group(one.Name); one.Kind == g.Kind && (!ok || same.Kind != g.Kind) {
				list = append(list, one)
			}
		}
		return list
	}
	if mine, theirs := left(a, b), left(b, a); len(mine) == 1 && len(theirs) == 1 {
		return theirs[0], true
	}
	return Group{}, false
}

// settledFrom is the number of values from which the first and the last are left
// out. The seconds of a start and of a stop are not whole ones.
const settledFrom = 5

func (f compared) spread(g Group) Spread {
	if f.counter {
		v, ok := g.Figures.Get(f.column)
		if !ok || !v.Known() {
			return Spread{}
		}
		n := float64(v)
		return Spread{1, n, n, n, n, n}
	}
	series, _ := g.Series.Get(f.column)
	var values []float64
	for _, v := range series {
		if v.Known() {
			values = append(values, float64(v))
		}
	}
	if len(values) >= settledFrom {
		values = values[1 : len(values)-1]
	}
	return spreadOf(values)
}

// spreadOf describes values in any order.
func spreadOf(values []float64) Spread {
	n := len(values)
	if n == 0 {
		return Spread{}
	}
	sorted := slices.Sorted(slices.Values(values))
	return Spread{n, quantile(sorted, 0.5), sorted[0], sorted[n-1], quantile(sorted, 0.25), quantile(sorted, 0.75)}
}

// quantile returns the value at a rank from 0 to 1. Between two values it
// interpolates.
func quantile(sorted []float64, rank float64) float64 {
	at := rank * float64(len(sorted)-1)
	below := int(at)
	above := min(below+1, len(sorted)-1)
	return sorted[below] + (at-float64(below))*(sorted[above]-sorted[below])
}

// alikeWithin is the relative difference up to which medians are alike. Two runs
// of one load test differ as much.
const alikeWithin = 0.02

// judge compares the medians. They differ for certain when the middle halves of
// the values do not overlap.
func (c *Comparison) judge(f compared) {
	if c.A.Count == 0 || c.B.Count == 0 {
		return
	}
	if c.A.Median != 0 {
		c.Ratio = c.B.Median / c.A.Median
	}
	apart := math.Abs(c.B.Median-c.A.Median) > alikeWithin*math.Abs(c.A.Median)
	touch := c.A.low <= c.B.high && c.B.low <= c.A.high
	switch {
	case !apart || touch:
		c.Verdict = Alike
	case (c.B.Median < c.A.Median) == f.lessIsBetter:
		c.Verdict = Better
	default:
		c.Verdict = Worse
	}
}

// Between returns the report of a part of the session: the values of series that
// begin in it, and of counters their increase in it.
func (r *Report) Between(from, to time.Time) *Report {
	step := r.Samples.Step()
	index := func(at time.Time) int {
		if step <= 0 {
			return 0
		}
		i := int(math.Ceil(float64(at.Sub(r.Samples.From)) / float64(step)))
		return min(max(i, 0), r.Samples.Count)
	}
	first, past := index(from), index(to)
	past = max(past, first)
	part := *r
	part.Start, part.End = from, to
	part.Samples.From, part.Samples.Count = r.Samples.At(first), past-first
	part.Groups = make([]Group, len(r.Groups))
	for i, g := range r.Groups {
		series, figures := Table[[]Number]{}, Table[Number]{}
		for _, s := range g.Series {
			low, high := min(first, len(s.Value)), min(past, len(s.Value))
			series = append(series, Entry[[]Number]{s.Name, s.Value[low:high]})
			if n := lastKnown(s.Value[:high]); r.unit(s.Name) == Count && n.Known() {
				if before := lastKnown(s.Value[:low]); before.Known() && before <= n {
					n -= before
				}
				figures = append(figures, Entry[Number]{s.Name, n})
			}
		}
		g.Series, g.Figures = series, figures
		part.Groups[i] = g
	}
	return &part
}

func lastKnown(values []Number) Number {
	for _, v := range slices.Backward(values) {
		if v.Known() {
			return v
		}
	}
	return Number(math.NaN())
}
