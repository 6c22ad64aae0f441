package metrics

import "time"

// ThroughputWindow is the usual window of a rate.
const ThroughputWindow = time.Second

// early is how long before its window a sample may count as the window's
// beginning: half a sample interval. So the sampler's jitter neither lengthens
// the window by a sample nor shows a rate after the whole window has passed.
const early = SampleEvery / 2

// Throughput is the rate of a cumulative counter over a sliding window. It
// divides by the time between its samples, so it is right while the window
// fills and when samples are late. Only one goroutine may use it at a time.
type Throughput struct {
	window  time.Duration
	samples []counted // oldest first; the first one is where the window begins
	keep    int
}

type counted struct {
	at    time.Time
	total int64
}

// NewThroughput returns a rate over the given window, at least one SampleEvery.
// It keeps as many samples as come every SampleEvery; if they come more often,
// the window is shorter.
func NewThroughput(window time.Duration) *Throughput {
	keep := int(window/SampleEvery) + 2
	return &Throughput{window: window, keep: max(keep, 2)}
}

// Add adds the counter's value at a time. The first value is where counting
// begins. A value below the one before means that the counter was reset, and
// counting begins again. Times must ascend; a sample at the same time as the
// one before replaces it.
func (t *Throughput) Add(at time.Time, total int64) {
	if last := len(t.samples) - 1; last >= 0 {
		switch {
		case total < t.samples[last].total:
			t.samples = t.samples[:0]
		case !at.After(t.samples[last].at):
			t.samples[last].total = total
			return
		}
	}
	t.samples = append(t.samples, counted{at, total})
	begin := at.Add(early - t.window)
	drop := max(len(t.samples)-t.keep, 0)
	for drop+2 < len(t.samples) && !t.samples[drop+1].at.After(begin) {
		drop++
	}
	t.samples = t.samples[:copy(t.samples, t.samples[drop:])]
}

// Rate returns the increase per second over the window that ends with the last
// sample. It is 0 before there are two samples.
func (t *Throughput) Rate() float64 {
	if len(t.samples) < 2 {
		return 0
	}
	first, last := t.samples[0], t.samples[len(t.samples)-1]
	return float64(last.total-first.total) / last.at.Sub(first.at).Seconds()
}
