package pacing

import (
	"math"
	"math/rand/v2"
	"sort"
	"time"
)

// mostDrawn is about how many random due times a segment has: so many that the
// segments of a fast group last milliseconds, and so few that drawing them takes
// less than 0.1 ms.
const mostDrawn = 4096

// arrivals are the due times of a segment whose messages are independent of one
// another. They are kept in 32 bits, as fractions of the segment's length.
type arrivals struct {
	offsets []uint32
	unit    float64 // ns
}

// draw draws the arrivals of a piece. The integral of the rate between two of them
// is a random number of the exponential distribution with mean 1. The same piece
// always has the same arrivals.
func draw(p piece) *arrivals {
	perSecond := float64(time.Second)
	rate, slope, length := float64(p.from)/perSecond, 0.0, float64(p.length)
	if p.from != p.to {
		slope = float64(p.to-p.from) / perSecond / length
	}
	a := &arrivals{unit: length / (1 << 32)}
	random := rand.New(rand.NewPCG(p.seed, mix(p.seed, math.Float64bits(rate))))
	for x := random.ExpFloat64(); ; x += random.ExpFloat64() {
		t := 2 * x / (rate + math.Sqrt(rate*rate+2*slope*x)) // see segment.due
		if !(t < length) {
			return a
		}
		a.offsets = append(a.offsets, uint32(t/a.unit))
	}
}

// due returns the due time of slot s in a segment that began at start, or never.
func (a *arrivals) due(start, s int64) int64 {
	if s >= int64(len(a.offsets)) {
		return never
	}
	return start + int64(float64(a.offsets[s])*a.unit)
}

// count returns how many slots are due at t, a time since the segment began, or
// before.
func (a *arrivals) count(t int64) int64 {
	return int64(sort.Search(len(a.offsets), func(i int) bool { return a.due(0, int64(i)) > t }))
}

// bounded shortens a piece with random due times, so that it has about mostDrawn of
// them at most.
func (p piece) bounded() piece {
	fastest := max(p.from, p.to)
	switch {
	case !p.random:
	case fastest.IsMax() || fastest == 0:
		p.random = false // there are no times to draw
	default:
		most := float64(mostDrawn) / float64(fastest) * float64(time.Second)
		p = p.cut(time.Duration(min(max(most, 1), float64(longestSpan))))
	}
	return p
}

// mix returns a number that depends on all bits of both, by the finalizer of
// SplitMix64.
func mix(a, b uint64) uint64 {
	z := a + (b+1)*0x9e3779b97f4a7c15
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}
