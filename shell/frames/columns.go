package frames

import (
	"math"
	"time"

	"pulsh/session/snapshot"
)

const (
	// renewEvery is the age at which all columns are read anew, because a group
	// may have been removed and created again.
	renewEvery = 10 * time.Second
	// unsettled is the number of columns that may still change: the newest and
	// the one before it.
	unsettled = 2
	// extremesFrom is the time from which on a column may hide a peak. Rates are
	// means of a second, so shorter columns hide none.
	extremesFrom = time.Second
)

// columns holds the past of one figure as drawn in the previous frame. The next
// frame reads only the newest columns.
type columns struct {
	window            time.Duration
	newest            int64     // the number of the newest column
	renewed           time.Time // the time at which all columns were read
	values, low, high []float64
}

// columnWidth returns the time of each of n columns of a window, in nanoseconds.
func columnWidth(window time.Duration, n int) int64 { return max(int64(window)/int64(n), 1) }

// follow brings the columns up to the time end. With extremes, it also reads the
// extremes of columns that may hide a peak.
func (c *columns) follow(source Source, m snapshot.Metric, end time.Time, window time.Duration, n int, extremes bool) {
	width := columnWidth(window, n)
	newest := end.UnixNano() / width
	fresh := n
	if moved := newest - c.newest; c.window == window && len(c.values) == n && moved >= 0 && moved < int64(n-unsettled) {
		if age := end.Sub(c.renewed); age >= 0 && age < renewEvery {
			fresh = int(moved) + unsettled
			shift(c.values, int(moved))
			shift(c.low, int(moved))
			shift(c.high, int(moved))
		}
	}
	ask := window
	if fresh < n {
		ask = time.Duration(width * int64(fresh))
	}
	values := source.History(m, end, ask, fresh)
	var low, high []float64
	if extremes && width > int64(extremesFrom) {
		low, high = source.Extremes(m, end, ask, fresh)
	}
	if fresh == n || (low == nil) != (c.low == nil) {
		if fresh < n { // the figure appeared or disappeared
			c.newest, c.window = 0, 0
			c.follow(source, m, end, window, n, extremes)
			return
		}
		*c = columns{window: window, newest: newest, renewed: end, values: values, low: low, high: high}
		return
	}
	c.newest = newest
	copy(c.values[n-fresh:], values)
	if low != nil {
		copy(c.low[n-fresh:], low)
		copy(c.high[n-fresh:], high)
	}
}

// shift moves values to the left by a number of places.
func shift(values []float64, by int) {
	if by > 0 && len(values) > by {
		copy(values, values[by:])
		for i := len(values) - by; i < len(values); i++ {
			values[i] = math.NaN()
		}
	}
}

// counts holds a distribution over time as drawn in the previous frame.
type counts struct {
	window time.Duration
	n      int
	newest int64 // the number of the newest column
	second int64 // the second in which the counts were read
	values []uint32
	known  bool
}

// follow reads the counts when the columns move and once a second, the period in
// which they are kept.
func (c *counts) follow(source Source, m snapshot.Metric, end time.Time, window time.Duration, n int) {
	newest, second := end.UnixNano()/columnWidth(window, n), end.Unix()
	if c.known && c.window == window && c.n == n && c.newest == newest && c.second == second {
		return
	}
	values := source.Heat(m, c.values, end, window, n)
	*c = counts{window: window, n: n, newest: newest, second: second, values: values, known: true}
}
