package main

import "slices"

// spread is the median of some measurements with the least and the most.
type spread struct{ median, least, most float64 }

// spreadOf returns the spread of at least one value. The median of an even number
// of values is the mean of the middle two.
func spreadOf(values []float64) spread {
	sorted := slices.Sorted(slices.Values(values))
	n := len(sorted)
	return spread{median: (sorted[(n-1)/2] + sorted[n/2]) / 2, least: sorted[0], most: sorted[n-1]}
}

// result is the result of one run of one contender.
type result struct {
	rate float64 // messages per second
	cost float64 // CPU seconds per million messages
}

// results are those of one contender in one scenario, by round. A failed round is
// missing.
type results map[int]result

// each returns a figure of every round, in any order.
func (r results) each(figure func(result) float64) []float64 {
	var all []float64
	for _, one := range r {
		all = append(all, figure(one))
	}
	return all
}

// over divides a figure by that of another contender, round by round. Conditions
// that both had, such as a busy machine, do not widen the ratio.
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
