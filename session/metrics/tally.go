package metrics

import (
	"encoding/binary"
	"math/bits"
	"time"
)

// wide is an unsigned sum of 128 bits. A second of a million messages that
// each waited an hour adds 3.6e15 µs: 64 bits would last for 85 minutes.
type wide struct{ high, low uint64 }

func (w *wide) add(v uint64) { w.plus(wide{low: v}) }

func (w *wide) plus(v wide) {
	var carry uint64
	w.low, carry = bits.Add64(w.low, v.low, 0)
	w.high, _ = bits.Add64(w.high, v.high, carry)
}

func (w *wide) minus(v wide) {
	var borrow uint64
	w.low, borrow = bits.Sub64(w.low, v.low, 0)
	w.high, _ = bits.Sub64(w.high, v.high, borrow)
}

// figures is what is known of a set of values besides the counters. The range
// lo…hi of counters in use is empty while n is 0.
type figures struct {
	n, over, negative uint64
	sum               wide   // µs
	max               uint64 // µs
	mostNegative      int64  // ns, 0 if none is
	lo, hi            int
}

// widen adds n values that lie in the counters lo…hi.
func (f *figures) widen(n uint64, lo, hi int) {
	if n == 0 {
		return
	}
	if f.n == 0 {
		f.lo, f.hi = lo, hi
	}
	f.lo, f.hi = min(f.lo, lo), max(f.hi, hi)
	f.n += n
}

// plus adds the figures of further values.
func (f *figures) plus(o *figures) {
	f.widen(o.n, o.lo, o.hi)
	f.over += o.over
	f.negative += o.negative
	f.sum.plus(o.sum)
	f.max = max(f.max, o.max)
	f.mostNegative = min(f.mostNegative, o.mostNegative)
}

// mean is the exact mean of the values as they were rounded to µs.
func (f *figures) mean() time.Duration {
	if f.n == 0 || f.sum.high >= f.n {
		return 0
	}
	us, rest := bits.Div64(f.sum.high, f.sum.low, f.n)
	return duration(us) + time.Duration(float64(rest)/float64(f.n)*float64(time.Microsecond))
}

// top is the maximum, kept within the highest counter in use: a writer that is
// between its counter and its maximum while the reader passes may leave the
// two in different cuts.
func (f *figures) top() uint64 {
	if f.max < lowestOf(f.hi) {
		return highestOf(f.hi)
	}
	if f.hi == lastIndex {
		return f.max
	}
	return min(f.max, highestOf(f.hi))
}

// tally is a dense set of counters with its figures: the reader's side of any
// number of histograms. It takes 184 KiB.
type tally struct {
	figures
	counts [countsLen]uint64
}

// reset empties the tally; its cost is that of the counters in use.
func (t *tally) reset() {
	clear(t.counts[t.lo : t.hi+1])
	t.figures = figures{}
}

// cut is what one interval added: its figures, and its counters as pairs of
// uvarints (distance from the counter before, count). A cut of 10,000 values
// takes about 4 KB.
type cut struct {
	figures
	pairs []byte
}

// take makes c a copy of t, in c's own memory, and adds t's counters to those
// of the other tallies in the same pass. Their figures are the caller's to add.
func (c *cut) take(t *tally, others ...*tally) {
	c.figures, c.pairs = t.figures, c.pairs[:0]
	if t.n == 0 {
		return
	}
	from := 0
	for i := t.lo; i <= t.hi; i++ {
		n := t.counts[i]
		if n == 0 {
			continue
		}
		c.pairs = binary.AppendUvarint(c.pairs, uint64(i-from))
		c.pairs = binary.AppendUvarint(c.pairs, n)
		from = i
		for _, o := range others {
			o.counts[i] += n
		}
	}
}

// each calls f for every counter in use.
func (c *cut) each(f func(i int, n uint64)) {
	for at, i := 0, 0; at < len(c.pairs); {
		step, length := binary.Uvarint(c.pairs[at:])
		at += length
		n, length := binary.Uvarint(c.pairs[at:])
		at += length
		i += int(step)
		f(i, n)
	}
}

// merge adds a cut to the tally.
func (t *tally) merge(c *cut) {
	t.plus(&c.figures)
	c.each(func(i int, n uint64) { t.counts[i] += n })
}

// unmerge takes a cut away that was merged before. Range and extremes are left
// as they are: bound them with those of the cuts that remain.
func (t *tally) unmerge(c *cut) {
	t.n -= c.n
	t.over -= c.over
	t.negative -= c.negative
	t.sum.minus(c.sum)
	c.each(func(i int, n uint64) { t.counts[i] -= n })
}
