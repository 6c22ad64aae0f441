package metrics

import "time"

// Bar counts the durations in [From, To). The last bar of a distribution
// includes its maximum.
type Bar struct {
	From, To time.Duration
	Count    int64
	Share    float64 // of all values, 0…1
}

// maxBars bounds the rows of a histogram on the screen.
const maxBars = 64

// Bars counts the total between ascending bounds. The first bar begins at 0
// and the last ends at the maximum; bars beyond the maximum are left out. A
// value on a bound may be counted one counter (0.1 %) to the side of it.
func (d *Distribution) Bars(bounds ...time.Duration) []Bar {
	d.mu.Lock()
	defer d.mu.Unlock()
	t := &d.total
	if t.n == 0 {
		return nil
	}
	top := duration(t.top())
	edges := make([]time.Duration, 0, len(bounds)+2)
	edges = append(edges, 0)
	for _, b := range bounds {
		if b > edges[len(edges)-1] && b <= top && len(edges) < maxBars {
			edges = append(edges, b)
		}
	}
	bars := make([]Bar, len(edges))
	for i, from := range edges {
		bars[i] = Bar{From: from, To: top}
		if i+1 < len(edges) {
			bars[i].To = edges[i+1]
		}
	}
	at := 0
	for i, n := range t.counts[t.lo : t.hi+1] {
		for at+1 < len(bars) && duration(lowestOf(t.lo+i)) >= bars[at].To {
			at++
		}
		bars[at].Count += int64(n)
	}
	for i := range bars {
		bars[i].Share = float64(bars[i].Count) / float64(t.n)
	}
	return bars
}

// Buckets lists every counter of the total that is in use, ascending: the
// distribution at its full precision. To is exclusive.
func (d *Distribution) Buckets() []Bar {
	d.mu.Lock()
	defer d.mu.Unlock()
	t := &d.total
	var bars []Bar
	for i, n := range t.counts[t.lo : t.hi+1] {
		if n != 0 {
			bars = append(bars, Bar{
				From:  duration(lowestOf(t.lo + i)),
				To:    duration(highestOf(t.lo+i) + 1),
				Count: int64(n),
				Share: float64(n) / float64(t.n),
			})
		}
	}
	return bars
}

// RoundBounds returns round bounds (1, 2, 5, 10, 20, 50 … µs) for Bars such
// that values from lowest to highest fall into at most the given number of
// bars. If they would need more, the highest bars are one: it shows its maximum.
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
