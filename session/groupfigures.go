package session

import (
	"time"

	"pulsh/session/metrics"
	"pulsh/session/snapshot"
)

func barsOf(d *metrics.Distribution) []metrics.Bar {
	if d == nil {
		return nil
	}
	return d.Buckets()
}

// counter is a cumulative figure that the user can set to zero.
type counter struct{ base int64 }

func (c *counter) since(total int64) int64 { return total - c.base }

// rateWindow is the stretch that every rate is an average of.
const rateWindow = time.Second

func sampleWorker(rates map[int]*metrics.Throughput, at instant, number int, done int64) snapshot.Worker {
	rate := rates[number]
	if rate == nil {
		rate = metrics.NewThroughput(rateWindow)
		rates[number] = rate
	}
	rate.Add(at.time, done)
	return snapshot.Worker{Worker: number, Done: done, Rate: rate.Rate()}
}

func latencies(d *metrics.Distribution) snapshot.Latencies {
	return snapshot.Latencies{Recent: d.Recent(), Total: d.Total()}
}

func ratio(a, b float64) float64 {
	if b == 0 {
		return 0
	}
	return a / b
}

func perSecond(n int64, d time.Duration) float64 { return ratio(float64(n), d.Seconds()) }
