// Package metrics counts what happened: recorders for the hot path,
// distributions and totals that a sampler collects from them every 100 ms, time
// series of fixed size, rates, and the resource usage of this process.
//
// The hot path (Histogram, SendRecorder, ReceiveRecorder) is lock-free and
// allocates nothing. The reading side (Distribution, SendShards, ReceiveShards)
// takes locks that no recorder takes. The package reads no clock: every time is
// an argument.
package metrics

import "sync/atomic"

// cacheLine is two lines of 64 bytes: what x86 prefetches together, and the
// line that Apple's processors share between cores.
const cacheLine = 128

// Histogram records durations from any number of goroutines. Its counters have
// the layout of HdrHistogram(1 µs … 1 h, 3 digits), so nothing is lost on the
// way to one. The zero value is ready to use. It takes 92 KiB, of which the
// operating system provides only the pages in use.
//
// Exactly one Distribution collects a Histogram, because collecting moves the
// counts.
type Histogram struct {
	max atomic.Uint64 // µs, since the last drain
	_   [cacheLine - 8]byte
	// residue is the sum of the differences, in µs, between the recorded values
	// and the lowest value of their counter. It keeps the sum of all values
	// exact. Values below exactBelow have no residue, which spares the common
	// case an atomic add.
	residue      atomic.Uint64
	over         atomic.Uint64 // values above Highest
	negative     atomic.Uint64 // values below zero
	mostNegative atomic.Int64  // ns
	_            [cacheLine - 32]byte
	counts       [countsLen]atomic.Uint32
}

// Record counts one duration in ns, rounded to µs. A value below zero counts as
// 0 and is also counted as negative. A value above Highest contributes to sum
// and maximum and is also counted as over the range.
func (h *Histogram) Record(ns int64) { h.RecordMany(ns, 1) }

// RecordMany counts the same duration n times.
func (h *Histogram) RecordMany(ns int64, n uint32) {
	if uint64(ns) > uint64(Highest) {
		ns = h.outside(ns, n)
	}
	us := inMicroseconds(ns)
	i := indexOf(us)
	h.counts[i].Add(n)
	if us >= exactBelow {
		h.residue.Add((us - lowestOf(i)) * uint64(n))
	}
	// The maximum is raised after its counter. So a reader that has taken the
	// maximum finds every counter up to it, now or in the next drain.
	h.raise(us)
}

// RecordSince counts the time from each of starts to end, in ns of one clock,
// as for the receipt of a run of messages. Neighbours that fall into one
// counter are added together.
func (h *Histogram) RecordSince(starts []int64, end int64) {
	var r run
	for _, start := range starts {
		r.add(h, end-start)
	}
	r.end(h)
}

// raise raises the maximum to us unless it is higher already.
func (h *Histogram) raise(us uint64) {
	for {
		old := h.max.Load()
		if us <= old || h.max.CompareAndSwap(old, us) {
			return
		}
	}
}

// outside counts a value out of range and returns the value to record for it.
func (h *Histogram) outside(ns int64, n uint32) int64 {
	if ns > 0 {
		h.over.Add(uint64(n))
		return ns
	}
	h.negative.Add(uint64(n))
	for {
		old := h.mostNegative.Load()
		if ns >= old || h.mostNegative.CompareAndSwap(old, ns) {
			return 0
		}
	}
}

// drain moves everything recorded so far into t. It swaps each counter for zero
// in one step, so a count is either in this drain or in a later one, even while
// another goroutine records. A counter overflows only if it reaches 2^32
// between drains.
func (h *Histogram) drain(t *counts) {
	top := h.max.Load()
	if top > 0 {
		top = h.max.Swap(0)
	}
	counts := h.counts[:indexOf(top)+1]
	var n, sum uint64
	lo, hi := -1, 0
	for i := range counts {
		if counts[i].Load() == 0 {
			continue
		}
		if hi = i; lo < 0 {
			lo = i
		}
		c := uint64(counts[i].Swap(0))
		t.of[i] += c
		n += c
		sum += c * lowestOf(i)
	}
	t.widen(n, lo, hi)
	t.sum.plus(uint128{low: sum})
	t.sum.plus(uint128{low: h.residue.Swap(0)})
	t.max = max(t.max, top)
	t.over += h.over.Swap(0)
	t.negative += h.negative.Swap(0)
	t.mostNegative = min(t.mostNegative, h.mostNegative.Swap(0))
}

// run gathers neighbouring values of one counter, and the residue and the
// maximum of all, before it writes to shared memory.
type run struct {
	index        int
	n            uint32
	residue, max uint64
}

func (r *run) add(h *Histogram, ns int64) {
	if uint64(ns) > uint64(Highest) {
		ns = h.outside(ns, 1)
	}
	us := inMicroseconds(ns)
	i := indexOf(us)
	if i != r.index && r.n > 0 {
		h.counts[r.index].Add(r.n)
		r.n = 0
	}
	r.index = i
	r.n++
	r.residue += us - lowestOf(i)
	r.max = max(r.max, us)
}

func (r *run) end(h *Histogram) {
	if r.n == 0 {
		return
	}
	h.counts[r.index].Add(r.n)
	if r.residue > 0 {
		h.residue.Add(r.residue)
	}
	h.raise(r.max)
}
