package broker

import "fmt"

// HashSlots is the number of hash values that Pulsar's key_shared subscriptions
// divide among their consumers.
const HashSlots = 1 << 16

// HashRange is a range of hash values that one consumer serves, both ends
// included.
type HashRange struct{ First, Last int }

// DivideHashes divides all hash values evenly among n consumers, from 1 to
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

// Width returns the number of hash values in the range.
func (r HashRange) Width() int { return r.Last - r.First + 1 }
