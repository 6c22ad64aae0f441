package metrics

import (
	"math/bits"
	"time"
)

// The range and precision of every histogram, in the terms of HdrHistogram:
// from 1 µs to 1 h with three significant digits. An hour is longer than any
// send or receive a load test waits for; three digits are what other tools
// publish.
const (
	Lowest            = time.Microsecond
	Highest           = time.Hour
	SignificantDigits = 3
)

// The counter layout that HdrHistogram derives from that range. Three digits
// need at least 2000 steps of 1 µs, so the first bucket has 2048 counters
// (magnitude 11); each further bucket doubles the range with 1024 more. 21
// doublings reach 2^32 µs, which is the first power of two past an hour. See
// Gil Tene's HdrHistogram, "Internals"; TestLayout holds it against the library.
const (
	halfMagnitude = 10
	halfCount     = 1 << halfMagnitude
	exactBelow    = 2 * halfCount // µs below which every counter is one value
	doublings     = 21
	countsLen     = (doublings + 2) * halfCount
	lastIndex     = countsLen - 1
	untrackable   = uint64(exactBelow) << doublings // µs, the first value past the last counter
)

// indexOf is the counter for a value in µs. Values past the last counter's
// range share the last counter.
func indexOf(us uint64) int {
	if us >= untrackable {
		return lastIndex
	}
	doubling := bits.Len64(us|(exactBelow-1)) - (halfMagnitude + 1)
	return doubling<<halfMagnitude + int(us>>doubling)
}

// lowestOf is the smallest value in µs that counter i stands for.
func lowestOf(i int) uint64 {
	if i < exactBelow {
		return uint64(i)
	}
	return uint64(i&(halfCount-1)+halfCount) << (i>>halfMagnitude - 1)
}

// highestOf is the largest value in µs that counter i stands for. The last
// counter also holds everything above.
func highestOf(i int) uint64 {
	if i < exactBelow {
		return uint64(i)
	}
	return lowestOf(i) + 1<<(i>>halfMagnitude-1) - 1
}

// inMicroseconds rounds a non-negative count of nanoseconds, half up.
func inMicroseconds(ns int64) uint64 { return (uint64(ns) + 500) / 1000 }

// duration turns µs into a Duration, at most the longest one.
func duration(us uint64) time.Duration {
	return time.Duration(min(us, uint64(1<<63-1)/1000)) * time.Microsecond
}
