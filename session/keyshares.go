package session

import (
	"hash/maphash"
	"math"
	"math/bits"
	"sync/atomic"

	"pulsh/session/broker"
)

// seenSlots is how many bits a worker has for the keys it has seen: 8 KiB,
// which tell up to some ten thousand keys apart to one in a hundred.
const seenSlots = 1 << 16

// seenKeys estimates how many different keys a worker has got, by linear
// counting (Whang, Vander-Zanden and Taylor, ACM TODS 15(2), 1990). It is safe
// for several goroutines.
type seenKeys struct {
	seed maphash.Seed
	bits [seenSlots / 64]atomic.Uint64
}

func newSeenKeys() *seenKeys { return &seenKeys{seed: maphash.MakeSeed()} }

func (s *seenKeys) see(key string) {
	h := maphash.String(s.seed, key) % seenSlots
	word, bit := &s.bits[h/64], uint64(1)<<(h%64)
	if word.Load()&bit == 0 {
		word.Or(bit)
	}
}

// count is the estimate; with all bits set it is the most that can be told.
func (s *seenKeys) count() int {
	free := seenSlots
	for i := range s.bits {
		free -= bits.OnesCount64(s.bits[i].Load())
	}
	return int(math.Round(seenSlots * math.Log(seenSlots/float64(max(free, 1)))))
}

// KeyShare is what one worker of a consumer group has of the keys.
type KeyShare struct {
	Worker   int
	Consumer string           // its name at the broker
	Received int64            // by this consumer, since it was made
	Keys     int              // different ones among them, an estimate to one in a hundred
	Hashes   int              // of the broker.HashSlots values that a key can have; 0 if not known
	Range    broker.HashRange // with sticky=on
	Sticky   bool
}
