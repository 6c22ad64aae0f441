package metrics

import (
	"encoding/binary"
	"math/bits"
	"time"
)

// uint128 is an unsigned sum of 128 bits. One second of a million messages
// that each waited an hour adds 3.6e15 µs, which would fill 64 bits in 85
// minutes.
type uint128 struct{ high, low uint64 }

// plus adds v.
func (w *uint128) plus(v uint128) {
	var carry uint64
	w.low, carry = bits.Add64(w.low, v.low, 0)
	w.high, _ = bits.Add64(w.high, v.high, carry)
}

// minus subtracts v.
func (w *uint128) minus(v uint128) {
	var borrow uint64
	w.low, borrow = bits.Sub64(w.low, v.low, 0)
	w.high, _ = bits.Sub64(w.high, v.high, borrow)
}

// summary describes a set of values beside its counters. The counters in use
// are lo to hi; the range is empty while n is 0.
type summary struct {
	n, over, negative uint64
	sum               uint128 // µs
	max               uint64  // µs
	mostNegative      int64   // ns, 0 without a negative value
	lo, hi            int
}

// widen adds n values that lie in the counters lo to hi.
func (f *summary) widen(n uint64, lo, hi int) {
	if n == 0 {
		return
	}
	if f.n == 0 {
		f.lo, f.hi = lo, hi
	}
	f.lo, f.hi = min(f.lo, lo), max(f.hi, hi)
	f.n += n
}

// plus adds the summary of further values.
func (f *summary) plus(o *summary) {
	f.widen(o.n, o.lo, o.hi)
	f.over += o.over
	f.negative += o.negative
	f.sum.plus(o.sum)
	f.max = max(f.max, o.max)
	f.mostNegative = min(f.mostNegative, o.mostNegative)
}

// mean returns the exact mean of the values after they were rounded to µs.
func (f *summary) mean() time.Duration {
	if f.n == 0 || f.sum.high >= f.n {
		return 0
	}
	us, rest := bits.Div64(f.sum.high, f.sum.low, f.n)
	return duration(us) + time.Duration(float64(rest)/float64(f.n)*float64(time.Microsecond))
}

// top returns the maximum in µs, limited to the highest counter in use. A
// recorder writes its counter and its maximum one after the other; a collection
// in between puts the two into different intervals.
func (f *summary) top() uint64 {
	if f.max < lowestOf(f.hi) {
		return highestOf(f.hi)
	}
	if f.hi == lastIndex {
		return f.max
	}
	return min(f.max, highestOf(f.hi))
}

// counts are the counters of any number of histograms, one for each index of
// the layout, with their summary. They take 184 KiB.
type counts struct {
	summary
	of [countsLen]uint64
}

// reset sets all to zero. It costs as much as there are counters in use.
func (t *counts) reset() {
	clear(t.of[t.lo : t.hi+1])
	t.summary = summary{}
}

// add adds the counters and the summary of o.
func (t *counts) add(o *counts) {
	if o.n > 0 {
		for i := o.lo; i <= o.hi; i++ {
			t.of[i] += o.of[i]
		}
	}
	t.plus(&o.summary)
}

// delta is what one interval added: a summary, and the counters in use as pairs
// of uvarints (distance from the counter before, count). A delta of 10,000
// values takes about 4 KB.
type delta struct {
	summary
	pairs []byte
}

// take makes c a copy of t in c's own memory. It calls also, if it is not nil,
// for each counter in use.
func (c *delta) take(t *counts, also func(i int, n uint64)) {
	c.summary, c.pairs = t.summary, c.pairs[:0]
	if t.n == 0 {
		return
	}
	from := 0
	for i := t.lo; i <= t.hi; i++ {
		n := t.of[i]
		if n == 0 {
			continue
		}
		c.pairs = binary.AppendUvarint(c.pairs, uint64(i-from))
		c.pairs = binary.AppendUvarint(c.pairs, n)
		from = i
		if also != nil {
			also(i, n)
		}
	}
}

// each calls f for each counter in use, in ascending order.
func (c *delta) each(f func(i int, n uint64)) {
	for at, i := 0, 0; at < len(c.pairs); {
		step, length := binary.Uvarint(c.pairs[at:])
		at += length
		n, length := binary.Uvarint(c.pairs[at:])
		at += length
		i += int(step)
		f(i, n)
	}
}

// merge adds a delta.
func (t *counts) merge(c *delta) {
	t.plus(&c.summary)
	c.each(func(i int, n uint64) { t.of[i] += n })
}

// unmerge subtracts a delta that was merged before. It leaves the range and the
// extremes as they are; the caller sets them to those of the deltas that remain.
func (t *counts) unmerge(c *delta) {
	t.n -= c.n
	t.over -= c.over
	t.negative -= c.negative
	t.sum.minus(c.sum)
	c.each(func(i int, n uint64) { t.of[i] -= n })
}
