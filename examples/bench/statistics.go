package main

import "slices"

// spread is the middle of some measurements and how far they lie apart.
type spread struct{ median, least, most float64 }

// spreadOf needs one value at least. The median of an even number of values is
// the mean of the middle two.
func spreadOf(values []float64) spread {
	sorted := slices.Sorted(slices.Values(values))
	n := len(sorted)
	return spread{median: (sorted[(n-1)/2] + sorted[n/2]) / 2, least: sorted[0], most: sorted[n-1]}
}

// result is what one run of one contender came to.
type result struct {
	rate float64 // messages a second
	cost float64 // CPU seconds a million messages
}

// results are those of one contender in one scenario, by round. A round that
// failed is missing.
type results map[int]result

// each returns a figure of every round, in no order.
func (r results) each(figure func(result) float64) []float64 {
	var all []float64
	for _, one := range r {
		all = append(all, figure(one))
	}
	return all
}

// over divides a figure by that of another contender, round by round: what the
// two had in common, as a busy machine, does not spread the ratio.
func (r results) over(other results, figure func(result) float64) []float64 {
	var all []float64
	for round, one := range r {
		if base, ok := other[round]; ok {
			all = append(all, figure(one)/figure(base))
		}
	}
	return all
}

func rateOf(r result) float64 { return r.rate }
func costOf(r result) float64 { return r.cost }
