package wire

import (
	"strconv"
	"sync"

	"pulsh/session/broker"
	"pulsh/session/broker/protocol"
	"pulsh/session/delivery"
)

// The properties by which Pulsar's clients recognise messages that went through
// a retry topic or to a dead-letter topic.
const (
	propertyRealTopic = "REAL_TOPIC"
	propertyOrigin    = "ORIGIN_MESSAGE_ID"
	propertyRetries   = "RECONSUMETIMES"
	propertyDelay     = "DELAY_TIME"
)

// tracker knows which messages of an entry were acknowledged. It is what an
// acknowledgement needs of them, and small.
type tracker struct {
	from          *subscription
	ledger, entry uint64
	size          int32 // messages in the entry; 0 if it is not a batch

	mu     sync.Mutex
	left   protocol.AckSet // of a batch
	count  int             // of left
	queued bool            // in a group of acknowledgements
	nacked bool            // asked for again and not sent yet
}

// handle is one message for Ack and Nack.
type handle struct {
	of    *tracker
	index int32
}

// expect prepares for n messages of a batch, of which the broker wants those in
// set acknowledged; an empty set means all.
func (t *tracker) expect(n int, set protocol.AckSet) {
	t.size, t.left = int32(n), protocol.FullAckSet(n)
	if len(set) > 0 {
		for i := range t.left {
			if i < len(set) {
				t.left[i] &= set[i]
			} else {
				t.left[i] = 0
			}
		}
	}
	t.count = t.left.Left()
}

// id names the entry.
func (t *tracker) id() protocol.MessageID {
	return protocol.MessageID{Ledger: t.ledger, Entry: t.entry, Partition: t.from.partition, BatchIndex: -1}
}

// clear acknowledges message i, and tells whether something is to be said to
// the broker, now or with others.
func (t *tracker) clear(i int32, byIndex bool) (tell bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.size == 0 {
		tell = !t.queued
		t.queued = true
		return tell
	}
	if !t.left.Clear(int(i)) {
		return false
	}
	t.count--
	if t.queued || t.count > 0 && !byIndex {
		return false
	}
	t.queued = true
	return true
}

// ackID is what is to be said to the broker of the entry now.
func (t *tracker) ackID() protocol.MessageID {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.queued = false
	id := t.id()
	if t.size > 0 && t.count > 0 {
		id.AckSet, id.BatchSize = append([]uint64(nil), t.left...), t.size
	}
	return id
}

// entry is a stored entry that came and was not taken yet.
type entry struct {
	from     *subscription
	tracker  *tracker
	handles  []handle
	rest     []byte // of the payload, uncompressed
	whole    bool   // rest is one message without metadata of its own
	next     int32  // index of the next message
	deliver  protocol.AckSet
	redelivs uint32
	meta     kept
}

// kept is what is kept of an entry's metadata, for all of its messages.
type kept struct {
	published  int64 // ns of Unix time; 0 if it is not said
	eventTime  uint64
	key        string
	orderKey   []byte
	properties []protocol.Property
}

// whole is a message with all that it carries, for Forward.
type whole struct {
	from       *subscription
	id         protocol.MessageID
	body       []byte
	key        string
	orderKey   []byte
	eventTime  uint64
	properties []protocol.Property
}

// take delivers the next message of the entry; ok is false where it is not to be
// delivered. more says that there are others.
func (e *entry) take(d *broker.Delivery, now int64, single *protocol.Single) (ok, more bool) {
	w, reused := d.Whole.(*whole)
	if !reused {
		w = &whole{} // used again with the buffer that the delivery stands in
	}
	index := e.next
	e.next++
	*w = whole{from: e.from, id: e.tracker.id(), key: e.meta.key, orderKey: e.meta.orderKey, eventTime: e.meta.eventTime, properties: e.meta.properties}
	if e.whole {
		w.body = e.rest
		index = 0
	} else {
		var err error
		if w.body, e.rest, err = protocol.NextInBatch(e.rest, single); err != nil {
			e.from.damaged(e.tracker)
			return false, false
		}
		more = e.next < e.tracker.size && len(e.rest) > 0
		if !e.deliver.Holds(int(index)) {
			return false, more
		}
		w.id.BatchIndex = index
		e.single(w, single)
		if single.CompactedOut || e.from.thin() && len(w.body) == 0 {
			e.from.leaveOut(&e.handles[index])
			return false, more
		}
	}
	*d = broker.Delivery{
		Body:       w.body,
		Entry:      delivery.EntryFingerprint(int64(e.tracker.ledger), int64(e.tracker.entry), e.from.partition),
		Redelivery: e.redelivs,
		Received:   now,
		Published:  e.meta.published,
		Key:        w.key,
		Index:      index,
		Partition:  uint16(max(e.from.partition, 0)),
		Retries:    retries(w.properties),
		Message:    &e.handles[index],
		Whole:      w,
	}
	return true, more
}

// single takes over what a message of a batch says itself.
func (e *entry) single(w *whole, single *protocol.Single) {
	w.properties = single.Properties
	w.orderKey, w.eventTime, w.key = single.OrderingKey, single.EventTime, ""
	if single.KeySet {
		w.key = e.from.keys.name(single.PartitionKey)
	}
	if len(single.Properties) > 0 {
		single.Properties = nil // whole keeps the list
	}
}

// retries is how often a message says it went through a retry topic.
func retries(properties []protocol.Property) uint16 {
	for _, p := range properties {
		if string(p.Key) == propertyRetries {
			n, _ := strconv.ParseUint(string(p.Value), 10, 16) // what is no number was never counted
			return uint16(n)
		}
	}
	return 0
}

// names are texts that come again and again, such as keys: each is made once.
type names struct {
	known map[string]string
}

// namesMost bounds how many are remembered.
const namesMost = 1 << 16

func (n *names) name(b []byte) string {
	if s, ok := n.known[string(b)]; ok {
		return s
	}
	if n.known == nil || len(n.known) >= namesMost {
		n.known = map[string]string{}
	}
	s := string(b)
	n.known[s] = s
	return s
}
