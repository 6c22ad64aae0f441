package payload

import (
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
)

// keyPrefix begins every key. The rank follows with leading zeros, so that all
// keys of a table have the same length.
const keyPrefix = "key-"

// A KeyTable holds the keys of a group. All producers of the group share it. It
// is immutable.
type KeyTable struct {
	text  string // all keys, one after the other
	width int
	count uint32
	alias []aliasCell // nil when all keys are equally likely
}

// An aliasCell is one column of Walker's alias method, which draws from any
// distribution with one multiplication and one comparison: the column's own
// rank if the draw is below the threshold, else the other rank. See M. D. Vose,
// A linear algorithm for generating random numbers with a given distribution,
// IEEE Transactions on Software Engineering 17 (1991).
type aliasCell struct {
	below uint32 // of 2^32
	other uint32
}

// NewKeyTable makes the keys. Without keys it returns nil, a table whose
// choosers return the empty key.
func NewKeyTable(keys Keys) *KeyTable {
	if keys.count == 0 {
		return nil
	}
	digits := len(strconv.Itoa(keys.count - 1))
	t := &KeyTable{width: len(keyPrefix) + digits, count: uint32(keys.count)}
	var text strings.Builder
	text.Grow(t.width * keys.count)
	for rank := range keys.count {
		number := strconv.Itoa(rank)
		text.WriteString(keyPrefix)
		text.WriteString(strings.Repeat("0", digits-len(number)))
		text.WriteString(number)
	}
	t.text = text.String()
	if keys.zipf > 0 || keys.hot > 0 {
		t.alias = aliasTable(keys)
	}
	return t
}

// aliasTable builds the columns by Vose's method.
func aliasTable(keys Keys) []aliasCell {
	n := keys.count
	weights, total := make([]float64, n), 0.0
	for rank := range weights {
		weights[rank] = keys.weight(rank)
		total += weights[rank]
	}
	var small, large []uint32
	for rank := range weights {
		weights[rank] *= float64(n) / total
		if weights[rank] < 1 {
			small = append(small, uint32(rank))
		} else {
			large = append(large, uint32(rank))
		}
	}
	cells := make([]aliasCell, n)
	for len(small) > 0 && len(large) > 0 {
		low, high := small[len(small)-1], large[len(large)-1]
		small = small[:len(small)-1]
		cells[low] = aliasCell{below: uint32(weights[low] * (1 << 32)), other: high}
		weights[high] -= 1 - weights[low]
		if weights[high] < 1 {
			large = large[:len(large)-1]
			small = append(small, high)
		}
	}
	// The remaining ranks have weight 1, apart from rounding.
	for _, rank := range append(small, large...) {
		cells[rank] = aliasCell{below: math.MaxUint32, other: rank}
	}
	return cells
}

// Chooser returns a chooser that draws from the table with source. The table
// may be nil.
func (t *KeyTable) Chooser(source rand.Source) *KeyChooser {
	return &KeyChooser{table: t, source: source}
}

// A KeyChooser draws the keys of one producer. One goroutine at a time may use
// it.
type KeyChooser struct {
	table  *KeyTable
	source rand.Source
}

// Next returns the key of the next message, empty if there are no keys. It is a
// part of the table's text, so it allocates nothing.
func (c *KeyChooser) Next() string {
	t := c.table
	if t == nil {
		return ""
	}
	draw := c.source.Uint64()
	// The high half picks a column, biased by less than MaxKeys/2^32; the low
	// half decides between the column's two ranks.
	rank := uint32((draw >> 32) * uint64(t.count) >> 32)
	if t.alias != nil {
		if cell := t.alias[rank]; uint32(draw) >= cell.below {
			rank = cell.other
		}
	}
	start := int(rank) * t.width
	return t.text[start : start+t.width]
}
