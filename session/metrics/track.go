package metrics

import (
	"math"
	"time"
)

// noStep is before every step: nothing was added yet.
const noStep = math.MinInt64

// chunkSteps is how many steps a track allocates at a time: an hour of seconds,
// six minutes of tenths.
const chunkSteps = 3600

// track is one resolution of a Ring: values by step number, in chunks that are
// allocated when they are first written and then reused.
type track struct {
	step   int64 // ns
	steps  int64 // how many steps are kept
	newest int64 // the newest step, noStep while empty
	sum    float64
	n      int // samples in the newest step
	chunks [][]float32
}

func newTrack(step, span time.Duration) track {
	steps := int64(span / step)
	// One step more than the span, as the newest is not complete.
	chunks := (steps + 1 + chunkSteps - 1) / chunkSteps
	return track{step: int64(step), steps: steps + 1, newest: noStep, chunks: make([][]float32, chunks)}
}

// cell returns the place of a step, nil if its chunk was never written.
func (t *track) cell(step int64) *float32 {
	slots := int64(len(t.chunks)) * chunkSteps
	slot := step - floorDiv(step, slots)*slots
	chunk := t.chunks[slot/chunkSteps]
	if chunk == nil {
		return nil
	}
	return &chunk[slot%chunkSteps]
}

// set writes a step. It allocates the chunk for a value, not for NaN.
func (t *track) set(step int64, v float32) {
	c := t.cell(step)
	if c == nil {
		if v != v {
			return
		}
		slots := int64(len(t.chunks)) * chunkSteps
		slot := step - floorDiv(step, slots)*slots
		chunk := make([]float32, chunkSteps)
		for i := range chunk {
			chunk[i] = float32(math.NaN())
		}
		t.chunks[slot/chunkSteps] = chunk
		c = &chunk[slot%chunkSteps]
	}
	*c = v
}

// at returns the value of a step, NaN without data.
func (t *track) at(step int64) float64 {
	if t.newest == noStep || step > t.newest || step <= t.newest-t.steps {
		return math.NaN()
	}
	if c := t.cell(step); c != nil {
		return float64(*c)
	}
	return math.NaN()
}

// add combines a sample into its step.
func (t *track) add(at time.Time, v float64, by Aggregate) {
	step := floorDiv(at.UnixNano(), t.step)
	if t.newest == noStep || step > t.newest {
		t.advance(step, v, by)
	}
	old := t.at(t.newest)
	t.n++
	t.sum += v
	switch {
	case t.n == 1 || by == Last:
		old = v
	case by == Mean:
		old = t.sum / float64(t.n)
	case by == Max:
		old = max(old, v)
	case by == Sum:
		old = t.sum
	}
	t.set(t.newest, float32(old))
}

// advance makes step the newest. The steps in between get the value of the late
// sample, or no data if it is too late.
func (t *track) advance(step int64, v float64, by Aggregate) {
	if t.newest != noStep {
		fill := float32(math.NaN())
		if by != Sum && (step-t.newest)*t.step <= int64(bridge) {
			fill = float32(v)
		}
		slots := int64(len(t.chunks)) * chunkSteps
		for s := max(t.newest+1, step-slots+1); s < step; s++ {
			t.set(s, fill)
		}
	}
	t.newest, t.sum, t.n = step, 0, 0
}

// combine aggregates the steps in [first, past).
func (t *track) combine(first, past int64, by Aggregate) float64 {
	result, n := math.NaN(), 0
	for s := max(first, t.newest-t.steps+1); s < min(past, t.newest+1); s++ {
		v := t.at(s)
		if math.IsNaN(v) {
			continue
		}
		n++
		switch {
		case n == 1 || by == Last:
			result = v
		case by == Max:
			result = max(result, v)
		default:
			result += v
		}
	}
	if by == Mean {
		result /= float64(max(n, 1))
	}
	return result
}

// extremes returns the lowest and the highest value of the steps in [first,
// past), NaN without data.
func (t *track) extremes(first, past int64) (low, high float64) {
	low, high = math.NaN(), math.NaN()
	for s := max(first, t.newest-t.steps+1); s < min(past, t.newest+1); s++ {
		v := t.at(s)
		if math.IsNaN(v) {
			continue
		}
		if !(low <= v) {
			low = v
		}
		if !(high >= v) {
			high = v
		}
	}
	return low, high
}
