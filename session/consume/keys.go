package consume

import (
	"context"
	"hash/maphash"
	"math"
	"math/bits"
	"sync/atomic"

	"pulsh/session/broker"
	"pulsh/session/brokerstats"
	"pulsh/session/snapshot"
)

// KeyShares returns how messages and keys are distributed over the workers. The
// hash ranges are the broker's, unknown without an admin API.
func (g *Group) KeyShares(ctx context.Context) (shares []snapshot.KeyShare) {
	settings := g.Settings()
	var stats broker.SubscriptionStats
	if cluster := g.Cluster(); cluster != nil && cluster.Admin != nil && g.Active() {
		got, _ := brokerstats.FetchGroup(ctx, cluster.Admin, broker.FullTopics(g.subscription.all()))
		name := settings.SubscriptionText()
		stats = got.Together(settings.SubscriptionNames(), name).Sum(name).Subscriptions[name]
	}
	for _, one := range g.workers.slots() {
		share := snapshot.KeyShare{
			Worker: one.number, Consumer: one.attachment().name, Received: one.keys.since(one.silence.received.Load()), Keys: one.keys.count(),
		}
		share.Hashes = stats.Hashes[share.Consumer]
		if ranges := settings.Ranges(one.number); ranges != nil {
			share.Sticky, share.Range, share.Hashes = true, ranges[0], ranges[0].Width()
		}
		shares = append(shares, share)
	}
	return shares
}

// seenBits is the size of a slot's bitmap of keys: 8 KiB, which count up to some
// ten thousand keys to one in a hundred.
const seenBits = 1 << 16

// seenKeys estimates the number of different keys that came to a slot, by linear
// counting (Whang, Vander-Zanden and Taylor, ACM TODS 15(2), 1990). It is safe
// for several goroutines.
type seenKeys struct {
	seed     maphash.Seed
	bits     [seenBits / 64]atomic.Uint64
	received atomic.Int64 // by the slot at the last reset
}

func newSeenKeys() *seenKeys { return &seenKeys{seed: maphash.MakeSeed()} }

func (s *seenKeys) see(key string) {
	h := maphash.String(s.seed, key) % seenBits
	word, bit := &s.bits[h/64], uint64(1)<<(h%64)
	if word.Load()&bit == 0 {
		word.Or(bit)
	}
}

// reset forgets the keys of a slot that has received so many messages.
func (s *seenKeys) reset(received int64) {
	s.received.Store(received)
	for i := range s.bits {
		s.bits[i].Store(0)
	}
}

// since returns how many messages a slot has received since the last reset.
func (s *seenKeys) since(received int64) int64 { return max(received-s.received.Load(), 0) }

// count returns the estimate. It cannot exceed that of a bitmap with one bit left.
func (s *seenKeys) count() int {
	free := seenBits
	for i := range s.bits {
		free -= bits.OnesCount64(s.bits[i].Load())
	}
	return int(math.Round(seenBits * math.Log(seenBits/float64(max(free, 1)))))
}
