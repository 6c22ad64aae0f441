package metrics

import (
	"bytes"
	"io"
	"runtime/pprof"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/google/pprof/profile"
)

// PartLabel is the label of the goroutines of a part of this process, see runtime/pprof.
const PartLabel = "part"

const (
	// shareWindow is the time of one profile. To read one costs some 10 ms of CPU.
	shareWindow = 2 * time.Second
	// shareLeast is the CPU time in a window from which on the next is profiled: an idle
	// process is left alone.
	shareLeast = 10 * time.Millisecond
	// shareWeight is that of a new window in the share of the last seconds: a window has
	// about two hundred samples for each busy core.
	shareWeight = 0.3
)

// Part is what a part of this process has used of its CPU.
type Part struct {
	Share   float64       // of the process, over the last seconds; 0 to 1
	CPUTime time.Duration // since the measurement began
	Known   bool          // there has been a measurement
}

// Share measures the CPU of a part of this process: of the goroutines that have its label.
// Go has no clock of a goroutine, so it takes CPU profiles of two seconds, one after the
// other. What the runtime does for all parts, as the garbage collection, is shared in the
// same proportion.
type Share struct {
	part    string
	stop    chan struct{}
	running sync.WaitGroup

	mu     sync.Mutex // guards the result
	now    Part
	before time.Duration // CPU time before the first measurement, which counts with its share
}

// NewShare starts to measure a part. It measures until Close, except while somebody else
// takes a CPU profile.
func NewShare(part string) *Share {
	s := &Share{part: part, stop: make(chan struct{})}
	s.running.Go(s.run) // ended by Close
	return s
}

// Now returns what is known; s may be nil.
func (s *Share) Now() Part {
	if s == nil {
		return Part{}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now
}

// Close ends the measurement.
func (s *Share) Close() {
	close(s.stop)
	s.running.Wait()
}

func (s *Share) run() {
	ticker := time.NewTicker(shareWindow)
	defer ticker.Stop()
	var window bytes.Buffer
	last, busy := cpuTime(), false
	for {
		window.Reset()
		taken := busy && pprof.StartCPUProfile(&window) == nil
		over := false
		select {
		case <-ticker.C:
		case <-s.stop:
			over = true
		}
		if taken {
			pprof.StopCPUProfile()
		}
		used := cpuTime()
		spent := used - last
		last, busy = used, spent >= shareLeast
		share, ok := 0.0, false
		if taken {
			share, ok = shareOf(&window, s.part)
		}
		s.add(share, ok, spent)
		if over {
			return
		}
	}
}

// add adds a window. One without a measurement counts with the share of those before.
func (s *Share) add(share float64, measured bool, spent time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case measured && s.now.Known:
		s.now.Share += shareWeight * (share - s.now.Share)
	case measured:
		s.now.Share, s.now.Known = share, true
		spent, s.before = spent+s.before, 0
	case !s.now.Known:
		s.before += spent
	default:
		share = s.now.Share
	}
	s.now.CPUTime += time.Duration(share * float64(spent))
}

// shareOf returns the share of a part in a CPU profile, of the samples of goroutines that
// are not the runtime's own, and false if there are none.
func shareOf(taken io.Reader, part string) (share float64, ok bool) {
	p, err := profile.Parse(taken)
	if err != nil {
		return 0, false
	}
	var ours, all int64
	for _, sample := range p.Sample {
		switch own := slices.Contains(sample.Label[PartLabel], part); {
		case own:
			ours += sample.Value[0]
		case len(sample.Label[PartLabel]) > 0 || isRuntime(sample.Location):
			continue
		}
		all += sample.Value[0]
	}
	if all == 0 {
		return 0, false
	}
	return float64(ours) / float64(all), true
}

// isRuntime reports whether a stack begins in the runtime itself, as those of the garbage
// collector and of the scheduler do.
func isRuntime(stack []*profile.Location) bool {
	if len(stack) == 0 {
		return true
	}
	lines := stack[len(stack)-1].Line
	if len(lines) == 0 || lines[len(lines)-1].Function == nil {
		return true
	}
	name := lines[len(lines)-1].Function.Name
	return strings.HasPrefix(name, "runtime.") && name != "runtime.main" || strings.HasPrefix(name, "runtime/pprof.")
}
