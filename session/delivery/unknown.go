package delivery

import (
	"slices"

	"pulsh/session/payload"
)

// MaxUnknownSpans bounds how many separate runs of failed sends are remembered
// per stream. Sends fail in long runs, as when a broker is away. What fails
// beyond is treated as if it had been sent.
const MaxUnknownSpans = 4096

// A span is the numbers from from up to but excluding to.
type span struct{ from, to uint64 }

// spans are the numbers whose sending failed and that have not been seen, as
// spans in rising order with gaps between them.
type spans []span

// find returns the index of the first span that ends at n or above it.
func (d spans) find(n uint64) int {
	i, _ := slices.BinarySearchFunc(d, n, func(s span, n uint64) int {
		if s.to < n {
			return -1
		}
		return 1
	})
	return i
}

// add returns the doubts with n among them.
func (d spans) add(n uint64) spans {
	i := d.find(n)
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
	case len(d) >= MaxUnknownSpans:
		return d
	}
	return slices.Insert(d, i, span{n, n + 1})
}

// remove returns the doubts without n, which has been seen.
func (d spans) remove(n uint64) spans {
	i := d.find(n + 1)
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
	case high.from == high.to || len(d) >= MaxUnknownSpans:
		d[i] = low
		return d
	}
	d[i] = high
	return slices.Insert(d, i, low)
}

// split parts the doubts below n from the rest, and counts them.
func (d spans) split(n uint64) (count uint64, below, rest spans) {
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
func (d spans) join(above spans) spans {
	if len(above) == 0 {
		return d
	}
	if len(d) > 0 && len(above) > 0 && d[len(d)-1].to == above[0].from {
		d[len(d)-1].to = above[0].to
		above = above[1:]
	}
	d = append(d, above...)
	return slices.Clone(d[max(len(d)-MaxUnknownSpans, 0):])
}

// below returns how many doubts are below n.
func (d spans) below(n uint64) (count uint64) {
	for _, s := range d {
		if s.from >= n {
			break
		}
		count += min(s.to, n) - s.from
	}
	return count
}

// sendFailed notes that the sending of n failed. The caller holds mu.
func (s *sequence) sendFailed(n uint64) {
	switch {
	case n > payload.MaxSequence:
	case s.opened && n < max(s.base, s.judgedFrom):
		s.unknownPassed = s.unknownPassed.add(n)
	case s.opened && n < s.next && s.next-n > s.width:
		// It has been settled. Whether it is one of those that were counted
		// as lost cannot be told, so the promise is not held to it.
		s.unknownLost = min(s.unknownLost+1, s.lost-s.unjudgedLost)
		s.unknownPassed = s.unknownPassed.add(n)
	case s.opened && n < s.next && s.has(n): // it was stored after all
	default:
		s.unknown = s.unknown.add(n)
	}
}

// has reports whether n, which lies in the window, has been seen.
func (s *sequence) has(n uint64) bool {
	position := n & (s.width - 1)
	return s.seen[position>>6]&(1<<(position&63)) != 0
}

// setAsideUnknown takes the failed sends out of the counts in t. Those that left the
// window are settled as excused. The caller holds mu.
func (s *sequence) setAsideUnknown(t *Totals) {
	if s.opened && len(s.unknown) > 0 {
		s.passUnknown(max(s.base, s.judgedFrom))
		if s.next > s.width {
			s.unknownLost = min(s.unknownLost+s.passUnknown(s.next-s.width), s.lost-s.unjudgedLost)
		}
		holes := s.unknown.below(s.next)
		tail := s.unknown.below(s.next+t.NotYetReceived) - holes
		t.Gaps -= holes
		t.NotYetReceived -= tail
		t.Unknown += holes + tail
	}
	t.Lost -= s.unknownLost
	t.Unknown += s.unknownLost
	if !s.announced {
		s.reported.setAside(t)
	}
}

// passUnknown moves the doubts below n to those that have passed, and returns how
// many they are.
func (s *sequence) passUnknown(n uint64) (count uint64) {
	count, passed, rest := s.unknown.split(n)
	s.unknownPassed, s.unknown = s.unknownPassed.join(passed), rest
	return count
}

// failedBefore returns how many sends are known to have failed from next up to
// n, which was just taken.
func (s *sequence) failedBefore(n uint64) uint64 {
	known := s.unknown.below(n) - s.unknown.below(s.next)
	return min(max(known, s.reported.fresh), n-s.next)
}

// reportedFailures is what the stamps of a stream say of its failed sends. Of a sender
// outside of this session nothing else is known.
type reportedFailures struct {
	any       bool
	low, high uint64
	fresh     uint64 // what the last message told first
}

// record takes in what a message says.
func (t *reportedFailures) record(failed uint64) {
	if !t.any {
		t.any, t.low, t.high = true, failed, failed
	}
	t.fresh = failed - min(t.high, failed)
	t.low, t.high = min(t.low, failed), max(t.high, failed)
}

// setAside takes as many as failed out of what is missing: lost first. Those that
// failed and were stored nonetheless excuse others.
func (t *reportedFailures) setAside(sum *Totals) {
	failed := t.high - t.low
	lost := min(failed, sum.Lost)
	holes := min(failed-lost, sum.Gaps)
	sum.Lost -= lost
	sum.Gaps -= holes
	sum.Unknown += lost + holes
}
