package metrics

import (
	"runtime"
	"runtime/debug"
	"slices"
	"time"
)

// ProcessStats is the resource usage of this process.
type ProcessStats struct {
	CPU        float64       // percent of one core, over the last second
	CPUTime    time.Duration // user and system, since the process began
	Broker     Part          // of the embedded broker, which runs in this process
	RSS        int64         // resident memory, bytes
	PeakRSS    int64         // its peak, bytes
	Goroutines int
	GCCount    int64         // collections since the process began
	GCPause    time.Duration // total of all collections
	GCPauseMax time.Duration // the longest since the previous sample
	// Of the last collections, at most 256, which the runtime remembers.
	RecentPauseP50, RecentPauseMax time.Duration
}

// BrokerCPU returns what the embedded broker uses, in percent of one core.
func (s *ProcessStats) BrokerCPU() float64 { return s.CPU * s.Broker.Share }

// Own returns the CPU of this process without the embedded broker: in percent of one core
// over the last second, and in total. Without a measurement it is that of all.
func (s *ProcessStats) Own() (percent float64, used time.Duration) {
	return s.CPU - s.BrokerCPU(), max(0, s.CPUTime-s.Broker.CPUTime)
}

// Process samples the resource usage of this process. Only one goroutine may
// use it at a time.
type Process struct {
	cpu    Throughput
	gc     debug.GCStats
	pauses []time.Duration // of gc, ascending

	balance gcBalance
}

// NewProcess returns a sampler. Its CPU figure begins with the first sample.
func NewProcess() *Process {
	return &Process{cpu: *NewThroughput(ThroughputWindow)}
}

// Sample returns the resource usage now, and keeps the heap in bounds, see TuneGC. A
// call takes about 30 µs.
func (p *Process) Sample(now time.Time) ProcessStats {
	p.balance.look()
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
