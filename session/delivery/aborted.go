package delivery

import (
	"slices"

	"pulsh/session/payload"
)

// aborted holds the numbers of a producer whose transaction was aborted. They must not
// arrive.
type aborted struct {
	numbers  spans  // that have not arrived, the last MaxUnknownSpans runs of them
	dropped  uint64 // numbers of earlier runs, of this period
	received uint64 // numbers that arrived all the same
}

// add adds the numbers [from, to), in any order of transactions.
func (d *aborted) add(from, to uint64) {
	i, _ := slices.BinarySearchFunc(d.numbers, from, func(s span, n uint64) int {
		if s.from < n {
			return -1
		}
		return 1
	})
	d.numbers = slices.Insert(d.numbers, i, span{from, to})
	if len(d.numbers) > MaxUnknownSpans {
		d.dropped += d.numbers[0].to - d.numbers[0].from
		d.numbers = slices.Delete(d.numbers, 0, 1)
	}
}

// arrived notes that a number arrived for the first time.
func (d *aborted) arrived(n uint64) {
	if len(d.numbers) == 0 || n < d.numbers[0].from {
		return
	}
	i := d.numbers.find(n + 1)
	if i == len(d.numbers) || n < d.numbers[i].from {
		return
	}
	d.received++
	d.numbers = d.numbers.remove(n)
}

// next returns what is known in the next period, in which all may come again.
func (d *aborted) next() aborted { return aborted{numbers: slices.Clone(d.numbers)} }

// Aborted announces that the numbers [from, to) of a producer were sent in a transaction
// that was aborted. They are missing in order, and counted as such; one that arrives
// nonetheless, or has arrived already, counts in Totals.AbortedReceived.
func (a *Audit) Aborted(id, from, to uint64) {
	a.update(id, func(s *sequence) {
		for n := from; n < to; {
			if s.received > 0 && n < s.next && n >= s.low() && s.has(n) {
				s.aborted.received++
				n++
				continue
			}
			first := n
			for ; n < to && !(s.received > 0 && n < s.next && n >= s.low() && s.has(n)); n++ {
				s.sendFailed(n)
			}
			s.aborted.add(first, n)
		}
	})
}

// OutcomeUnknown is SendFailed for the numbers [from, to), as of a transaction that was
// neither committed nor aborted.
func (a *Audit) OutcomeUnknown(id, from, to uint64) {
	a.update(id, func(s *sequence) {
		for n := from; n < min(to, payload.MaxSequence); n++ {
			s.sendFailed(n)
		}
	})
}

// setAsideAborted moves the numbers of aborted transactions in t from unknown to aborted.
// The caller holds mu.
func (s *sequence) setAsideAborted(t *Totals, notYetReceived uint64) {
	t.AbortedReceived = s.aborted.received
	if !s.opened || len(s.aborted.numbers) == 0 {
		return
	}
	d := s.aborted.numbers
	known := d.below(max(s.next, s.judgedFrom)+notYetReceived) - d.below(max(s.base, s.judgedFrom))
	t.Aborted = min(known+s.aborted.dropped, t.Unknown)
	t.Unknown -= t.Aborted
}
