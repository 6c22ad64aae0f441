package delivery

import "sync"

// Limits of the memory of keys.
const (
	// KeyPairs is how many pairs of a stream and a key a ledger remembers, in
	// 2 MiB that are taken when the first message with a key comes: ten
	// thousand keys over a dozen lanes.
	KeyPairs = 1 << 17
	// keyWays is how many pairs share a set, which is a cache line; of a full
	// set the pair goes that was idle for longest.
	keyWays = 4
	keySets = KeyPairs / keyWays
	// keyStripes is how many locks the sets share: many more than there are
	// processors, so that workers seldom meet.
	keyStripes = 256
)

// uncertain marks a pair that was forgotten and came back with a number below the
// highest of its stream: it may have had a higher one. MaxSequence leaves the
// bit free.
const uncertain = 1 << 63

// A keyPair is the highest number seen of one key in one stream.
type keyPair struct {
	hash uint64 // of stream and key, 0 where there is no pair
	next uint64 // the highest number plus one, perhaps with vague
}

// A keyStripe is a lock with what is counted under it, in a cache line.
type keyStripe struct {
	mu                       sync.Mutex
	keyed, disorder, unknown uint64
	_                        [64 - 32]byte
}

// keyOrder judges the order of messages within each pair of a stream and a
// key, which is the order that Pulsar promises where messages have keys: they
// stay in one partition and, with key_shared, with one consumer. A key that
// several lanes send has no order among these lanes that anyone could know, so
// each lane's messages of the key are judged on their own.
//
// The memory is fixed. A pair that was forgotten is missed only by a message
// that is out of order in its stream, since what is the highest of its stream
// is so of its key as well; such a message counts as unknown. So disorder is
// never too high, and exact while unknown is 0.
type keyOrder struct {
	sets    [keySets][keyWays]keyPair
	stripes [keyStripes]keyStripe
}

// judge accounts for the first delivery of number n.
func (k *keyOrder) judge(stream, n uint64, key string, class Class) {
	hash := pairHash(stream, key)
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
	case class == New: // above all of its stream, and after a restart the first
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

// counts adds what was counted to t.
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

// pairHash returns 64 bits, never 0, that stand for a key in a stream, eight
// bytes of the key at a time.
func pairHash(stream uint64, key string) uint64 {
	h := (stream ^ uint64(len(key))<<56) * goldenRatio
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
