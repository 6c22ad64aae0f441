package delivery

import "sync"

// Limits of the memory of keys.
const (
	// KeyPairs is how many pairs of a producer and a key an audit remembers, in
	// 2 MiB: ten thousand keys of a dozen producers. The first message with a
	// key allocates them.
	KeyPairs = 1 << 17
	// keyWays is how many pairs share a set, which fills a cache line. A full
	// set drops the pair that was idle for longest.
	keyWays = 4
	keySets = KeyPairs / keyWays
	// keyStripes is how many locks the sets share: many more than processors,
	// so that workers seldom wait for one another.
	keyStripes = 256
)

// uncertain marks a pair that was forgotten and came back with a number below
// the highest of its producer: the key may have had a higher number before.
// MaxSequence leaves the bit free.
const uncertain = 1 << 63

// A keyPair is the highest number of one key from one producer.
type keyPair struct {
	hash uint64 // of producer and key, 0 for an empty place
	next uint64 // the highest number plus one, perhaps with uncertain
}

// A keyStripe is a lock and the counts under it, in a cache line of their own.
type keyStripe struct {
	mu                       sync.Mutex
	keyed, disorder, unknown uint64
	_                        [64 - 32]byte
}

// keyOrder judges the order of the messages of each key from each producer.
// Pulsar promises that order: the messages of a key stay in one partition and,
// with key_shared, with one consumer. Messages of one key from two producers
// have no order between them.
//
// The memory is fixed. A message with the highest number of its producer is
// also the highest of its key, so it needs no memory. Only a message that is
// out of order within its producer, of a key that was forgotten, cannot be
// judged; it counts as unknown. So the disorder is never too high, and it is
// exact while unknown is 0.
type keyOrder struct {
	sets    [keySets][keyWays]keyPair
	stripes [keyStripes]keyStripe
}

// judge accounts for the first delivery of number n.
func (k *keyOrder) judge(producer, n uint64, key string, class Class) {
	hash := pairHash(producer, key)
	index := hash % keySets
	set, stripe := &k.sets[index], &k.stripes[index%keyStripes]
	stripe.mu.Lock()
	stripe.keyed++
	at := 0
	for at < keyWays-1 && set[at].hash != hash && set[at].hash != 0 {
		at++
	}
	found := set[at].hash == hash
	full := !found && set[at].hash != 0
	next := set[at].next
	copy(set[1:at+1], set[:at])
	switch {
	case class == New: // the highest number of its producer, or the first after a restart
		next = n + 1
	case full:
		stripe.unknown++
		next = n + 1 | uncertain
	case !found:
		next = n + 1
	case n+1 < next&^uncertain:
		stripe.disorder++
	case next&uncertain != 0:
		stripe.unknown++
		next = n + 1 | uncertain
	default:
		next = n + 1
	}
	set[0] = keyPair{hash, next}
	stripe.mu.Unlock()
}

// counts adds the counts to t. A nil keyOrder has none.
func (k *keyOrder) counts(t *Totals) {
	if k == nil {
		return
	}
	for i := range k.stripes {
		s := &k.stripes[i]
		s.mu.Lock()
		t.Keyed += s.keyed
		t.OutOfOrderKey += s.disorder
		t.KeyUnknown += s.unknown
		s.mu.Unlock()
	}
}

// pairHash returns 64 bits, never 0, that stand for a key of a producer. It
// takes eight bytes of the key at a time.
func pairHash(producer uint64, key string) uint64 {
	h := (producer ^ uint64(len(key))<<56) * goldenRatio
	for ; len(key) >= 8; key = key[8:] {
		word := uint64(key[0]) | uint64(key[1])<<8 | uint64(key[2])<<16 | uint64(key[3])<<24 |
			uint64(key[4])<<32 | uint64(key[5])<<40 | uint64(key[6])<<48 | uint64(key[7])<<56
		h = mixed(h ^ word)
	}
	var rest uint64
	for i := range len(key) {
		rest |= uint64(key[i]) << (8 * i)
	}
	return max(mixed(h^rest), 1)
}
