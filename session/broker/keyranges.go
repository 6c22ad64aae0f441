package broker

import "fmt"

// HashSlots is how many hash values of a key there are for Pulsar: a
// key_shared subscription divides them among its consumers.
const HashSlots = 1 << 16

// HashRange is a stretch of hash values that one consumer serves, both ends
// included.
type HashRange struct{ First, Last int }

// DivideHashes gives each of n consumers an equal share of all hash values, the
// first ones one value more where it does not divide evenly. n is from 1 to
// HashSlots.
func DivideHashes(n int) []HashRange {
	ranges := make([]HashRange, n)
	for i := range ranges {
		ranges[i] = HashRange{i * HashSlots / n, (i+1)*HashSlots/n - 1}
	}
	return ranges
}

// String writes the range as 0..32767.
func (r HashRange) String() string { return fmt.Sprintf("%d..%d", r.First, r.Last) }

// Width is how many hash values the range has.
func (r HashRange) Width() int { return r.Last - r.First + 1 }
