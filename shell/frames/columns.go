package frames

import (
	"math"
	"time"

	"pulsh/session/snapshot"
)

const (
	// renewEvery is how long columns are kept before all of them are asked for
	// anew: a group may have been removed and made again.
	renewEvery = 10 * time.Second
	// unsettled is how many of the newest columns may still change: the newest,
	// and the one that it has just followed.
	unsettled = 2
	// extremesFrom is the narrowest column that may hide a peak: rates are means
	// of a second.
	extremesFrom = time.Second
)

// columns is the past of one figure as it was drawn in the frame before. From
// frame to frame only the newest columns are asked for.
type columns struct {
	window            time.Duration
	newest            int64     // number of the newest column
	renewed           time.Time // when all were asked for
	values, low, high []float64
}

// columnWidth is how much time each of n columns of a window stands for, in ns.
func columnWidth(window time.Duration, n int) int64 { return max(int64(window)/int64(n), 1) }

// follow brings the columns up to end, with their extremes if they are wanted and
// the columns are wide enough to have any.
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
		if fresh < n { // the figure has begun, or its group has gone
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

// shift moves values to the left by so many places.
func shift(values []float64, by int) {
	if by > 0 && len(values) > by {
		copy(values, values[by:])
		for i := len(values) - by; i < len(values); i++ {
			values[i] = math.NaN()
		}
	}
}

// counts is a distribution over time as it was drawn in the frame before.
type counts struct {
	window time.Duration
	n      int
	newest int64 // number of the newest column
	second int64 // in which they were asked for
	values []uint32
	known  bool
}

// follow asks for the counts once a second, which is what they are kept by, and
// when the columns move.
func (c *counts) follow(source Source, m snapshot.Metric, end time.Time, window time.Duration, n int) {
	newest, second := end.UnixNano()/columnWidth(window, n), end.Unix()
	if c.known && c.window == window && c.n == n && c.newest == newest && c.second == second {
		return
	}
	values := source.Heat(m, c.values, end, window, n)
	*c = counts{window: window, n: n, newest: newest, second: second, values: values, known: true}
}
