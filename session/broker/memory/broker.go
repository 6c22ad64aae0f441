// Package memory is an Apache Pulsar in memory: topics, partitions, producers,
// subscriptions of the four types, cursors, and the rules by which messages are
// given to consumers, acknowledged, given back, expired and dropped.
//
// It follows Pulsar 4.0 as clients can observe it. Entries are kept as the bytes
// that came, so that its backlogs count entries as Pulsar's do. Package serve puts
// it on sockets and package rest serves its admin API. Nothing survives its end.
//
// A topic has one lock, which guards all that belongs to it. The broker's lock is
// taken before a topic's; a peer's lock, which its methods may take, after it.
package memory

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"pulsh/session/broker/memory/schemas"
	"pulsh/session/broker/memory/transaction"
	"pulsh/session/broker/protocol"
)

// Version is the release of Pulsar whose behaviour is followed, marked as what it is.
const Version = "4.0.8-pulsh-embedded"

// Defaults of Config.
const (
	DefaultMemory    = 512 << 20
	DefaultRetention = 10 * time.Minute
)

// The limits of Pulsar's own defaults.
const (
	partitionsMax      = 10_000
	unackedConsumerMax = 50_000
	unackedTotalMax    = 200_000
	batchMax           = 1 << 20 // messages that one entry may say that it has
	nameMax            = 4 << 10 // bytes of a topic, a subscription or a producer
)

// Config holds the settings of a Broker. The zero value is good for use.
type Config struct {
	Memory        int64         // bytes that entries may take; 0 is DefaultMemory
	Retention     time.Duration // of acknowledged entries, as far as a fifth of the memory goes; 0 is DefaultRetention, below 0 none
	BatchIndexAck bool          // single messages of a batch can be acknowledged
	NoCreation    bool          // clients do not create topics
	Now           func() time.Time
}

// Broker is a cluster of one broker.
type Broker struct {
	cfg   Config
	began time.Time

	mu          sync.RWMutex // guards the fields below
	topics      map[string]*Topic
	partitioned map[string]int
	namespaces  map[string]bool
	watchers    map[*Watcher]bool
	policies    policyTable

	used       atomic.Int64 // bytes of memory that entries take
	ledgers    atomic.Uint64
	names      atomic.Uint64
	reclaiming sync.Mutex
	janitor    janitor

	Transactions *transaction.Coordinator
	Schemas      *schemas.Registry
}

// Refusal is an error in the protocol's terms.
type Refusal struct {
	Code    protocol.ServerError
	Message string
}

// Error returns the sentence.
func (r *Refusal) Error() string { return r.Message }

func refuse(code protocol.ServerError, format string, args ...any) *Refusal {
	return &Refusal{code, fmt.Sprintf(format, args...)}
}

// New returns a broker without topics.
func New(cfg Config) *Broker {
	if cfg.Memory == 0 {
		cfg.Memory = DefaultMemory
	}
	if cfg.Retention == 0 {
		cfg.Retention = DefaultRetention
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	b := &Broker{
		cfg: cfg, began: cfg.Now(), topics: map[string]*Topic{}, partitioned: map[string]int{}, watchers: map[*Watcher]bool{},
		namespaces: map[string]bool{"public/default": true, "pulsar/system": true},
		policies:   policyTable{},
	}
	b.janitor.broker, b.Transactions, b.Schemas = b, transaction.NewCoordinator(b), schemas.NewRegistry(b.schemaRules)
	return b
}

// Close ends the background work. The clients are the caller's to disconnect.
func (b *Broker) Close() {
	b.janitor.stop()
	b.Transactions.Close()
}

// Memory returns how many bytes entries take, and how many they may.
func (b *Broker) Memory() (used, most int64) { return b.used.Load(), b.cfg.Memory }

func (b *Broker) nowMs() int64 { return b.cfg.Now().UnixMilli() }

// Name is a topic's full name, taken apart.
type Name struct {
	Full      string
	Domain    string // persistent or non-persistent
	Namespace string // tenant/namespace
	Local     string
	Base      string // the full name without the suffix of a partition
	Partition int    // -1 if it has none
}

// ParseName takes a topic's name apart, which may be a short one.
func ParseName(text string) (n Name, err error) {
	n.Full = protocol.FullTopic(text)
	domain, rest, _ := strings.Cut(n.Full, "://")
	parts := strings.SplitN(rest, "/", 3)
	if domain != "persistent" && domain != "non-persistent" || len(parts) != 3 || len(text) > nameMax ||
		parts[0] == "" || parts[1] == "" || parts[2] == "" {
		return n, refuse(protocol.InvalidTopicName, "Invalid topic name: %.200q", text)
	}
	n.Domain, n.Namespace, n.Local = domain, parts[0]+"/"+parts[1], parts[2]
	n.Base, n.Partition = protocol.SplitPartition(n.Full)
	return n, nil
}

// Partitions returns how many partitions a topic has, 0 for none. A topic that is
// not there has none, or is refused if it must be there.
func (b *Broker) Partitions(topic string, mustExist bool) (int, error) {
	name, err := ParseName(topic)
	if err != nil {
		return 0, err
	}
	b.mu.RLock()
	defer b.mu.RUnlock()
	if n, ok := b.partitioned[name.Full]; ok {
		return n, nil
	}
	if mustExist && b.topics[name.Full] == nil {
		return 0, refuse(protocol.TopicNotFound, "Topic %s not found", name.Full)
	}
	return 0, nil
}

// Topic returns a topic that is there, nil if it is not.
func (b *Broker) Topic(full string) *Topic {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return b.topics[full]
}

// All returns the topics, in no order.
func (b *Broker) all() []*Topic {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return slices.Collect(maps.Values(b.topics))
}

// open returns a topic, and creates it where it may.
func (b *Broker) open(topic string, create bool) (*Topic, error) {
	name, err := ParseName(topic)
	if err != nil {
		return nil, err
	}
	if t := b.Topic(name.Full); t != nil {
		return t, nil
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if t := b.topics[name.Full]; t != nil {
		return t, nil
	}
	if _, ok := b.partitioned[name.Full]; ok {
		return nil, refuse(protocol.NotAllowedError, "%s is a partitioned topic", name.Full)
	}
	if n, ok := b.partitioned[name.Base]; ok && name.Partition >= n {
		return nil, refuse(protocol.NotAllowedError, "Partition %d of %s does not exist: it has %d", name.Partition, name.Base, n)
	}
	if !b.namespaces[name.Namespace] {
		return nil, refuse(protocol.TopicNotFound, "Policies not found for %s namespace", name.Namespace)
	}
	if !create || b.cfg.NoCreation {
		return nil, refuse(protocol.TopicNotFound, "Topic %s not found", name.Full)
	}
	if b.crowded(name, 1) {
		return nil, refuse(protocol.NotAllowedError, "Exceed the maximum number of topics in namespace")
	}
	return b.make(name), nil
}

// make creates a topic. The lock is held.
func (b *Broker) make(name Name) *Topic {
	t := newTopic(b, name)
	b.topics[name.Full] = t
	b.changed([]string{name.Full}, nil)
	return t
}

// Why a change of topics is refused, for the admin API.
var (
	ErrExists  = fmt.Errorf("it exists already")
	ErrMissing = fmt.Errorf("it does not exist")
	ErrBusy    = fmt.Errorf("it is in use")
	ErrInvalid = fmt.Errorf("it is not possible")

	ErrNamespace     = fmt.Errorf("there is no such namespace")
	ErrTopics        = fmt.Errorf("the namespace has as many topics as it may have")
	ErrSubscriptions = fmt.Errorf("the topic has as many subscriptions as it may have")
)

// Create creates a topic, partitioned if partitions is above 0.
func (b *Broker) Create(topic string, partitions int) error {
	name, err := ParseName(topic)
	if err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	_, parted := b.partitioned[name.Full]
	switch {
	case !b.namespaces[name.Namespace]:
		return ErrNamespace
	case parted || b.topics[name.Full] != nil:
		return ErrExists
	case b.crowded(name, max(partitions, 1)):
		return ErrTopics
	case partitions > partitionsMax:
		return ErrInvalid
	case partitions > 0:
		b.partitioned[name.Full] = partitions
		b.addPartitions(name, 0, partitions)
	default:
		if n, ok := b.partitioned[name.Base]; ok && name.Partition >= n {
			return ErrInvalid
		}
		b.make(name)
	}
	return nil
}

// crowded reports whether n more topics are too many for a namespace. The lock is
// held.
func (b *Broker) crowded(name Name, n int) bool {
	most := b.policies.of(name, b.cfg).topicsMax
	if most <= 0 {
		return false
	}
	for _, t := range b.topics {
		if t.name.Namespace == name.Namespace {
			n++
		}
	}
	return n > most
}

func (b *Broker) addPartitions(name Name, from, to int) {
	var created []string
	for i := from; i < to; i++ {
		part, _ := ParseName(protocol.PartitionName(name.Full, i)) // its whole is valid
		if b.topics[part.Full] == nil {
			b.topics[part.Full] = newTopic(b, part)
			created = append(created, part.Full)
		}
	}
	b.changed(created, nil)
}

// Grow gives a partitioned topic more partitions, with the subscriptions of those
// that it has.
func (b *Broker) Grow(topic string, partitions int) error {
	name, err := ParseName(topic)
	if err != nil {
		return err
	}
	b.mu.Lock()
	n, ok := b.partitioned[name.Full]
	switch {
	case !ok:
		b.mu.Unlock()
		return ErrMissing
	case partitions <= n || partitions > partitionsMax:
		b.mu.Unlock()
		return ErrInvalid
	}
	first := b.topics[protocol.PartitionName(name.Full, 0)]
	b.partitioned[name.Full] = partitions
	b.addPartitions(name, n, partitions)
	b.mu.Unlock()
	if first == nil {
		return nil
	}
	for _, sub := range first.SubscriptionNames() {
		for i := n; i < partitions; i++ {
			_ = b.Topic(protocol.PartitionName(name.Full, i)).CreateSubscription(sub, Earliest) // it may be there by now
		}
	}
	return nil
}

// Delete deletes a topic, or a partitioned one with its partitions. Clients and
// subscriptions prevent it unless forced.
func (b *Broker) Delete(topic string, force bool) error {
	name, err := ParseName(topic)
	if err != nil {
		return err
	}
	parts, ok := b.Parts(name.Full)
	if !ok {
		return ErrMissing
	}
	if !force {
		for _, t := range parts {
			if t.Busy() {
				return ErrBusy
			}
		}
	}
	b.mu.Lock()
	delete(b.partitioned, name.Full)
	b.Schemas.Forget(name.Full)
	var gone []string
	for _, t := range parts {
		delete(b.topics, t.name.Full)
		gone = append(gone, t.name.Full)
	}
	b.changed(nil, gone)
	b.mu.Unlock()
	for _, t := range parts {
		t.delete()
	}
	return nil
}

// Parts returns the topics that a name stands for: itself, or its partitions in
// order.
func (b *Broker) Parts(full string) (parts []*Topic, ok bool) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	if n, parted := b.partitioned[full]; parted {
		for i := range n {
			if t := b.topics[protocol.PartitionName(full, i)]; t != nil {
				parts = append(parts, t)
			}
		}
		return parts, true
	}
	if t := b.topics[full]; t != nil {
		return []*Topic{t}, true
	}
	return nil, false
}

// Topics lists the topics of a namespace, partition by partition, sorted. Mode is
// that of GET_TOPICS_OF_NAMESPACE.
func (b *Broker) Topics(namespace string, mode int32) (names []string) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	for full, t := range b.topics {
		stored := t.name.Domain == "persistent"
		if t.name.Namespace == namespace && (mode == 2 || stored == (mode == 0)) {
			names = append(names, full)
		}
	}
	slices.Sort(names)
	return names
}

// Partitioned lists the partitioned topics of a namespace and a domain, sorted.
func (b *Broker) Partitioned(domain, namespace string) (names []string) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	prefix := domain + "://" + namespace + "/"
	for full := range b.partitioned {
		if strings.HasPrefix(full, prefix) {
			names = append(names, full)
		}
	}
	slices.Sort(names)
	return names
}

// Namespaces lists the namespaces of a tenant, sorted.
func (b *Broker) Namespaces(tenant string) (names []string) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	for name := range b.namespaces {
		if strings.HasPrefix(name, tenant+"/") {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// Tenants lists the tenants, sorted.
func (b *Broker) Tenants() (names []string) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	for name := range b.namespaces {
		tenant, _, _ := strings.Cut(name, "/")
		names = append(names, tenant)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// AddNamespace creates a namespace.
func (b *Broker) AddNamespace(name string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.namespaces[name] {
		return ErrExists
	}
	b.namespaces[name] = true
	return nil
}

// Unread returns how many subscriptions have entries that are not acknowledged,
// and how many entries that is.
func (b *Broker) Unread() (subscriptions int, entries int64) {
	for _, t := range b.all() {
		t.mu.Lock()
		for _, s := range t.subs {
			if n := s.backlog(); n > 0 && s.durable {
				subscriptions++
				entries += n
			}
		}
		t.mu.Unlock()
	}
	return subscriptions, entries
}
