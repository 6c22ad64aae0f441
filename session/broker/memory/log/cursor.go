package log

import (
	"fmt"
	"math/bits"
	"strings"

	"pulsh/session/broker/protocol"
)

const wordBits = 64

// Cursor says which entries of a log a subscription has acknowledged.
type Cursor struct {
	mark    int64    // the first entry that is not acknowledged
	words   []uint64 // entries from base on that are acknowledged, as bits
	base    int64    // of the first word; a multiple of wordBits
	beyond  int64    // how many are acknowledged from mark on
	partial map[int64]protocol.AckSet
}

// Reset moves the cursor: all before n count as acknowledged, and nothing else.
func (c *Cursor) Reset(n int64) {
	*c = Cursor{mark: n, base: n &^ (wordBits - 1)}
}

// Mark is the first entry that is not acknowledged.
func (c *Cursor) Mark() int64 { return c.mark }

// Beyond is how many entries behind the mark are acknowledged.
func (c *Cursor) Beyond() int64 { return c.beyond }

// Acked reports whether an entry is acknowledged.
func (c *Cursor) Acked(n int64) bool {
	if n < c.mark {
		return true
	}
	if c.beyond == 0 {
		return false
	}
	i := (n - c.base) / wordBits
	return i < int64(len(c.words)) && c.words[i]&(1<<uint(n%wordBits)) != 0
}

// Ack acknowledges an entry, and reports whether it had not been.
func (c *Cursor) Ack(n int64) bool {
	if c.Acked(n) {
		return false
	}
	delete(c.partial, n)
	if n == c.mark && c.beyond == 0 {
		c.moveTo(n + 1)
		return true
	}
	i := int((n - c.base) / wordBits)
	for len(c.words) <= i {
		c.words = append(c.words, 0)
	}
	c.words[i] |= 1 << uint(n%wordBits)
	c.beyond++
	if n == c.mark {
		c.settle()
	}
	return true
}

// settle moves the mark over what is acknowledged.
func (c *Cursor) settle() {
	n := c.mark
	for c.beyond > 0 {
		i := int((n - c.base) / wordBits)
		if i >= len(c.words) {
			break
		}
		run := bits.TrailingZeros64(^(c.words[i] >> uint(n%wordBits)))
		run = min(run, wordBits-int(n%wordBits))
		if run == 0 {
			break
		}
		n += int64(run)
		c.beyond -= int64(run)
	}
	c.moveTo(n)
}

// moveTo sets the mark and drops the words before it.
func (c *Cursor) moveTo(n int64) {
	c.mark = n
	gone := int((n - c.base) / wordBits)
	if gone <= 0 {
		return
	}
	if gone >= len(c.words) {
		c.words = c.words[:0]
	} else if gone > len(c.words)/2 {
		c.words = c.words[:copy(c.words, c.words[gone:])]
	} else {
		return
	}
	c.base = n &^ (wordBits - 1)
}

// AckTo acknowledges all entries before n.
func (c *Cursor) AckTo(n int64) {
	if n <= c.mark {
		return
	}
	for c.mark < n { // words of acknowledged entries that the mark passes
		i := int((c.mark - c.base) / wordBits)
		if i >= len(c.words) {
			break
		}
		end := min(n, c.base+int64(i+1)*wordBits)
		word := c.words[i] >> uint(c.mark%wordBits)
		if width := end - c.mark; width < wordBits {
			word &= 1<<uint(width) - 1
		}
		c.beyond -= int64(bits.OnesCount64(word))
		c.mark = end
	}
	for at := range c.partial {
		if at < n {
			delete(c.partial, at)
		}
	}
	c.mark = n
	if c.beyond > 0 {
		c.settle()
	} else {
		c.words = c.words[:0]
		c.base = n &^ (wordBits - 1)
	}
}

// AckSome acknowledges the messages of a batch of n that are not in set, and
// reports how many had not been, and whether all are now.
func (c *Cursor) AckSome(entry int64, n int, set []uint64) (acked int, all bool) {
	if c.Acked(entry) {
		return 0, false
	}
	have, ok := c.partial[entry]
	if !ok {
		have = protocol.FullAckSet(n)
	}
	for i := range have {
		word := uint64(0)
		if i < len(set) {
			word = set[i]
		}
		acked += bits.OnesCount64(have[i] &^ word)
		have[i] &= word
	}
	if have.Left() == 0 {
		return acked, c.Ack(entry)
	}
	if c.partial == nil {
		c.partial = map[int64]protocol.AckSet{}
	}
	c.partial[entry] = have
	return acked, false
}

// Set is the messages of an entry that are not acknowledged, nil for all.
func (c *Cursor) Set(entry int64) protocol.AckSet { return c.partial[entry] }

// Left is how many of the n messages of an entry are not acknowledged.
func (c *Cursor) Left(entry int64, n int32) int32 {
	if set, ok := c.partial[entry]; ok {
		return int32(set.Left())
	}
	return n
}

// NextUnacked is the first entry from n on that is not acknowledged.
func (c *Cursor) NextUnacked(n int64) int64 {
	n = max(n, c.mark)
	if c.beyond == 0 {
		return n
	}
	for {
		i := int((n - c.base) / wordBits)
		if i >= len(c.words) {
			return n
		}
		free := bits.TrailingZeros64(^c.words[i] >> uint(n%wordBits))
		if free < wordBits {
			return n + int64(free)
		}
		n = c.base + int64(i+1)*wordBits
	}
}

// rangesMax bounds how many ranges Ranges lists.
const rangesMax = 1000

// Ranges lists what is acknowledged behind the mark, as Pulsar writes it: a
// half-open interval for each run.
func (c *Cursor) Ranges(l *Log) string {
	var b strings.Builder
	b.WriteByte('[')
	for n, count := c.mark, 0; c.beyond > 0 && count < rangesMax; count++ {
		end := c.base + int64(len(c.words))*wordBits
		for n < end && !c.Acked(n) {
			n++
		}
		if n >= end {
			break
		}
		last := c.NextUnacked(n)
		if count > 0 {
			b.WriteByte(',')
		}
		from, to := l.Position(n-1), l.Position(last-1)
		fmt.Fprintf(&b, "(%d:%d..%d:%d]", from.Ledger, from.Entry, to.Ledger, to.Entry)
		n = last
	}
	b.WriteByte(']')
	return b.String()
}
