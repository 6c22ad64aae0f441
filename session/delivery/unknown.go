package delivery

import (
	"slices"

	"pulsh/session/payload"
)

// MaxDoubtSpans bounds how many separate runs of failed sends are remembered
// per stream. Sends fail in long runs, as when a broker is away. What fails
// beyond is treated as if it had been sent.
const MaxDoubtSpans = 4096

// A span is the numbers from from up to but excluding to.
type span struct{ from, to uint64 }

// doubts are the numbers whose sending failed and that have not been seen, as
// spans in rising order with gaps between them.
type doubts []span

// place returns the index of the first span that ends at n or above it.
func (d doubts) place(n uint64) int {
	i, _ := slices.BinarySearchFunc(d, n, func(s span, n uint64) int {
		if s.to < n {
			return -1
		}
		return 1
	})
	return i
}

// add returns the doubts with n among them.
func (d doubts) add(n uint64) doubts {
	i := d.place(n)
	switch {
	case i < len(d) && d[i].from <= n && n < d[i].to:
		return d
	case i < len(d) && d[i].to == n:
		d[i].to++
		if i+1 < len(d) && d[i+1].from == d[i].to {
			d[i].to = d[i+1].to
			return slices.Delete(d, i+1, i+2)
		}
		return d
	case i < len(d) && d[i].from == n+1:
		d[i].from = n
		return d
	case len(d) >= MaxDoubtSpans:
		return d
	}
	return slices.Insert(d, i, span{n, n + 1})
}

// remove returns the doubts without n, which has been seen.
func (d doubts) remove(n uint64) doubts {
	i := d.place(n + 1)
	if i == len(d) || n < d[i].from {
		return d
	}
	low, high := span{d[i].from, n}, span{n + 1, d[i].to}
	switch {
	case low.from == low.to && high.from == high.to:
		return slices.Delete(d, i, i+1)
	case low.from == low.to:
		d[i] = high
		return d
	case high.from == high.to || len(d) >= MaxDoubtSpans:
		d[i] = low
		return d
	}
	d[i] = high
	return slices.Insert(d, i, low)
}

// split parts the doubts below n from the rest, and counts them.
func (d doubts) split(n uint64) (count uint64, below, rest doubts) {
	whole := 0
	for whole < len(d) && d[whole].to <= n {
		count += d[whole].to - d[whole].from
		whole++
	}
	below, rest = d[:whole:whole], d[whole:]
	if len(rest) > 0 && rest[0].from < n {
		count += n - rest[0].from
		below = append(below, span{rest[0].from, n})
		rest[0].from = n
	}
	return count, below, rest
}

// join returns d with the doubts of above, which are all higher. The lowest go
// when they are too many.
func (d doubts) join(above doubts) doubts {
	if len(above) == 0 {
		return d
	}
	if len(d) > 0 && len(above) > 0 && d[len(d)-1].to == above[0].from {
		d[len(d)-1].to = above[0].to
		above = above[1:]
	}
	d = append(d, above...)
	return slices.Clone(d[max(len(d)-MaxDoubtSpans, 0):])
}

// below returns how many doubts are below n.
func (d doubts) below(n uint64) (count uint64) {
	for _, s := range d {
		if s.from >= n {
			break
		}
		count += min(s.to, n) - s.from
	}
	return count
}

// doubt notes that the sending of n failed. The caller holds mu.
func (s *sequence) doubt(n uint64) {
	switch {
	case n > payload.MaxSequence:
	case s.opened && n < max(s.base, s.sure):
		s.passed = s.passed.add(n)
	case s.opened && n < s.next && s.next-n > s.width:
		// It has been settled. Whether it is one of those that were counted
		// as lost cannot be told, so the promise is not held to it.
		s.excused = min(s.excused+1, s.lost-s.outside)
		s.passed = s.passed.add(n)
	case s.opened && n < s.next && s.has(n): // it was stored after all
	default:
		s.doubts = s.doubts.add(n)
	}
}

// has reports whether n, which lies in the window, has been seen.
func (s *sequence) has(n uint64) bool {
	position := n & (s.width - 1)
	return s.seen[position>>6]&(1<<(position&63)) != 0
}

// excuse takes the failed sends out of the counts in t. Those that left the
// window are settled as excused. The caller holds mu.
func (s *sequence) excuse(t *Totals) {
	if s.opened && len(s.doubts) > 0 {
		s.settle(max(s.base, s.sure))
		if s.next > s.width {
			s.excused = min(s.excused+s.settle(s.next-s.width), s.lost-s.outside)
		}
		holes := s.doubts.below(s.next)
		tail := s.doubts.below(s.next+t.Tail) - holes
		t.Holes -= holes
		t.Tail -= tail
		t.Doubtful += holes + tail
	}
	t.Lost -= s.excused
	t.Doubtful += s.excused
	if !s.announced {
		s.told.excuse(t)
	}
}

// settle moves the doubts below n to those that have passed, and returns how
// many they are.
func (s *sequence) settle(n uint64) (count uint64) {
	count, passed, rest := s.doubts.split(n)
	s.passed, s.doubts = s.passed.join(passed), rest
	return count
}

// failedBefore returns how many sends are known to have failed from next up to
// n, which was just taken.
func (s *sequence) failedBefore(n uint64) uint64 {
	known := s.doubts.below(n) - s.doubts.below(s.next)
	return min(max(known, s.told.news), n-s.next)
}

// told is what the stamps of a stream say of its failed sends. Of a sender
// outside of this session nothing else is known.
type told struct {
	heard     bool
	low, high uint64
	news      uint64 // what the last message told first
}

// hear takes in what a message says.
func (t *told) hear(failed uint64) {
	if !t.heard {
		t.heard, t.low, t.high = true, failed, failed
	}
	t.news = failed - min(t.high, failed)
	t.low, t.high = min(t.low, failed), max(t.high, failed)
}

// excuse takes as many as failed out of what is missing: lost first. Those that
// failed and were stored nonetheless excuse others.
func (t *told) excuse(sum *Totals) {
	failed := t.high - t.low
	lost := min(failed, sum.Lost)
	holes := min(failed-lost, sum.Holes)
	sum.Lost -= lost
	sum.Holes -= holes
	sum.Doubtful += lost + holes
}
