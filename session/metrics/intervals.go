package metrics

import (
	"slices"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// intervalBytesMax bounds the past of a distribution, in bytes of compressed
// counters: about 250 intervals of a busy group. A session with the most groups
// that it may have, all of them full, keeps 96 MiB.
const intervalBytesMax = 512 << 10

// Interval holds every counter of what was recorded from one time to another.
// It is immutable, so any goroutine may read it.
type Interval struct {
	From, To time.Time
	delta    delta
}

// Histogram returns the interval as an HdrHistogram, in µs. It is lossless but
// for the sum, which HdrHistogram does not keep, and for values above 71.6
// minutes (2^32 µs), which share the last counter.
func (i Interval) Histogram() *hdrhistogram.Histogram {
	h := newHistogram()
	i.delta.each(func(counter int, n uint64) { record(h, counter, n) })
	return h
}

// intervals is the past of a distribution. An interval lasts a second at first.
// When the intervals would take more than intervalBytesMax, each two become one,
// and later ones last twice as long. So the list always reaches back to the
// beginning, as finely as its memory allows.
type intervals struct {
	list    []Interval
	bytes   int
	began   time.Time // of the current interval
	samples int       // how many of the distribution's samples the list and current hold
	each    int       // how many seconds an interval lasts
	current counts    // the full seconds of the current interval
}

// Log adds the last second of samples to the past that Intervals lists. Call it
// after each Collect, with the time of the Collect.
func (d *Distribution) Log(at time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	l := d.past
	if l == nil {
		l = &intervals{each: 1}
		d.past = l
	}
	if l.began.IsZero() {
		l.began = at.Add(-time.Duration(d.number) * SampleEvery)
	}
	if d.number == 0 || d.number%RecentSamples != 0 || d.number == l.samples {
		return
	}
	l.samples = d.number
	l.current.add(&d.recent)
	if l.samples/RecentSamples%l.each == 0 {
		l.close(at)
	}
}

// close ends the current interval. An interval without values is left out.
func (l *intervals) close(at time.Time) {
	if l.current.n > 0 {
		l.append(newInterval(l.began, at, &l.current))
		l.current.reset()
	}
	l.began = at
	for l.bytes > intervalBytesMax && len(l.list) > 1 {
		l.halve()
	}
}

// newInterval returns an interval with a copy of t.
func newInterval(from, to time.Time, t *counts) Interval {
	i := Interval{From: from, To: to}
	i.delta.take(t, nil)
	i.delta.pairs = slices.Clip(slices.Clone(i.delta.pairs))
	return i
}

func (l *intervals) append(i Interval) {
	l.list = append(l.list, i)
	l.bytes += len(i.delta.pairs)
}

// halve makes one interval of each two and doubles the length of later ones.
func (l *intervals) halve() {
	old := l.list
	t := counts{}
	l.list, l.bytes, l.each = make([]Interval, 0, len(old)), 0, 2*l.each
	for pair := range slices.Chunk(old, 2) {
		t.reset()
		for _, i := range pair {
			t.merge(&i.delta)
		}
		l.append(newInterval(pair[0].From, pair[len(pair)-1].To, &t))
	}
}

// Intervals lists everything that was recorded since the distribution was made
// or reset, oldest first. An interval lasts a second, or two, four, eight …
// seconds after a longer time; seconds without a value are left out. The last
// interval ends with the last Collect, which was made at the given time.
func (d *Distribution) Intervals(at time.Time) []Interval {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.past == nil {
		return nil
	}
	l := d.past
	list := slices.Clone(l.list)
	t := counts{}
	t.add(&l.current)
	for age := 1; age <= d.number-l.samples; age++ {
		t.merge(d.delta(age))
	}
	if t.n == 0 {
		return list
	}
	return append(list, newInterval(l.began, at, &t))
}
