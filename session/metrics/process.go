package metrics

import (
	"runtime"
	"runtime/debug"
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
}

// Process samples the figures of this process. It is not safe for several
// goroutines.
type Process struct {
	cpu Throughput
	gc  debug.GCStats
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
	s.RSS, s.PeakRSS = memory()
	return s
}
