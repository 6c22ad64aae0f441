package metrics

import (
	"runtime/metrics"

	"golang.org/x/sys/unix"
)

// memory estimates resident memory by what the Go runtime holds, as macOS tells
// it only through Mach calls, and takes the maximum, in bytes, from getrusage(2).
func memory() (rss, peak int64) {
	samples := []metrics.Sample{
		{Name: "/memory/classes/total:bytes"},
		{Name: "/memory/classes/heap/released:bytes"},
	}
	metrics.Read(samples)
	rss = int64(samples[0].Value.Uint64() - samples[1].Value.Uint64())
	var usage unix.Rusage
	if unix.Getrusage(unix.RUSAGE_SELF, &usage) == nil {
		peak = usage.Maxrss
	}
	return rss, max(rss, peak)
}
