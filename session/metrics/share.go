package metrics

import (
	"bytes"
	"compress/gzip"
	"io"
	"runtime/pprof"
	"slices"
	"strings"
	"sync"
	"time"

	"google.golang.org/protobuf/encoding/protowire"
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

// restPart are the goroutines without a label, and runtimePart those of the Go runtime
// itself, and what no goroutine does.
const (
	restPart    = ""
	runtimePart = "runtime"
)

// cpuProfile is a CPU profile of runtime/pprof as far as it is looked at here.
type cpuProfile struct {
	texts     []string
	samples   [][]byte
	functions map[uint64]uint64   // their names, by their ids
	locations map[uint64][]uint64 // their functions, from the callee to the caller
}

// readProfile reads a profile. Of one that is damaged it reads what it can.
func readProfile(data []byte) *cpuProfile {
	p := &cpuProfile{functions: map[uint64]uint64{}, locations: map[uint64][]uint64{}}
	eachField(data, func(number protowire.Number, value []byte, _ uint64) {
		switch number {
		case 2:
			p.samples = append(p.samples, value)
		case 4:
			var id uint64
			var functions []uint64
			eachField(value, func(number protowire.Number, line []byte, n uint64) {
				switch number {
				case 1:
					id = n
				case 4:
					eachField(line, func(number protowire.Number, _ []byte, n uint64) {
						if number == 1 {
							functions = append(functions, n)
						}
					})
				}
			})
			p.locations[id] = functions
		case 5:
			var id, name uint64
			eachField(value, func(number protowire.Number, _ []byte, n uint64) {
				switch number {
				case 1:
					id = n
				case 2:
					name = n
				}
			})
			p.functions[id] = name
		case 6:
			p.texts = append(p.texts, string(value))
		}
	})
	return p
}

// text returns a text of the profile, "" if it has none of that number.
func (p *cpuProfile) text(n uint64) string {
	if n >= uint64(len(p.texts)) {
		return ""
	}
	return p.texts[n]
}

// sums counts the samples of each part.
func (p *cpuProfile) sums() map[string]int64 {
	sums := map[string]int64{}
	for _, sample := range p.samples {
		part, count := p.part(sample)
		sums[part] += count
	}
	return sums
}

// part returns the part that a sample belongs to, and how often it was taken.
func (p *cpuProfile) part(sample []byte) (part string, count int64) {
	var stack, values []uint64
	eachField(sample, func(number protowire.Number, value []byte, n uint64) {
		switch number {
		case 1:
			stack = append(stack, packed(value, n)...)
		case 2:
			values = append(values, packed(value, n)...)
		case 3:
			var key, text uint64
			eachField(value, func(number protowire.Number, _ []byte, n uint64) {
				switch number {
				case 1:
					key = n
				case 2:
					text = n
				}
			})
			if p.text(key) == PartLabel {
				part = p.text(text)
			}
		}
	})
	if len(values) > 0 {
		count = int64(values[0])
	}
	if part == restPart && p.isRuntime(stack) {
		part = runtimePart
	}
	return part, count
}

// isRuntime reports whether a stack begins in the runtime itself, as those of the garbage
// collector and of the scheduler do.
func (p *cpuProfile) isRuntime(stack []uint64) bool {
	if len(stack) == 0 {
		return true
	}
	functions := p.locations[stack[len(stack)-1]]
	if len(functions) == 0 {
		return true
	}
	name := p.text(p.functions[functions[len(functions)-1]])
	return strings.HasPrefix(name, "runtime.") && name != "runtime.main" || strings.HasPrefix(name, "runtime/pprof.")
}

// eachField calls do with each field of a message: its bytes, or its number if it is one.
func eachField(data []byte, do func(number protowire.Number, value []byte, n uint64)) {
	for len(data) > 0 {
		number, kind, size := protowire.ConsumeTag(data)
		if size < 0 {
			return
		}
		data = data[size:]
		var value []byte
		var n uint64
		switch kind {
		case protowire.VarintType:
			n, size = protowire.ConsumeVarint(data)
		case protowire.BytesType:
			value, size = protowire.ConsumeBytes(data)
		default:
			size = protowire.ConsumeFieldValue(number, kind, data)
		}
		if size < 0 {
			return
		}
		data = data[size:]
		do(number, value, n)
	}
}

// packed returns the numbers of a repeated field, which may be packed.
func packed(value []byte, n uint64) (all []uint64) {
	if value == nil {
		return []uint64{n}
	}
	for len(value) > 0 {
		n, size := protowire.ConsumeVarint(value)
		if size < 0 {
			break
		}
		all, value = append(all, n), value[size:]
	}
	return slices.Clip(all)
}
