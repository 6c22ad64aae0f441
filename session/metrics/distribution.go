package metrics

import (
	"sync"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// CutEvery is how often the sampler collects; windows are counted in cuts.
const CutEvery = 100 * time.Millisecond

// RecentCuts is the window of the status line: the last second.
const RecentCuts = int(time.Second / CutEvery)

// WindowCuts is how far back a distribution remembers: ten seconds, the
// longest window in which a percentile of live load still means "now".
const WindowCuts = 10 * RecentCuts

// Distribution gathers one kind of duration over all shards of a group: the
// last cut, windows over the last cuts, and the total since it was made or
// reset. It takes 735 KiB, typically 4 KB for each of WindowCuts cuts, and what
// Intervals lists.
//
// Its methods may be called from several goroutines; recorders never wait.
type Distribution struct {
	mu       sync.Mutex
	interval tally // the last cut
	recent   tally // the last RecentCuts cuts
	total    tally
	cuts     [WindowCuts]cut // a ring; the last cut is at number-1
	number   int             // cuts so far since the last reset
	lifetime uint64
	past     *intervals // nil until Log is called
}

// NewDistribution returns an empty distribution.
func NewDistribution() *Distribution { return &Distribution{} }

// Collect makes a cut: it moves what the shards have recorded into the
// distribution. Shards may come and go from cut to cut; one that goes away is
// passed once more after its last value.
func (d *Distribution) Collect(shards ...*Histogram) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.interval.reset()
	for _, h := range shards {
		h.drain(&d.interval)
	}
	if d.number >= RecentCuts {
		d.recent.unmerge(d.cut(RecentCuts))
	}
	c := &d.cuts[d.number%WindowCuts]
	c.take(&d.interval, &d.recent, &d.total)
	d.number++
	d.recent.plus(&c.figures)
	d.bound()
	d.total.plus(&c.figures)
	d.lifetime += c.n
}

// cut is the one made the given number of cuts ago, 1 being the last.
func (d *Distribution) cut(ago int) *cut { return &d.cuts[(d.number-ago)%WindowCuts] }

// bound sets the range and the extremes of the recent tally to those of its
// cuts, once an older cut has left it.
func (d *Distribution) bound() {
	r := &d.recent
	first := true
	r.max, r.mostNegative, r.lo, r.hi = 0, 0, 0, 0
	for ago := 1; ago <= min(RecentCuts, d.number); ago++ {
		c := d.cut(ago)
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

// Interval describes the last cut.
func (d *Distribution) Interval() Quantiles {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.interval.quantiles()
}

// Recent describes the last second: the last RecentCuts cuts.
func (d *Distribution) Recent() Quantiles { return d.Window(RecentCuts) }

// Window describes the last cuts together, at most WindowCuts and not before
// the last reset. Recent is kept ready; other windows are added up on demand.
func (d *Distribution) Window(cuts int) Quantiles {
	d.mu.Lock()
	defer d.mu.Unlock()
	if cuts == RecentCuts {
		return d.recent.quantiles()
	}
	return d.window(cuts).quantiles()
}

// window adds the last cuts up in a tally of its own.
func (d *Distribution) window(cuts int) *tally {
	t := &tally{}
	for ago := 1; ago <= min(cuts, d.number, WindowCuts); ago++ {
		t.merge(d.cut(ago))
	}
	return t
}

// Total describes everything since the distribution was made or reset.
func (d *Distribution) Total() Quantiles {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.total.quantiles()
}

// Lifetime is how many values were ever collected, resets or not.
func (d *Distribution) Lifetime() int64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	return int64(d.lifetime)
}

// Reset forgets everything collected. Values that are recorded but not yet
// collected belong to the time after.
func (d *Distribution) Reset() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.interval.reset()
	d.total.reset()
	clear(d.recent.counts[:])
	d.recent.figures = figures{}
	d.number = 0
	d.past = nil
}

// Export returns a copy of the total for tools that read HdrHistogram, in µs.
// It is lossless but for the sum, which HdrHistogram does not keep, and for
// values above 71.6 minutes (2^32 µs), which share its last counter.
func (d *Distribution) Export() *hdrhistogram.Histogram {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.total.export()
}

// ExportWindow is Export for the last cuts: a line of an HdrHistogram log.
func (d *Distribution) ExportWindow(cuts int) *hdrhistogram.Histogram {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.window(cuts).export()
}

// Combine describes the last cuts of several distributions together; with no
// cuts, their totals.
func Combine(cuts int, of ...*Distribution) Quantiles {
	t := &tally{}
	for _, d := range of {
		d.mu.Lock()
		part := &d.total
		if cuts > 0 {
			part = d.window(cuts)
		}
		var c cut
		c.take(part)
		d.mu.Unlock()
		t.merge(&c)
	}
	return t.quantiles()
}

func (t *tally) export() *hdrhistogram.Histogram {
	counts := make([]int64, countsLen)
	for i, n := range t.counts {
		counts[i] = int64(n)
	}
	return hdrhistogram.Import(&hdrhistogram.Snapshot{
		LowestTrackableValue:  int64(Lowest / time.Microsecond),
		HighestTrackableValue: int64(Highest / time.Microsecond),
		SignificantFigures:    SignificantDigits,
		Counts:                counts,
	})
}
