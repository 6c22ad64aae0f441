package fake

import (
	"hash/fnv"
	"sort"
	"time"

	"pulsh/session/broker"
	"pulsh/session/delivery"
	"pulsh/session/payload"
)

// topic is a topic with its partitions. A topic without partitions has exactly
// one.
type topic struct {
	name        broker.TopicName
	partitioned bool
	terminated  bool
	partitions  []*partition
	created     time.Time
	compacted   time.Time // the end of the last compaction, or zero
	arrived     uint64    // messages so far, see Tamper
	tampering   map[uint64]Tampering
}

// partition is a log of messages. Indexes count from its first message ever;
// messages below first were dropped.
type partition struct {
	topic        *topic
	index        int // -1 on an unpartitioned topic
	ledger       int64
	entries      int64 // stored so far
	first        int64
	messages     []stored
	swapped      *message // waits for the message that it is swapped with
	bytes, count int64    // since the topic was created or unloaded
	cursors      []*cursor
}

// stored is one message in the log of a partition. The messages of a batch
// share an entry.
type stored struct {
	head      []byte
	size      int
	key       string
	entry     int64
	published time.Time
	sent      int64 // by its sender's clock, ns of Unix time in whole ms; 0 if unknown
	index     int32 // in its entry
	retries   uint16
	stamp     *payload.Stamp  // in a property; nil for none
	own       *broker.Message // what SendEach was given; nil for a message of a load
}

// end returns the index of the next message to be stored.
func (p *partition) end() int64 { return p.first + int64(len(p.messages)) }

func (p *partition) at(index int64) *stored { return &p.messages[index-p.first] }

func (p *partition) fingerprint(s *stored) uint32 {
	return delivery.EntryFingerprint(p.ledger, s.entry, int32(p.index))
}

// name returns the full name of the partition.
func (p *partition) name() broker.TopicName { return p.topic.name.Of(p.index) }

// CreateTopic creates a topic with the given number of partitions, 0 for a
// topic without partitions. It does nothing if the topic exists.
func (c *Cluster) CreateTopic(name string, partitions int) error {
	parsed, err := broker.ParseTopic(name)
	if err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.topics[parsed.String()] == nil {
		c.create(parsed, partitions)
	}
	return nil
}

func (c *core) create(name broker.TopicName, partitions int) *topic {
	t := &topic{name: name, partitioned: partitions > 0, created: time.Now(), tampering: map[uint64]Tampering{}}
	for i := range max(1, partitions) {
		c.ledgers++
		p := &partition{topic: t, index: i, ledger: c.ledgers}
		if !t.partitioned {
			p.index = name.Partition
		}
		t.partitions = append(t.partitions, p)
	}
	c.topics[name.String()] = t
	return t
}

// find returns a topic, and can create it. Each partition of a partitioned
// topic is only accessible through the whole.
func (c *core) find(name string, create bool) (*topic, error) {
	parsed, err := broker.ParseTopic(name)
	if err != nil {
		return nil, err
	}
	if t := c.topics[parsed.String()]; t != nil {
		return t, nil
	}
	whole := c.topics[parsed.Of(-1).String()]
	switch {
	case whole != nil && parsed.Partition >= 0 && parsed.Partition < len(whole.partitions):
		return nil, refusal(broker.Other, "the fake broker opens %s as a whole only", whole.name.Short())
	case create:
		return c.create(parsed, 0), nil
	}
	return nil, gone("there is no topic %s", parsed.Short())
}

// choose picks the partition of a message: by its key, or the producer's next
// one.
func (t *topic) choose(key string, turn int) *partition {
	if key == "" {
		return t.partitions[turn%len(t.partitions)]
	}
	return t.partitions[hash(key)%uint32(len(t.partitions))]
}

func hash(key string) uint32 {
	h := fnv.New32a()
	h.Write([]byte(key))
	return h.Sum32()
}

// Publish stores a message of another program.
func (c *Cluster) Publish(name, key string, body []byte) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	t, err := c.find(name, true)
	if err != nil {
		return err
	}
	p := t.choose(key, 0)
	p.append(&message{head: append([]byte(nil), body...), size: len(body), key: key, opens: true})
	c.deliver(p)
	return nil
}

// arrive stores a message, with the tampering that a test asked for.
func (p *partition) arrive(m *message) {
	p.topic.arrived++
	how, tampered := p.topic.tampering[p.topic.arrived]
	delete(p.topic.tampering, p.topic.arrived)
	after := p.swapped
	p.swapped = nil
	switch {
	case tampered && how == Lose:
	case tampered && how == Double:
		p.append(m)
		again := *m
		again.opens = true
		p.append(&again)
	case tampered && how == Swap:
		p.swapped = m
	default:
		p.append(m)
	}
	if after != nil {
		p.append(after)
	}
}

func (p *partition) append(m *message) {
	index := int32(0)
	if m.opens || p.entries == 0 {
		p.entries++
	} else if n := len(p.messages); n > 0 {
		index = p.messages[n-1].index + 1
	}
	p.messages = append(p.messages, stored{m.head, m.size, m.key, p.entries - 1, time.Now(), m.published, index, m.retries, m.stamp, m.own})
	p.bytes += int64(m.size)
	p.count++
}

// deliver offers new messages to the subscriptions, and drops old ones.
func (c *core) deliver(p *partition) {
	for _, k := range p.cursors {
		k.dispatch()
	}
	p.trim(c.options.Keep)
}

// trim drops messages that all subscriptions have acknowledged, beyond keep. It
// waits until keep messages can go, so that each message is moved once.
func (p *partition) trim(keep int) {
	if len(p.messages) < 2*keep {
		return
	}
	to := p.end() - int64(keep)
	for _, k := range p.cursors {
		to = min(to, k.done)
	}
	if n := to - p.first; n >= int64(keep) {
		p.messages = append([]stored(nil), p.messages[n:]...)
		p.first = to
	}
}

// since returns the index of the first message published at t or later.
func (p *partition) since(t time.Time) int64 {
	return p.first + int64(sort.Search(len(p.messages), func(i int) bool { return !p.messages[i].published.Before(t) }))
}

// from returns the index of the first message of an entry or a later one.
func (p *partition) from(id broker.MessageID) int64 {
	return p.first + int64(sort.Search(len(p.messages), func(i int) bool {
		return p.ledger > id.Ledger || p.ledger == id.Ledger && p.messages[i].entry >= id.Entry
	}))
}

// MessageIDs lists the stored entries of a topic, partition by partition and
// oldest first.
func (c *Cluster) MessageIDs(name string) ([]broker.MessageID, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	t, err := c.find(name, false)
	if err != nil {
		return nil, err
	}
	var ids []broker.MessageID
	for _, p := range t.partitions {
		last := int64(-1)
		for i := range p.messages {
			if entry := p.messages[i].entry; entry != last {
				last = entry
				ids = append(ids, broker.MessageID{Ledger: p.ledger, Entry: entry, Partition: p.index})
			}
		}
	}
	return ids, nil
}
