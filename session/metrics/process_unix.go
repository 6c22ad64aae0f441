//go:build unix

package metrics

import (
	"time"

	"golang.org/x/sys/unix"
)

// cpuTime returns the user and system time of this process, from getrusage(2).
func cpuTime() time.Duration {
	var usage unix.Rusage
	if unix.Getrusage(unix.RUSAGE_SELF, &usage) != nil {
		return 0
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
