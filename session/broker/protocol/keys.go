package protocol

import (
	"encoding/binary"
	"math/bits"
)

// Hashing is how a key becomes a partition.
type Hashing uint8

// The two hashes of Pulsar's clients; JavaString is their default.
const (
	JavaString Hashing = iota
	Murmur
)

// Partition is the partition of a key among n, as the Java client chooses it.
func (h Hashing) Partition(key string, n int) int {
	if h == Murmur {
		return int(Murmur3(key) % uint32(n))
	}
	return int(JavaStringHash(key) % uint32(n))
}

// JavaStringHash is Java's hashCode of a text, over its UTF-16 units, with the
// sign cleared. The Go client's hash of that name differs: it runs over bytes and
// keeps the sign.
func JavaStringHash(s string) uint32 {
	var h uint32
	for _, r := range s {
		if r < 0x10000 {
			h = 31*h + uint32(r)
			continue
		}
		r -= 0x10000
		h = 31*h + 0xd800 + uint32(r>>10)
		h = 31*h + 0xdc00 + uint32(r)&0x3ff
	}
	return h & 0x7fffffff
}

// Constants of MurmurHash3_x86_32 by Austin Appleby.
const (
	murmurC1 = 0xcc9e2d51
	murmurC2 = 0x1b873593
	murmurM  = 5
	murmurN  = 0xe6546b64
)

// Murmur3 is MurmurHash3 of 32 bits with seed 0 and the sign cleared, which
// Pulsar uses for the hash slots of key_shared and for partitions.
func Murmur3[T string | []byte](key T) uint32 {
	var h uint32
	n := len(key)
	i := 0
	for ; i+4 <= n; i += 4 {
		k := uint32(key[i]) | uint32(key[i+1])<<8 | uint32(key[i+2])<<16 | uint32(key[i+3])<<24
		h ^= bits.RotateLeft32(k*murmurC1, 15) * murmurC2
		h = bits.RotateLeft32(h, 13)*murmurM + murmurN
	}
	var k uint32
	for j := n - 1; j >= i; j-- {
		k = k<<8 | uint32(key[j])
	}
	h ^= bits.RotateLeft32(k*murmurC1, 15) * murmurC2
	h ^= uint32(n)
	h = (h ^ h>>16) * 0x85ebca6b
	h = (h ^ h>>13) * 0xc2b2ae35
	return (h ^ h>>16) & 0x7fffffff
}

// HashSlots is how many slots the keys of a key_shared subscription have with
// sticky ranges and when they are split in halves.
const HashSlots = 1 << 16

// Slot is the slot of a key for sticky ranges; slot 0 is never used.
func Slot(key []byte) int { return max(int(Murmur3(key)%HashSlots), 1) }

// RingSlot is the slot of a key under consistent hashing, from 1.
func RingSlot(key []byte) int { return int(Murmur3(key)%(HashSlots-1)) + 1 }

// AckSet says which messages of a batch are not acknowledged yet: a bit that is
// set is a message still to come, from the lowest of the first word on.
type AckSet []uint64

const wordBits = 64

// FullAckSet is that of n messages none of which is acknowledged.
func FullAckSet(n int) AckSet {
	s := make(AckSet, (n+wordBits-1)/wordBits)
	for i := range s {
		s[i] = ^uint64(0)
	}
	if rest := n % wordBits; rest > 0 {
		s[len(s)-1] = 1<<rest - 1
	}
	return s
}

// Clear acknowledges message i and tells whether it had not been.
func (s AckSet) Clear(i int) bool {
	if i < 0 || i/wordBits >= len(s) {
		return false
	}
	bit := uint64(1) << (i % wordBits)
	was := s[i/wordBits]&bit != 0
	s[i/wordBits] &^= bit
	return was
}

// Holds tells whether message i is not acknowledged. An empty set holds all.
func (s AckSet) Holds(i int) bool {
	return len(s) == 0 || i/wordBits < len(s) && s[i/wordBits]&(1<<(i%wordBits)) != 0
}

// Left is how many messages are not acknowledged.
func (s AckSet) Left() (n int) {
	for _, w := range s {
		n += bits.OnesCount64(w)
	}
	return n
}

// TopicsHash is the hash by which brokers and clients recognise a list of
// topics, which must be sorted.
func TopicsHash(sorted []string) string {
	var all []byte
	for i, name := range sorted {
		if i > 0 {
			all = append(all, ',')
		}
		all = append(all, name...)
	}
	const digits = "0123456789abcdef"
	var sum [4]byte
	binary.LittleEndian.PutUint32(sum[:], Checksum(all))
	text := make([]byte, 0, 8)
	for _, b := range sum {
		text = append(text, digits[b>>4], digits[b&0xf])
	}
	return string(text)
}
