package metrics

import (
	"math"
	"time"
)

// What a Ring remembers: ten minutes as the sampler saw them, and a day by the
// second. Ten minutes is the longest window that a screen's columns resolve
// better than a second; a day is the longest soak test.
const (
	FineStep   = CutEvery
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

// Newest is the value of the newest step, NaN if there is none.
func (r *Ring) Newest() float64 {
	if r.fine.newest == noStep {
		return math.NaN()
	}
	return r.fine.at(r.fine.newest)
}

// Columns returns n values, oldest first, for the window that ends at end, NaN
// where there is no data. A column is window/n wide and begins at a multiple of
// that width, so only the newest one changes from frame to frame; it holds what
// there is up to end. Windows up to FineSpan are made of the fine part, longer
// ones of the coarse part.
func (r *Ring) Columns(end time.Time, window time.Duration, n int) []float64 {
	if n <= 0 {
		return nil
	}
	columns := make([]float64, n)
	width := max(int64(window)/int64(n), 1)
	t := &r.fine
	if window > FineSpan {
		t = &r.coarse
	}
	newest := floorDiv(end.UnixNano(), width)
	last := floorDiv(end.UnixNano(), t.step)
	part := min(float64(width)/float64(t.step), 1) // of a step's sum, in a narrower column
	for i := range columns {
		from := (newest - int64(n-1-i)) * width
		first, past := ceilDiv(from, t.step), ceilDiv(from+width, t.step)
		if first == past { // narrower than a step, and none begins here
			first--
		}
		columns[i] = t.combine(first, min(past, last+1), r.aggregate)
		if r.aggregate == Sum {
			columns[i] *= part
		}
	}
	return columns
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

func ceilDiv(a, b int64) int64 { return -floorDiv(-a, b) }
