package figures

import "time"

// Rate turns a counter into a rate between two questions that are some time apart.
type Rate struct {
	at     time.Time
	count  int64
	perSec float64
}

// rateEvery is the least time between two looks at a counter.
const rateEvery = time.Second

// Of returns the rate per second of a counter that was 0 at its start.
func (r *Rate) Of(now, start time.Time, count int64) float64 {
	if r.at.IsZero() {
		r.at = start
	}
	if passed := now.Sub(r.at); passed >= rateEvery {
		r.perSec = float64(max(0, count-r.count)) / passed.Seconds()
		r.at, r.count = now, count
	}
	return r.perSec
}

// Mean returns the mean of n values with a sum, 0 for none.
func Mean(sum, n int64) float64 {
	if n == 0 {
		return 0
	}
	return float64(sum) / float64(n)
}

// Stamp returns a time as the admin API writes it.
func Stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }
