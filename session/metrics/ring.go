package metrics

import (
	"math"
	"time"
)

// What a Ring remembers: ten minutes as the sampler saw them, and a day by the
// second. Ten minutes is the longest window that a screen's columns resolve
// better than a second; a day is the longest soak test.
const (
	FineStep   = SampleEvery
	FineSpan   = 10 * time.Minute
	CoarseStep = time.Second
	CoarseSpan = 24 * time.Hour
)

// bridge is how long a sample may be overdue and still stand for the whole time
// since the one before it: a late sampler leaves no holes. Longer silence is
// shown as no data.
const bridge = 1500 * time.Millisecond

// Aggregate is how several samples become one.
type Aggregate uint8

// Mean suits rates, Max percentiles, Last levels such as a backlog, and Sum
// counts per sample.
const (
	Mean Aggregate = iota
	Max
	Last
	Sum
)

// Ring is a time series of fixed size. It takes 29 KB for the fine part, and
// 14 KB for each hour of the coarse part once that hour has data: 390 KB after
// a day, and no more. Values are kept as float32 (7 digits). It is not safe
// for several goroutines.
type Ring struct {
	aggregate    Aggregate
	fine, coarse track
}

// NewRing returns an empty series whose samples are combined by aggregate:
// into seconds, and into the columns of a graph.
func NewRing(aggregate Aggregate) *Ring {
	return &Ring{
		aggregate: aggregate,
		fine:      newTrack(FineStep, FineSpan),
		coarse:    newTrack(CoarseStep, CoarseSpan),
	}
}

// Add takes one sample, usually one every FineStep; NaN is no sample. Times
// should come from a clock that does not jump: a sample that is older than the
// newest counts as of the newest.
func (r *Ring) Add(at time.Time, v float64) {
	if math.IsNaN(v) {
		return
	}
	r.fine.add(at, v, r.aggregate)
	r.coarse.add(at, v, r.aggregate)
}

// fineColumn is the widest column that is made of the fine part: wider ones
// hold so many seconds that tenths would only cost time.
const fineColumn = 10 * time.Second

// Columns returns n values, oldest first, for the window that ends at end, NaN
// where there is no data. A column is window/n wide and begins at a multiple of
// that width, so only the newest one changes from frame to frame; it holds what
// there is up to end. Columns of up to ten seconds are made of the fine part as
// far back as that reaches, others of the coarse part.
func (r *Ring) Columns(end time.Time, window time.Duration, n int) []float64 {
	if n <= 0 {
		return nil
	}
	columns := make([]float64, n)
	width := columnWidth(window, n)
	r.eachColumn(end, width, n, func(i int, t *track, first, past int64) {
		columns[i] = t.combine(first, past, r.aggregate)
		if r.aggregate == Sum {
			// A narrower column holds a part of a step's sum.
			columns[i] *= min(float64(width)/float64(t.step), 1)
		}
	})
	return columns
}

// Extremes returns the lowest and the highest value of each column of Columns,
// nil for a series whose columns are no means or levels: there they say nothing.
func (r *Ring) Extremes(end time.Time, window time.Duration, n int) (low, high []float64) {
	if n <= 0 || r.aggregate != Mean && r.aggregate != Last {
		return nil, nil
	}
	low, high = make([]float64, n), make([]float64, n)
	r.eachColumn(end, columnWidth(window, n), n, func(i int, t *track, first, past int64) {
		low[i], high[i] = t.extremes(first, past)
	})
	return low, high
}

// columnWidth is how much time each of n columns of a window stands for, in ns.
func columnWidth(window time.Duration, n int) int64 { return max(int64(window)/int64(n), 1) }

// eachColumn calls f with the steps of each of n columns, past not included.
func (r *Ring) eachColumn(end time.Time, width int64, n int, f func(i int, t *track, first, past int64)) {
	at := end.UnixNano()
	newest := floorDiv(at, width)
	oldestFine := (r.fine.newest - r.fine.steps + 1) * r.fine.step
	for i := range n {
		from := (newest - int64(n-1-i)) * width
		t := &r.fine
		if width > int64(fineColumn) || r.fine.newest != noStep && from < oldestFine {
			t = &r.coarse
		}
		first, past := ceilDiv(from, t.step), ceilDiv(from+width, t.step)
		if first == past { // narrower than a step, and none begins here
			first--
		}
		f(i, t, first, min(past, floorDiv(at, t.step)+1))
	}
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

func ceilDiv(a, b int64) int64 { return -floorDiv(-a, b) }
