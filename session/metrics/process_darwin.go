package metrics

import (
	"runtime/metrics"

	"golang.org/x/sys/unix"
)

// memory estimates resident memory by what the Go runtime holds, because macOS
// reports it only through Mach calls. The peak comes from getrusage(2). Both
// are in bytes.
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
