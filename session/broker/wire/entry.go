package wire

import (
	"strconv"
	"sync"

	"pulsh/session/broker"
	"pulsh/session/broker/protocol"
	"pulsh/session/broker/wire/coordinator"
	"pulsh/session/payload"
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
	nacked bool            // to be redelivered, and the broker was not asked yet
	nackAt int64           // when it is to be asked, in the engine's time

	divided []*coordinator.Transaction // in which a part of its messages was acknowledged
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

// clearRun acknowledges the messages of a run that begins with one of the
// entry, as far as they are of it, and returns the others.
func (t *tracker) clearRun(run []broker.Delivery, byIndex bool) (tell bool, others []broker.Delivery) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for len(run) > 0 {
		h := run[0].Message.(*handle)
		if h.of != t {
			break
		}
		tell = t.clear(h.index, byIndex) || tell
		run = run[1:]
	}
	return tell, run
}

// clear acknowledges message i, and reports whether the broker must be told, at
// once or with other acknowledgements. It needs mu.
func (t *tracker) clear(i int32, byIndex bool) (tell bool) {
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

// acknowledged returns how many messages an acknowledgement stands for: all of an entry,
// or one of an entry that is acknowledged message by message.
func (t *tracker) acknowledged() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.count > 0 {
		return 1
	}
	return max(int(t.size), 1)
}

// ackID returns the entry's id with the messages that are not acknowledged.
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
	from        *subscription
	tracker     *tracker
	fingerprint uint32
	handles     []handle
	rest        []byte            // of the payload, uncompressed
	whole       bool              // rest is one message without metadata of its own
	unreadable  broker.Unreadable // rest is what all messages are in; the first has it
	next        int32             // index of the next message
	deliver     protocol.AckSet
	redelivery  uint32
	published   int64   // ns of Unix time; 0 if it is not set
	key         string  // of a message without metadata of its own
	details     details // of the same message
	version     []byte  // of its schema, nil for none
	producer    string
	deliverAt   int64 // ms of Unix time; 0 for at once
	encrypted   bool
	chunk       int32
	chunks      int32 // of the message, 0 if it is whole
}

// details are the parts that few messages have.
type details struct {
	orderKey   []byte
	eventTime  uint64
	properties []protocol.Property
}

// whole is a message with all that it carries, for Forward. It is used again
// with the buffer that its delivery stands in.
type whole struct {
	entry   *entry
	index   int32
	body    []byte
	key     string
	details *details // nil if there are none
}

// id names the message.
func (w *whole) id() protocol.MessageID {
	id := w.entry.tracker.id()
	if !w.entry.whole {
		id.BatchIndex = w.index
	}
	return id
}

// take delivers the next message of the entry; ok is false where it is not to be
// delivered. more says that there are others.
func (e *entry) take(d *broker.Delivery, now int64, single *protocol.Single) (ok, more bool) {
	w, reused := d.Whole.(*whole)
	if !reused { // another engine may have used it
		w = &whole{}
		*d = broker.Delivery{}
	}
	index := e.next
	e.next++
	w.entry, w.index = e, index
	if e.whole {
		w.body, w.key, w.details = e.rest, e.key, &e.details
		if e.unreadable != broker.Readable {
			e.rest, more = nil, e.next < e.tracker.size
		}
	} else {
		if !e.takeOne(w, single) {
			e.from.damaged(e.tracker)
			return false, false
		}
		more = e.next < e.tracker.size && len(e.rest) > 0
		if !e.deliver.Holds(int(index)) {
			return false, more
		}
		if single.CompactedOut || len(w.body) == 0 && e.from.compacted() && stampOf(w.details) == nil {
			e.from.ackCompacted(&e.handles[index])
			return false, more
		}
	}
	d.Body, d.Entry, d.Redelivery, d.Received, d.Published = w.body, e.fingerprint, e.redelivery, now, e.published
	d.Key, d.Index, d.Partition, d.Retries, d.Stamp = w.key, index, uint16(max(e.from.partition, 0)), 0, nil
	if w.details != nil {
		d.Retries, d.Stamp = retries(w.details.properties), stampOf(w.details)
		if len(w.details.orderKey) > 0 { // key_shared keeps the order by it
			d.Key = e.from.keys.Name(w.details.orderKey)
		}
	}
	d.Message, d.Whole, d.Unreadable = &e.handles[index], w, e.unreadable
	d.Version, d.Topic = e.version, e.from.topic
	return true, more
}

// takeOne takes the next message off a batch, with its own metadata. It
// returns false if the batch is damaged.
func (e *entry) takeOne(w *whole, single *protocol.Single) (ok bool) {
	w.key, w.details = "", nil
	single.CompactedOut = false
	body, rest, plain := protocol.NextPlain(e.rest)
	if plain {
		w.body, e.rest = body, rest
		return true
	}
	var err error
	if w.body, e.rest, err = protocol.NextInBatch(e.rest, single); err != nil {
		return false
	}
	if single.KeySet {
		w.key = e.from.keys.Name(single.PartitionKey)
	}
	if len(single.Properties) > 0 || single.EventTime > 0 || len(single.OrderingKey) > 0 {
		w.details = &details{single.OrderingKey, single.EventTime, single.Properties}
		single.Properties = nil // the message keeps the list
	}
	return true
}

// stampOf returns the stamp in the properties of a message, nil if there is none.
func stampOf(d *details) *payload.Stamp {
	if d == nil {
		return nil
	}
	for _, p := range d.properties {
		if string(p.Key) == payload.StampProperty {
			if stamp, ok := payload.ReadStampText(p.Value); ok {
				return &stamp
			}
		}
	}
	return nil
}

// retries is how often a message says it went through a retry topic.
func retries(properties []protocol.Property) uint16 {
	for _, p := range properties {
		if string(p.Key) == propertyRetries {
			n, _ := strconv.ParseUint(string(p.Value), 10, 16) // 0 for a text that is no number
			return uint16(n)
		}
	}
	return 0
}
