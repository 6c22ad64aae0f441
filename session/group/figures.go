package group

import (
	"time"

	"pulsh/session/metrics"
	"pulsh/session/snapshot"
)

// BarsOf returns the buckets of a distribution, nil if there is none.
func BarsOf(d *metrics.Distribution) []metrics.Bar {
	if d == nil {
		return nil
	}
	return d.Buckets()
}

// Counter is a cumulative figure that the user can set to zero.
type Counter struct{ Base int64 }

func (c *Counter) Since(total int64) int64 { return total - c.Base }

// RateWindow is the stretch that every rate is an average of.
const RateWindow = time.Second

// SampleWorker adds a worker's count to its rate in rates, and returns both.
func SampleWorker(rates map[int]*metrics.Throughput, at Instant, number int, done int64) snapshot.Worker {
	rate := rates[number]
	if rate == nil {
		rate = metrics.NewThroughput(RateWindow)
		rates[number] = rate
	}
	rate.Add(at.Time, done)
	return snapshot.Worker{Worker: number, Done: done, Rate: rate.Rate()}
}

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
