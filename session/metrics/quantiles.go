package metrics

import "time"

// Quantiles describes a set of durations. Min and the percentiles are right to
// three significant digits and at worst 1 µs, Mean and Max to 1 µs. All are
// zero while Count is 0.
type Quantiles struct {
	Count int64
	Min, P50, P90, P95, P99, P999, P9999,
	Max, Mean time.Duration
	Negative     int64         // values below zero, which count as 0 above
	MostNegative time.Duration // the lowest of them, in ns
	Over         int64         // values above Highest
}

// percentiles are those of Quantiles, ascending.
func percentiles() [6]float64 { return [...]float64{50, 90, 95, 99, 99.9, 99.99} }

// Named returns the figure that is written min, p50, p90, p95, p99, p99.9,
// p99.99, max or mean.
func (q Quantiles) Named(name string) (time.Duration, bool) {
	switch name {
	case "min":
		return q.Min, true
	case "p50":
		return q.P50, true
	case "p90":
		return q.P90, true
	case "p95":
		return q.P95, true
	case "p99":
		return q.P99, true
	case "p99.9":
		return q.P999, true
	case "p99.99":
		return q.P9999, true
	case "max":
		return q.Max, true
	case "mean":
		return q.Mean, true
	}
	return 0, false
}

// QuantileNames lists the names that Named knows, in the order in which they
// are shown.
func QuantileNames() []string {
	return []string{"min", "mean", "p50", "p90", "p95", "p99", "p99.9", "p99.99", "max"}
}

// quantiles describes the tally.
func (t *tally) quantiles() Quantiles {
	q := Quantiles{
		Count:        int64(t.n),
		Negative:     int64(t.negative),
		MostNegative: time.Duration(t.mostNegative),
		Over:         int64(t.over),
	}
	if t.n == 0 {
		return q
	}
	q.Max = duration(t.top())
	q.Min = duration(min(lowestOf(t.lo), t.top()))
	q.Mean = min(max(t.mean(), q.Min), q.Max)
	ranks := percentiles()
	var values [len(ranks)]time.Duration
	var target [len(ranks)]uint64
	for i, p := range ranks {
		target[i] = rank(p, t.n)
	}
	t.walk(target[:], func(which, counter int) {
		values[which] = min(duration(highestOf(counter)), q.Max)
		if counter == lastIndex {
			values[which] = q.Max
		}
	})
	q.P50, q.P90, q.P95 = values[0], values[1], values[2]
	q.P99, q.P999, q.P9999 = values[3], values[4], values[5]
	return q
}

// rank is the position, from 1, of a percentile among n values: the nearest
// rank, as HdrHistogram computes it.
func rank(percentile float64, n uint64) uint64 {
	r := percentile/100*float64(n) + 0.5
	switch {
	case r < 1:
		return 1
	case r >= float64(n):
		return n
	}
	return uint64(r)
}

// stride is how many counters walk adds up at a time while no target is near.
const stride = 8

// walk finds the counter that each of the ascending targets falls into.
func (t *tally) walk(targets []uint64, found func(which, counter int)) {
	counts := t.counts[t.lo : t.hi+1]
	var below uint64
	which := 0
	for at := 0; at < len(counts); {
		if at+stride <= len(counts) {
			s := counts[at : at+stride : at+stride]
			sum := s[0] + s[1] + s[2] + s[3] + s[4] + s[5] + s[6] + s[7]
			if below+sum < targets[which] {
				below += sum
				at += stride
				continue
			}
		}
		below += counts[at]
		for below >= targets[which] {
			found(which, t.lo+at)
			if which++; which == len(targets) {
				return
			}
		}
		at++
	}
}
