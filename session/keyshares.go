package session

import (
	"context"
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

// Keys tells how messages and keys are distributed over the workers of a
// consumer group. The hash values are the broker's, where there is an admin API.
func (s *Session) Keys(ctx context.Context, name string) ([]KeyShare, error) {
	g, err := named[*consumer](s, name)
	if err != nil {
		return nil, err
	}
	spec := g.settings()
	var at broker.SubscriptionStats
	if g.link != nil && g.link.Admin != nil && g.state().active() {
		got, _ := ask(ctx, g.link.Admin, fullNames(g.covers()))
		at = got.sum(spec.Subscription).Subscriptions[spec.Subscription]
	}
	var shares []KeyShare
	for _, seat := range g.seats() {
		share := KeyShare{Worker: seat.number, Consumer: seat.now().name, Received: seat.pulse.taken.Load(), Keys: seat.keys.count()}
		share.Hashes = at.Hashes[share.Consumer]
		if ranges := spec.ranges(seat.number); ranges != nil {
			share.Sticky, share.Range, share.Hashes = true, ranges[0], ranges[0].Width()
		}
		shares = append(shares, share)
	}
	return shares, nil
}

// fullNames are topics by the names that answers go by.
func fullNames(topics []string) []string {
	full := make([]string, len(topics))
	for i, topic := range topics {
		full[i] = whole(topic)
	}
	return full
}

// TopicAnswer is what the broker says of one topic that a group uses.
type TopicAnswer struct {
	Topic string
	Stats broker.TopicStats
}

// TopicAnswers asks the admin API about each topic of a consumer group, and
// about all of them as if they were one. Topics that have gone are left out.
func (s *Session) TopicAnswers(ctx context.Context, name string) (each []TopicAnswer, sum broker.TopicStats, err error) {
	g, err := named[*consumer](s, name)
	if err != nil {
		return nil, sum, err
	}
	topics := g.covers()
	if link := s.connected(); link != nil && len(topics) == 0 {
		if topics, err = g.settings().topics().expand(ctx, link.Admin); err != nil {
			return nil, sum, err
		}
	}
	own := answers{}
	for _, topic := range topics {
		stats, err := s.Admin().Stats(ctx, topic)
		if err != nil && (!missing(err) || len(topics) == 1) {
			return nil, sum, err
		}
		if err == nil {
			each = append(each, TopicAnswer{topic, stats})
			own[whole(topic)] = stats
		}
	}
	return each, own.sum(g.settings().Subscription), nil
}
