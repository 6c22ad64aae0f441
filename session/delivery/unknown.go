package delivery

import (
	"slices"

	"pulsh/session/payload"
)

// MaxUnknownSpans bounds how many separate runs of failed sends are remembered
// for each producer. Sends fail in long runs, as while a broker is away.
// Further failures are treated as successful sends.
const MaxUnknownSpans = 4096

// A span is the numbers in [from, to).
type span struct{ from, to uint64 }

// spans are numbers whose send failed and that were not received, in ascending
// order and with numbers between them.
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

// add returns the spans with n added.
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

// remove returns the spans without n.
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

// split divides the spans into the numbers below n and the rest, and counts the
// numbers below n.
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

// join returns d followed by above, whose numbers are all higher. Of too many
// spans it drops the lowest.
func (d spans) join(above spans) spans {
	if len(above) == 0 {
		return d
	}
	if len(d) > 0 && d[len(d)-1].to == above[0].from {
		d[len(d)-1].to = above[0].to
		above = above[1:]
	}
	d = append(d, above...)
	return slices.Clone(d[max(len(d)-MaxUnknownSpans, 0):])
}

// below returns how many of the numbers are below n.
func (d spans) below(n uint64) (count uint64) {
	for _, s := range d {
		if s.from >= n {
			break
		}
		count += min(s.to, n) - s.from
	}
	return count
}

// sendFailed notes that the send of n failed. The caller holds mu.
func (s *sequence) sendFailed(n uint64) {
	switch {
	case n > payload.MaxSequence:
	case s.opened && n < max(s.base, s.judgedFrom):
		s.unknownPassed = s.unknownPassed.add(n)
	case s.opened && n < s.next && s.next-n > s.width:
		// n has left the window. Nothing tells whether it is one of the lost
		// numbers, so one of them is taken for it.
		s.unknownLost = min(s.unknownLost+1, s.lost-s.unjudgedLost)
		s.unknownPassed = s.unknownPassed.add(n)
	case s.opened && n < s.next && s.has(n): // it was stored nonetheless
	default:
		s.unknown = s.unknown.add(n)
	}
}

// has reports whether n, which lies in the window, was received.
func (s *sequence) has(n uint64) bool {
	position := n & (s.width - 1)
	return s.seen[position>>6]&(1<<(position&63)) != 0
}

// setAsideUnknown moves failed sends in t from lost, gaps and not yet received
// to unknown. The caller holds mu.
func (s *sequence) setAsideUnknown(t *Totals) {
	if s.opened && len(s.unknown) > 0 {
		s.passUnknown(max(s.base, s.judgedFrom))
		if s.next > s.width {
			s.unknownLost = min(s.unknownLost+s.passUnknown(s.next-s.width), s.lost-s.unjudgedLost)
		}
		gaps := s.unknown.below(s.next)
		ahead := s.unknown.below(max(s.next, s.judgedFrom)+t.NotYetReceived) - gaps
		t.Gaps -= gaps
		t.NotYetReceived -= ahead
		t.Unknown += gaps + ahead
	}
	t.Lost -= s.unknownLost
	t.Unknown += s.unknownLost
	if !s.announced {
		s.reported.setAside(t)
	}
}

// passUnknown moves the failed sends below n to unknownPassed and returns how
// many they are.
func (s *sequence) passUnknown(n uint64) (count uint64) {
	count, passed, rest := s.unknown.split(n)
	s.unknownPassed, s.unknown = s.unknownPassed.join(passed), rest
	return count
}

// failedBefore returns how many sends in [next, n) are known to have failed.
// The message n was just received.
func (s *sequence) failedBefore(n uint64) uint64 {
	known := s.unknown.below(n) - s.unknown.below(s.next)
	return min(max(known, s.reported.fresh), n-s.next)
}

// reportedFailures holds what the stamps of a producer report about its failed
// sends. A stamp carries how many sends failed before it. For a producer of
// another process nothing else is known.
type reportedFailures struct {
	seen      bool
	low, high uint64
	fresh     uint64 // how many failures the last stamp was the first to report
}

// record notes the failures that a stamp reports.
func (t *reportedFailures) record(failed uint64) {
	if !t.seen {
		t.seen, t.low, t.high = true, failed, failed
	}
	t.fresh = failed - min(t.high, failed)
	t.low, t.high = min(t.low, failed), max(t.high, failed)
}

// setAside moves as many missing messages as sends failed to unknown, the lost
// ones first. A failed send that was stored nonetheless hides one real loss.
func (t *reportedFailures) setAside(sum *Totals) {
	failed := t.high - t.low
	lost := min(failed, sum.Lost)
	gaps := min(failed-lost, sum.Gaps)
	sum.Lost -= lost
	sum.Gaps -= gaps
	sum.Unknown += lost + gaps
}
