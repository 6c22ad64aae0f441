package broker

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Compression is the codec of a producer's batches.
type Compression string

// compressions are the codecs of the Go client, as they are typed.
var compressions = []Compression{"none", "lz4", "zlib", "zstd", "snappy"}

// Compressions lists the codecs, as they are typed.
func Compressions() []Compression { return slices.Clone(compressions) }

// UnmarshalText reads the name of a codec.
func (c *Compression) UnmarshalText(text []byte) error {
	return choose(c, compressions, text, "a compression")
}

// SubscriptionType is how a subscription shares messages among its consumers.
type SubscriptionType string

// The four subscription types of Pulsar, as they are typed.
const (
	Exclusive SubscriptionType = "exclusive"
	Shared    SubscriptionType = "shared"
	Failover  SubscriptionType = "failover"
	KeyShared SubscriptionType = "key_shared"
)

var subscriptionTypes = []SubscriptionType{Shared, Exclusive, Failover, KeyShared}

// SubscriptionTypes lists the types, as they are typed, the default first.
func SubscriptionTypes() []SubscriptionType { return slices.Clone(subscriptionTypes) }

// UnmarshalText reads the name of a type.
func (t *SubscriptionType) UnmarshalText(text []byte) error {
	return choose(t, subscriptionTypes, text, "a subscription type")
}

// Access is who may send to the topic of a producer.
type Access string

// The access modes of Pulsar, as they are typed.
const (
	SharedAccess    Access = "shared"
	ExclusiveAccess Access = "exclusive"
	WaitAccess      Access = "wait"
	FencingAccess   Access = "fencing"
)

var accessModes = []Access{SharedAccess, ExclusiveAccess, WaitAccess, FencingAccess}

// AccessModes lists the access modes, as they are typed, the default first.
func AccessModes() []Access { return slices.Clone(accessModes) }

// UnmarshalText reads the name of an access mode.
func (a *Access) UnmarshalText(text []byte) error {
	return choose(a, accessModes, text, "an access mode")
}

// Position is the initial position of a new subscription.
type Position string

// The two initial positions of a new subscription.
const (
	Latest   Position = "latest"
	Earliest Position = "earliest"
)

var positions = []Position{Latest, Earliest}

// Positions lists the positions, as they are typed, the default first.
func Positions() []Position { return slices.Clone(positions) }

// UnmarshalText reads the name of a position.
func (p *Position) UnmarshalText(text []byte) error {
	return choose(p, positions, text, "a position")
}

// choose reads one of a list of words.
func choose[T ~string](into *T, words []T, text []byte, what string) error {
	word := T(strings.ToLower(strings.ReplaceAll(string(text), "-", "_")))
	if slices.Contains(words, word) {
		*into = word
		return nil
	}
	names := make([]string, len(words))
	for i, w := range words {
		names[i] = string(w)
	}
	return fmt.Errorf("%q is not %s (%s)", text, what, strings.Join(names, ", "))
}

// MessageID names a stored entry. Partition is -1 on a topic without
// partitions.
type MessageID struct {
	Ledger, Entry int64
	Partition     int
}

// Before reports whether an entry stands before another one of its partition.
func (id MessageID) Before(other MessageID) bool {
	return id.Ledger < other.Ledger || id.Ledger == other.Ledger && id.Entry < other.Entry
}

// ParseMessageID reads ledger:entry or ledger:entry:partition.
func ParseMessageID(s string) (MessageID, error) {
	wrong := fmt.Errorf("%q is not a message id (ledger:entry[:partition])", s)
	parts := strings.Split(s, ":")
	if len(parts) < 2 || len(parts) > 3 {
		return MessageID{}, wrong
	}
	numbers := []int64{0, 0, -1}
	for i, part := range parts {
		n, err := strconv.ParseInt(part, 10, 64)
		if err != nil || n < 0 || (i == 2 && n > MaxPartitions) {
			return MessageID{}, wrong
		}
		numbers[i] = n
	}
	return MessageID{Ledger: numbers[0], Entry: numbers[1], Partition: int(numbers[2])}, nil
}

// MaxPartitions bounds the partitions of a topic: more than Pulsar clusters use
// in practice, and few enough that their names fit in memory.
const MaxPartitions = 10_000

// String writes the id as ParseMessageID reads it.
func (id MessageID) String() string {
	if id.Partition < 0 {
		return fmt.Sprintf("%d:%d", id.Ledger, id.Entry)
	}
	return fmt.Sprintf("%d:%d:%d", id.Ledger, id.Entry, id.Partition)
}

// Topic is a topic as the admin API lists it.
type Topic struct {
	Name       string // short if it is in public/default, else full
	Partitions int    // 0 if it is not partitioned
}

// TopicStats is the broker's statistics for a topic, summed over its
// partitions. The broker's counters start from zero when it loads the topic.
type TopicStats struct {
	MessagesIn, BytesIn  int64   // published since the topic was loaded
	RateIn, ThroughputIn float64 // per second, the broker's own averages
	StorageBytes         int64
	Producers            int
	Subscriptions        map[string]SubscriptionStats
	Partitions           map[string]TopicStats // by partition's name; nil if not partitioned
	MessagesPerEntry     float64               // estimate: messages in ÷ entries added
	RatioKnown           bool                  // MessagesPerEntry is an estimate; else it is 1, the least possible
	BacklogFull          bool                  // a partition has reached its backlog quota
	Throttled            int64                 // how often publishers were throttled since the topic was loaded
	Replicated           bool                  // it is copied from or to other clusters
	Markers              int64                 // ends of transactions since the topic was loaded: each is an entry that is no message
}

// SubscriptionStats is the broker's statistics for a subscription. The backlog
// counts entries (batches), not messages, although the broker calls them
// messages.
type SubscriptionStats struct {
	Type           SubscriptionType
	BacklogEntries int64
	Unacked        int64
	MessagesOut    int64
	RateOut        float64
	RateRedeliver  float64
	Expired        int64            // entries that the broker has expired since the topic was loaded
	Blocked        bool             // the broker holds deliveries back: too many messages are unacknowledged
	Throttled      map[string]int64 // how often a dispatch rate held deliveries back, by what it limits: see Limit.On
	Consumers      int
	Names          []string       // of the consumers, each once
	Hashes         map[string]int // of key_shared: the number of hash values of each consumer by name; nil if the broker does not report it
}
