package fake

import (
	"hash/fnv"
	"sort"
	"time"

	"pulsh/session/broker"
	"pulsh/session/delivery"
)

// topic is a topic with its partitions; an unpartitioned one has exactly one.
type topic struct {
	name        broker.TopicName
	partitioned bool
	terminated  bool
	partitions  []*partition
	born        time.Time
	compacted   time.Time // when the last compaction is done, or zero
	arrived     uint64    // messages, for tampering by number
	tampering   map[uint64]Tampering
}

// partition is a log of messages. Indexes count from its first message ever;
// those before first have been forgotten.
type partition struct {
	topic        *topic
	index        int // -1 on an unpartitioned topic
	ledger       int64
	entries      int64 // given out
	first        int64
	messages     []stored
	held         *message // swapped with the one after it
	bytes, count int64    // stored since the topic was made
	cursors      []*cursor
}

// stored is one message in a partition's log. Messages of a batch share an entry.
type stored struct {
	head      []byte
	size      int
	key       string
	entry     int64
	published time.Time
	sent      int64 // in ns of Unix time by its sender's clock, in whole ms; 0 if it did not say
	index     int32 // in its entry
	retries   uint16
}

// end is the index of the next message.
func (p *partition) end() int64 { return p.first + int64(len(p.messages)) }

func (p *partition) at(index int64) *stored { return &p.messages[index-p.first] }

func (p *partition) fingerprint(s *stored) uint32 {
	return delivery.EntryFingerprint(p.ledger, s.entry, int32(p.index))
}

// name is the partition's own, full name.
func (p *partition) name() broker.TopicName { return p.topic.name.Of(p.index) }

// CreateTopic makes a topic with so many partitions, 0 for an unpartitioned
// one. It does nothing if the topic is there.
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

func (c *Cluster) create(name broker.TopicName, partitions int) *topic {
	t := &topic{name: name, partitioned: partitions > 0, born: time.Now(), tampering: map[uint64]Tampering{}}
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

// find finds a topic, or one partition of it as a topic of its own.
func (c *Cluster) find(name string, create bool) (*topic, error) {
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

// choose picks the partition of a message: by its key, or the lane's next one.
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

// Publish stores a message that no lane has sent, as from another program.
func (c *Cluster) Publish(name, key string, body []byte) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	t, err := c.find(name, true)
	if err != nil {
		return err
	}
	p := t.choose(key, 0)
	p.append(&message{head: append([]byte(nil), body...), size: len(body), key: key, opens: true})
	c.grown(p)
	return nil
}

// arrive stores a message, unless it is tampered with.
func (p *partition) arrive(m *message) {
	p.topic.arrived++
	how, tampered := p.topic.tampering[p.topic.arrived]
	delete(p.topic.tampering, p.topic.arrived)
	after := p.held
	p.held = nil
	switch {
	case tampered && how == Lose:
	case tampered && how == Double:
		p.append(m)
		again := *m
		again.opens = true
		p.append(&again)
	case tampered && how == Swap:
		p.held = m
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
	p.messages = append(p.messages, stored{m.head, m.size, m.key, p.entries - 1, time.Now(), m.published, index, m.retries})
	p.bytes += int64(m.size)
	p.count++
}

// grown lets the subscriptions see what has come, and forgets what is old.
func (c *Cluster) grown(p *partition) {
	for _, k := range p.cursors {
		k.dispatch()
	}
	p.trim(c.options.Keep)
}

// trim forgets messages that all subscriptions have done with, beyond keep.
// It waits until as many again can go, so that each is moved once.
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

// since is the index of the first message published at a time or later.
func (p *partition) since(t time.Time) int64 {
	return p.first + int64(sort.Search(len(p.messages), func(i int) bool { return !p.messages[i].published.Before(t) }))
}

// from is the index of the first message of an entry or later.
func (p *partition) from(id broker.MessageID) int64 {
	return p.first + int64(sort.Search(len(p.messages), func(i int) bool {
		return p.ledger > id.Ledger || p.ledger == id.Ledger && p.messages[i].entry >= id.Entry
	}))
}

// MessageIDs lists the entries that a topic holds, oldest first, partition by
// partition, as seek and the ledger of a real one would name them.
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
