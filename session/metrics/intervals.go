package metrics

import (
	"slices"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// intervalBytesMax bounds what a distribution keeps of its past, in bytes of
// compressed counters: about 250 intervals of a busy group. With the most
// groups that a session has, all of them full, that is 96 MiB.
const intervalBytesMax = 512 << 10

// Interval is what was recorded from one time to another, every counter of it.
// It is never changed: it may be read by any goroutine.
type Interval struct {
	From, To time.Time
	cut      cut
}

// Count is how many values the interval has.
func (i Interval) Count() int64 { return int64(i.cut.n) }

// Histogram is the interval for tools that read HdrHistogram, in µs.
func (i Interval) Histogram() *hdrhistogram.Histogram {
	t := &tally{}
	t.merge(&i.cut)
	return t.export()
}

// intervals is the past of a distribution: intervals of a second, which grow to
// two, four, eight … seconds when they would take more than their bytes. So all
// of the past is there at any time, as finely as it fits.
type intervals struct {
	list  []Interval
	bytes int
	began time.Time // of the interval that is under way
	cuts  int       // that the interval under way has
	each  int       // seconds that an interval lasts
	add   tally     // of seconds that make up one interval
}

// Log tells when the last cut was made. Each second of cuts goes into the past
// that Intervals lists; call it after each Collect.
func (d *Distribution) Log(at time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	l := d.past
	if l == nil {
		l = &intervals{each: 1}
		d.past = l
	}
	if l.began.IsZero() {
		l.began = at.Add(-time.Duration(d.number) * CutEvery)
	}
	if d.number == 0 || d.number%RecentCuts != 0 || d.number == l.cuts {
		return
	}
	l.cuts = d.number
	var c cut
	c.take(&d.recent)
	l.add.merge(&c)
	if l.cuts/RecentCuts%l.each == 0 {
		l.close(at)
	}
}

// close ends the interval under way. One without values is left out.
func (l *intervals) close(at time.Time) {
	if l.add.n > 0 {
		l.append(l.ended(at))
		l.add.reset()
	}
	l.began = at
	for l.bytes > intervalBytesMax && len(l.list) > 1 {
		l.halve()
	}
}

// ended is the interval under way as if it ended now, in memory of its own.
func (l *intervals) ended(at time.Time) Interval {
	i := Interval{From: l.began, To: at}
	i.cut.take(&l.add)
	i.cut.pairs = slices.Clip(slices.Clone(i.cut.pairs))
	return i
}

func (l *intervals) append(i Interval) {
	l.list = append(l.list, i)
	l.bytes += len(i.cut.pairs)
}

// halve makes one interval of each two, and the next ones twice as long.
func (l *intervals) halve() {
	old := l.list
	t := tally{}
	l.list, l.bytes, l.each = make([]Interval, 0, len(old)), 0, 2*l.each
	for pair := range slices.Chunk(old, 2) {
		t.reset()
		for _, i := range pair {
			t.merge(&i.cut)
		}
		both := Interval{From: pair[0].From, To: pair[len(pair)-1].To}
		both.cut.take(&t)
		both.cut.pairs = slices.Clip(slices.Clone(both.cut.pairs))
		l.append(both)
	}
}

// Intervals lists all that was recorded since the distribution was made or
// reset, oldest first: intervals of a second or, the longer the past, of two,
// four, eight … seconds. Seconds without a value are left out. The last one
// ends with the last cut, which was made at the given time.
func (d *Distribution) Intervals(at time.Time) []Interval {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.past == nil {
		return nil
	}
	l := d.past
	list := slices.Clone(l.list)
	t := tally{}
	var c cut
	c.take(&l.add)
	t.merge(&c)
	for ago := 1; ago <= d.number-l.cuts; ago++ {
		t.merge(d.cut(ago))
	}
	if t.n == 0 {
		return list
	}
	last := Interval{From: l.began, To: at}
	last.cut.take(&t)
	return append(list, last)
}
