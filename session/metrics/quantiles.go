package metrics

import "time"

// Quantiles describes a set of durations. Min and the percentiles are exact to
// three significant digits, at best to 1 µs; Mean and Max are exact to 1 µs.
// All are zero while Count is 0.
type Quantiles struct {
	Count int64
	Min, P50, P90, P95, P99, P999, P9999,
	Max, Mean time.Duration
	Negative     int64         // values below zero; they count as 0 above
	MostNegative time.Duration // the lowest of them
	Over         int64         // values above Highest
}

// percentiles are those of Quantiles, in ascending order.
var percentiles = [...]float64{50, 90, 95, 99, 99.9, 99.99}

// quantileNames are the names that Named knows, in display order.
var quantileNames = []string{"min", "mean", "p50", "p90", "p95", "p99", "p99.9", "p99.99", "max"}

// QuantileNames lists the names that Named knows, in display order. The caller
// must not change the list.
func QuantileNames() []string { return quantileNames }

// Named returns the quantile of the given name, see QuantileNames.
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

// quantiles describes the counts.
func (t *counts) quantiles() Quantiles {
	var ranks [len(percentiles)]uint64
	for i, p := range percentiles {
		ranks[i] = rank(p, t.n)
	}
	var values [len(percentiles)]int64
	t.walk(ranks[:], func(which, counter int) { values[which] = int64(highestOf(counter)) })
	return t.describe(values[:])
}

// describe returns the Quantiles of a set of values. at holds, for each of the
// percentiles, the highest value in µs of the counter that it falls into.
func (f *summary) describe(at []int64) Quantiles {
	q := Quantiles{
		Count:        int64(f.n),
		Negative:     int64(f.negative),
		MostNegative: time.Duration(f.mostNegative),
		Over:         int64(f.over),
	}
	if f.n == 0 {
		return q
	}
	q.Max = duration(f.top())
	q.Min = duration(min(lowestOf(f.lo), f.top()))
	q.Mean = min(max(f.mean(), q.Min), q.Max)
	var values [len(percentiles)]time.Duration
	for i, us := range at {
		values[i] = min(duration(uint64(us)), q.Max)
		if uint64(us) == untrackable-1 { // the last counter holds everything above as well
			values[i] = q.Max
		}
	}
	q.P50, q.P90, q.P95 = values[0], values[1], values[2]
	q.P99, q.P999, q.P9999 = values[3], values[4], values[5]
	return q
}

// rank returns the position, from 1, of a percentile among n values: the
// nearest rank, as HdrHistogram computes it.
func rank(percentile float64, n uint64) uint64 {
	r := percentile/100*float64(n) + 0.5
	switch {
	case r >= float64(n):
		return n
	case r < 1:
		return 1
	}
	return uint64(r)
}

// stride is the number of counters that walk adds up at a time while no rank
// is near.
const stride = 8

// walk finds the counter that each of the ascending ranks falls into.
func (t *counts) walk(ranks []uint64, found func(which, counter int)) {
	list := t.of[t.lo : t.hi+1]
	var below uint64
	which := 0
	for at := 0; at < len(list); {
		if at+stride <= len(list) {
			s := list[at : at+stride : at+stride]
			sum := s[0] + s[1] + s[2] + s[3] + s[4] + s[5] + s[6] + s[7]
			if below+sum < ranks[which] {
				below += sum
				at += stride
				continue
			}
		}
		below += list[at]
		for below >= ranks[which] {
			found(which, t.lo+at)
			if which++; which == len(ranks) {
				return
			}
		}
		at++
	}
}
