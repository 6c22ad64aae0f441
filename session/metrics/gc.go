package metrics

import (
	"runtime/debug"
	"sync/atomic"
)

// gcPercent is the percentage that TuneGC has set, 0 before.
var gcPercent atomic.Int64

const (
	// heldPlain is how much memory held for good leaves the percentage as it is.
	heldPlain = 64 << 20
	gcLeast   = 25
)

// TuneGC sets how far the heap may grow between two garbage collections, in percent of
// what is live, and lets Held lower it.
func TuneGC(percent int) {
	gcPercent.Store(int64(percent))
	debug.SetGCPercent(percent)
}

// Held lowers the percentage while so many bytes are held for good, as the bodies of
// producers are: the garbage beside them need not grow with them. It does nothing
// before TuneGC.
func Held(bytes int64) {
	if percent := gcPercent.Load(); percent > 0 {
		debug.SetGCPercent(int(max(percent*heldPlain/max(bytes, heldPlain), gcLeast)))
	}
}
