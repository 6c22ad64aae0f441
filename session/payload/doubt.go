package payload

import "slices"

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

// split cuts the doubts below n off and returns how many they are.
func (d doubts) split(n uint64) (below uint64, rest doubts) {
	for len(d) > 0 && d[0].to <= n {
		below += d[0].to - d[0].from
		d = d[1:]
	}
	if len(d) > 0 && d[0].from < n {
		below += n - d[0].from
		d[0].from = n
	}
	return below, d
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
func (s *stream) doubt(n uint64) {
	switch {
	case n > MaxSequence || s.opened && n < s.base:
	case s.opened && n < s.next && s.next-n > s.width:
		// It has been settled. Whether it is one of those that were counted
		// as lost cannot be told, so the promise is not held to it.
		s.excused = min(s.excused+1, s.lost)
	case s.opened && n < s.next && s.has(n): // it was stored after all
	default:
		s.doubts = s.doubts.add(n)
	}
}

// has reports whether n, which lies in the window, has been seen.
func (s *stream) has(n uint64) bool {
	position := n & (s.width - 1)
	return s.seen[position>>6]&(1<<(position&63)) != 0
}

// excuse takes the failed sends out of the counts in t. Those that left the
// window are settled as excused. The caller holds mu.
func (s *stream) excuse(t *Totals) {
	if s.opened && len(s.doubts) > 0 {
		_, s.doubts = s.doubts.split(s.base)
		if s.next > s.width {
			var settled uint64
			settled, s.doubts = s.doubts.split(s.next - s.width)
			s.excused = min(s.excused+settled, s.lost)
		}
		holes := s.doubts.below(s.next)
		tail := s.doubts.below(s.next+t.Tail) - holes
		t.Holes -= holes
		t.Tail -= tail
		t.Doubtful += holes + tail
	}
	t.Lost -= s.excused
	t.Doubtful += s.excused
}
