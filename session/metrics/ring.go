package metrics

import (
	"math"
	"time"
)

// A Ring remembers ten minutes as the sampler saw them and a day by the second.
// Ten minutes is the longest window whose columns are shorter than a second; a
// day is the longest soak test.
const (
	FineStep   = SampleEvery
	FineSpan   = 10 * time.Minute
	CoarseStep = time.Second
	CoarseSpan = 24 * time.Hour
)

// bridge is how late a sample may be and still stand for the whole time since
// the one before it, so that a late sampler leaves no gap. A longer silence is
// shown as no data.
const bridge = 1500 * time.Millisecond

// Aggregate is how several samples become one.
type Aggregate uint8

// Mean is for rates, Max for percentiles, Last for levels such as a backlog,
// and Sum for counts per sample.
const (
	Mean Aggregate = iota
	Max
	Last
	Sum
)

// Ring is a time series of fixed size. It takes 29 KB for the fine part, and 14
// KB for each hour of the coarse part that has data, at most 390 KB. It keeps
// values as float32 (7 digits). Only one goroutine may use it at a time.
type Ring struct {
	aggregate    Aggregate
	fine, coarse track
}

// NewRing returns an empty series. aggregate combines its samples into seconds,
// and into the columns of a graph.
func NewRing(aggregate Aggregate) *Ring {
	return &Ring{
		aggregate: aggregate,
		fine:      newTrack(FineStep, FineSpan),
		coarse:    newTrack(CoarseStep, CoarseSpan),
	}
}

// Add adds a sample, usually one every FineStep. NaN is no sample. The time
// should come from a clock that does not jump; a time before the newest one
// counts as the newest.
func (r *Ring) Add(at time.Time, v float64) {
	if math.IsNaN(v) {
		return
	}
	r.fine.add(at, v, r.aggregate)
	r.coarse.add(at, v, r.aggregate)
}

// fineColumn is the widest column that is computed from the fine part. Wider
// ones hold so many seconds that tenths would only cost time.
const fineColumn = 10 * time.Second

// Columns returns n values, oldest first, for the window that ends at end, NaN
// without data. A column is window/n wide and begins at a multiple of that
// width, so from frame to frame only the newest column changes. Columns of up
// to ten seconds come from the fine part as far back as it reaches, others from
// the coarse part.
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

// Extremes returns the lowest and the highest value of each column of Columns.
// It returns nil for a series of maxima or sums, where they mean nothing.
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

// columnWidth returns how many ns each of n columns of a window covers.
func columnWidth(window time.Duration, n int) int64 { return max(int64(window)/int64(n), 1) }

// eachColumn calls f with the steps in [first, past) of each of n columns.
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
		if first == past { // the column is narrower than a step, and no step begins in it
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
