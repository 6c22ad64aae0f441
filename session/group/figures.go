package group

import (
	"time"

	"pulsh/session/metrics"
	"pulsh/session/snapshot"
)

// Counter is a cumulative figure that a reset sets to zero.
type Counter struct{ Base int64 }

// Since returns the part of the total that was added after the reset.
func (c *Counter) Since(total int64) int64 { return total - c.Base }

// RateWindow is the time over which rates are averaged.
const RateWindow = time.Second

// Latencies reads the quantiles of the last second and of the whole run.
func Latencies(d *metrics.Distribution) snapshot.Latencies {
	return snapshot.Latencies{Recent: d.Recent(), Total: d.Total()}
}

// Ratio returns a/b, 0 if b is 0.
func Ratio(a, b float64) float64 {
	if b == 0 {
		return 0
	}
	return a / b
}

// PerSecond returns n divided by d in seconds, 0 if d is 0.
func PerSecond(n int64, d time.Duration) float64 { return Ratio(float64(n), d.Seconds()) }
