package metrics

import (
	"runtime"
	"runtime/debug"
	"slices"
	"time"
)

// ProcessStats is what this process costs.
type ProcessStats struct {
	CPU        float64       // percent of one core, over the last second
	CPUTime    time.Duration // used since the process began, user and system
	RSS        int64         // resident memory, bytes
	PeakRSS    int64         // its maximum, bytes
	Goroutines int
	GCCount    int64         // collections since the process began
	GCPause    time.Duration // in all of them together
	GCPauseMax time.Duration // the longest since the sample before
	// Recent are the last collections, at most 256, which is what the runtime
	// remembers.
	RecentPauseP50, RecentPauseMax time.Duration
}

// Process samples the figures of this process. It is not safe for several
// goroutines.
type Process struct {
	cpu    Throughput
	gc     debug.GCStats
	pauses []time.Duration // of gc, ascending
}

// NewProcess returns a sampler. The CPU figure begins with the first sample.
func NewProcess() *Process {
	return &Process{cpu: *NewThroughput(ThroughputWindow)}
}

// Sample reads the figures as of now. It costs some 30 µs.
func (p *Process) Sample(now time.Time) ProcessStats {
	used := cpuTime()
	p.cpu.Add(now, int64(used))
	seen := p.gc.NumGC
	debug.ReadGCStats(&p.gc)
	s := ProcessStats{
		CPU:        p.cpu.Rate() / float64(time.Second) * 100,
		CPUTime:    used,
		Goroutines: runtime.NumGoroutine(),
		GCCount:    p.gc.NumGC,
		GCPause:    p.gc.PauseTotal,
	}
	for _, pause := range p.gc.Pause[:min(int64(len(p.gc.Pause)), p.gc.NumGC-seen)] {
		s.GCPauseMax = max(s.GCPauseMax, pause)
	}
	if s.GCCount != seen {
		p.pauses = append(p.pauses[:0], p.gc.Pause...)
		slices.Sort(p.pauses)
	}
	if n := len(p.pauses); n > 0 {
		s.RecentPauseP50, s.RecentPauseMax = p.pauses[n/2], p.pauses[n-1]
	}
	s.RSS, s.PeakRSS = memory()
	return s
}
