package metrics

import "time"

// Bar counts the durations in [From, To).
type Bar struct {
	From, To time.Duration
	Count    int64
	Share    float64 // of all values, 0…1
}

// Buckets lists each counter of the total that is in use, ascending. To is
// exclusive.
func (d *Distribution) Buckets() []Bar {
	d.mu.Lock()
	defer d.mu.Unlock()
	var bars []Bar
	for _, b := range d.total.Distribution() {
		if b.Count > 0 {
			bars = append(bars, Bar{
				From:  duration(uint64(b.From)),
				To:    duration(uint64(b.To) + 1),
				Count: b.Count,
				Share: float64(b.Count) / float64(d.totalSum.n),
			})
		}
	}
	return bars
}

// RoundBounds returns bounds of 1, 2, 5, 10, 20, 50 … µs that divide the values
// from lowest to highest into at most the given number of bars. If they would
// need more, the last bar holds everything above its bound.
func RoundBounds(lowest, highest time.Duration, bars int) []time.Duration {
	var steps []time.Duration
	for unit := time.Microsecond; unit <= Highest; unit *= 10 {
		steps = append(steps, unit, 2*unit, 5*unit)
	}
	first, last := 0, len(steps)
	for first+1 < len(steps) && steps[first+1] <= lowest {
		first++
	}
	for last > first && steps[last-1] >= highest {
		last--
	}
	return steps[first:max(first, min(last, first+bars-1))]
}
