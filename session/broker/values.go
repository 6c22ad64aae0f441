package broker

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Compression is the codec of a lane's batches.
type Compression string

// Compressions are the codecs the Go client has, as they are typed.
var compressions = []Compression{"none", "lz4", "zlib", "zstd", "snappy"}

// Compressions lists the codecs, as they are typed.
func Compressions() []Compression { return slices.Clone(compressions) }

// UnmarshalText reads a codec's name.
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

// UnmarshalText reads a type's name.
func (t *SubscriptionType) UnmarshalText(text []byte) error {
	return choose(t, subscriptionTypes, text, "a subscription type")
}

// Position is where a new subscription begins.
type Position string

// The two positions at which a new subscription can begin.
const (
	Latest   Position = "latest"
	Earliest Position = "earliest"
)

var positions = []Position{Latest, Earliest}

// Positions lists the positions, as they are typed, the default first.
func Positions() []Position { return slices.Clone(positions) }

// UnmarshalText reads a position's name.
func (p *Position) UnmarshalText(text []byte) error {
	return choose(p, positions, text, "a position")
}

// choose reads one of a closed list of words.
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

// MessageID names a stored entry. Partition is -1 on an unpartitioned topic.
type MessageID struct {
	Ledger, Entry int64
	Partition     int
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

// MaxPartitions bounds a topic's partitions: more than Pulsar clusters run in
// practice, and few enough that their names fit in memory.
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

// TopicStats is what the broker says of a topic, summed over its partitions.
// Counters are the broker's own and start anew when the topic is loaded.
type TopicStats struct {
	MessagesIn, BytesIn  int64   // published since the topic was loaded
	RateIn, ThroughputIn float64 // per second, the broker's own averages
	StorageBytes         int64
	Producers            int
	Subscriptions        map[string]SubscriptionStats
	Partitions           map[string]TopicStats // by partition's name; nil if not partitioned
	MessagesPerEntry     float64               // estimate: messages in ÷ entries added
	Throttled            int64                 // how often publishers were held back since the topic was loaded
}

// SubscriptionStats is what the broker says of a subscription. Backlog counts
// entries (batches), not messages, whatever the broker calls it.
type SubscriptionStats struct {
	Type           SubscriptionType
	BacklogEntries int64
	Unacked        int64
	MessagesOut    int64
	RateOut        float64
	RateRedeliver  float64
	Consumers      int
	Hashes         map[string]int // of key_shared: how many hash values of keys each consumer serves, by its name; nil if the broker does not say
}
