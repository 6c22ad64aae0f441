package metrics

import (
	"math/bits"
	"time"
)

// The range and precision of every histogram, as HdrHistogram defines them:
// from 1 µs to 1 h with three significant digits. An hour is longer than any
// send or receive of a load test takes; three digits are what other tools
// publish.
const (
	Lowest            = time.Microsecond
	Highest           = time.Hour
	SignificantDigits = 3
)

// The layout of counters that HdrHistogram derives from that range. Three
// digits need at least 2000 steps of 1 µs, so the first bucket has 2048
// counters (magnitude 11). Each further bucket doubles the range with 1024 more
// counters. 21 doublings reach 2^32 µs, the first power of two above an hour.
// See Gil Tene's HdrHistogram, "Internals". TestLayout compares the layout with
// the library's.
const (
	halfMagnitude = 10
	halfCount     = 1 << halfMagnitude
	exactBelow    = 2 * halfCount // µs below which every counter is one value
	doublings     = 21
	countsLen     = (doublings + 2) * halfCount
	lastIndex     = countsLen - 1
	untrackable   = uint64(exactBelow) << doublings // µs, the first value past the last counter
)

// indexOf returns the counter of a value in µs. Values beyond the last
// counter's range share the last counter.
func indexOf(us uint64) int {
	if us >= untrackable {
		return lastIndex
	}
	doubling := bits.Len64(us|(exactBelow-1)) - (halfMagnitude + 1)
	return doubling<<halfMagnitude + int(us>>doubling)
}

// lowestOf returns the smallest value in µs of counter i.
func lowestOf(i int) uint64 {
	if i < exactBelow {
		return uint64(i)
	}
	return uint64(i&(halfCount-1)+halfCount) << (i>>halfMagnitude - 1)
}

// highestOf returns the largest value in µs of counter i. The last counter also
// holds everything above.
func highestOf(i int) uint64 {
	if i < exactBelow {
		return uint64(i)
	}
	return lowestOf(i) + 1<<(i>>halfMagnitude-1) - 1
}

// inMicroseconds converts a non-negative number of ns to µs, rounding half up.
func inMicroseconds(ns int64) uint64 { return (uint64(ns) + 500) / 1000 }

// duration converts µs to a Duration, limited to the longest one.
func duration(us uint64) time.Duration {
	return time.Duration(min(us, uint64(1<<63-1)/1000)) * time.Microsecond
}
