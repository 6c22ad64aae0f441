package metrics

import (
	"sync"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// RecentSamples is the length of the recent window in samples: one second.
const RecentSamples = int(time.Second / SampleEvery)

// Distribution gathers one kind of duration over all recorders of a group. It
// describes the last second and everything since it was made or reset. It takes
// 552 KiB, about 4 KB for each of the last RecentSamples samples, and the
// memory that Intervals describes.
//
// Any number of goroutines may call its methods. Recorders never wait for them.
type Distribution struct {
	mu       sync.Mutex
	interval counts // what the last Collect took
	recent   counts // the last RecentSamples intervals
	// The total is an HdrHistogram, which keeps neither the sum nor exact
	// extremes: they are in the summary.
	total    *hdrhistogram.Histogram
	totalSum summary
	deltas   [RecentSamples]delta // a ring of intervals; the last one is at number-1
	number   int                  // of intervals since the last Reset
	past     *intervals           // nil until the first Log
}

// NewDistribution returns an empty distribution.
func NewDistribution() *Distribution { return &Distribution{total: newHistogram()} }

// newHistogram returns an empty HdrHistogram of our layout, in µs.
func newHistogram() *hdrhistogram.Histogram {
	return hdrhistogram.New(int64(Lowest/time.Microsecond), int64(Highest/time.Microsecond), SignificantDigits)
}

// record adds n values of counter i to an HdrHistogram of our layout.
func record(h *hdrhistogram.Histogram, i int, n uint64) {
	_ = h.RecordValues(int64(lowestOf(i)), int64(n)) // fails out of range only, and no counter is
}

// Collect moves the values that the histograms recorded into the distribution.
// The set of histograms may differ from call to call; pass one that is no longer
// used once more after its last value.
func (d *Distribution) Collect(histograms ...*Histogram) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.interval.reset()
	for _, h := range histograms {
		h.drain(&d.interval)
	}
	if d.number >= RecentSamples {
		d.recent.unmerge(d.delta(RecentSamples))
	}
	c := &d.deltas[d.number%RecentSamples]
	c.take(&d.interval, func(i int, n uint64) {
		d.recent.of[i] += n
		record(d.total, i, n)
	})
	d.number++
	d.recent.plus(&c.summary)
	d.bound()
	d.totalSum.plus(&c.summary)
}

// delta returns the interval of the given age, 1 being the last one.
func (d *Distribution) delta(age int) *delta { return &d.deltas[(d.number-age)%RecentSamples] }

// bound sets the range and the extremes of the recent counts to those of their
// intervals, after an older interval was subtracted.
func (d *Distribution) bound() {
	r := &d.recent
	first := true
	r.max, r.mostNegative, r.lo, r.hi = 0, 0, 0, 0
	for age := 1; age <= min(RecentSamples, d.number); age++ {
		c := d.delta(age)
		r.max = max(r.max, c.max)
		r.mostNegative = min(r.mostNegative, c.mostNegative)
		if c.n == 0 {
			continue
		}
		if first {
			r.lo, r.hi = c.lo, c.hi
			first = false
		}
		r.lo, r.hi = min(r.lo, c.lo), max(r.hi, c.hi)
	}
}

// Recent describes the last second: the last RecentSamples intervals.
func (d *Distribution) Recent() Quantiles {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.recent.quantiles()
}

// Total describes everything since the distribution was made or reset.
func (d *Distribution) Total() Quantiles {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.totalSum.describe(d.total.ValueAtPercentilesSlice(percentiles[:]))
}

// Reset sets everything collected to zero. Values that were recorded and not
// yet collected count after the Reset.
func (d *Distribution) Reset() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.interval.reset()
	d.total.Reset()
	d.totalSum = summary{}
	clear(d.recent.of[:])
	d.recent.summary = summary{}
	d.number = 0
	d.past = nil
}
