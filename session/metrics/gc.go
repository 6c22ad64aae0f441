package metrics

import (
	"runtime/debug"
	rt "runtime/metrics"
	"sync/atomic"
)

// gcPercent is the percentage that TuneGC has set, 0 before.
var gcPercent atomic.Int64

// The bounds of the heap that gcBalance lets grow.
const (
	// heapPlain is the size in bytes up to which the heap may grow as TuneGC says. A
	// larger heap has a smaller share of garbage.
	heapPlain = 256 << 20
	// gcLeast is the least percentage: with less, collecting costs more than it saves.
	gcLeast = 25
)

// TuneGC sets how far the heap may grow between two garbage collections, in percent of
// what is live, and lets a Process lower it.
func TuneGC(percent int) {
	gcPercent.Store(int64(percent))
	debug.SetGCPercent(percent)
}

// gcBalance lowers the percentage of TuneGC while much is live, as large bodies and what
// the engines copy of them: the garbage beside them need not grow with them.
type gcBalance struct {
	live [1]rt.Sample
	set  int64 // the percentage that was set last
}

// look sets the percentage by what was live at the last collection.
func (b *gcBalance) look() {
	most := gcPercent.Load()
	if most == 0 {
		return
	}
	b.live[0].Name = "/gc/heap/live:bytes"
	rt.Read(b.live[:])
	percent := balanced(most, int64(b.live[0].Value.Uint64()))
	if b.set == 0 {
		b.set = most
	}
	if apart := percent - b.set; apart != 0 && (percent == most || max(apart, -apart) > b.set/10) { // setting it stops the process for a moment
		b.set = percent
		debug.SetGCPercent(int(percent))
	}
}

// balanced returns the percentage for a heap with so many live bytes.
func balanced(most, live int64) int64 {
	return max(min(most, 100*(heapPlain-live)/max(live, 1)), gcLeast)
}
