package metrics

import (
	"bytes"
	"compress/gzip"
	"io"
	"runtime/pprof"
	"sync"
	"time"
)

// PartLabel is the label of the goroutines of a part of this process, see runtime/pprof.
const PartLabel = "part"

const (
	shareWindow = time.Second // of one profile
	// shareLeast is the CPU time in a window from which on the next is profiled: an idle
	// process is left alone.
	shareLeast = 10 * time.Millisecond
	// shareWeight is that of a new window in the share of the last seconds: a window has
	// about a hundred samples for each busy core.
	shareWeight = 0.3
)

// Part is what a part of this process has used of its CPU.
type Part struct {
	Share   float64       // of the process, over the last seconds; 0 to 1
	CPUTime time.Duration // since the measurement began
	Known   bool          // there has been a measurement
}

// Share measures the CPU of a part of this process: of the goroutines that have its label.
// Go has no clock of a goroutine, so it takes CPU profiles of one second, one after the
// other. What the runtime does for all parts, as the garbage collection, is shared in the
// same proportion.
type Share struct {
	part    string
	stop    chan struct{}
	running sync.WaitGroup

	mu  sync.Mutex // guards the result
	now Part
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
	var profile bytes.Buffer
	last, busy := cpuTime(), false
	for {
		profile.Reset()
		taken := busy && pprof.StartCPUProfile(&profile) == nil
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
			share, ok = shareOf(&profile, s.part)
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
	default:
		share = s.now.Share
	}
	s.now.CPUTime += time.Duration(share * float64(spent))
}

// shareOf returns the share of a part in a CPU profile, of the samples of goroutines that
// are not the runtime's own, and false if there are none.
func shareOf(profile io.Reader, part string) (share float64, ok bool) {
	unpacked, err := gzip.NewReader(profile)
	if err != nil {
		return 0, false
	}
	data, err := io.ReadAll(unpacked)
	if err != nil {
		return 0, false
	}
	sums := readProfile(data).sums()
	all := sums[part] + sums[restPart]
	if all == 0 {
		return 0, false
	}
	return float64(sums[part]) / float64(all), true
}
