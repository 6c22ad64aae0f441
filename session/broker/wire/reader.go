package wire

import (
	"bytes"
	"math"
	"time"

	"pulsh/session/broker"
	"pulsh/session/broker/protocol"
)

// rollbackSlack is what a reader that begins at a time asks for before it: the broker
// counts whole seconds back by its own clock. What was published too early is left
// out here.
const rollbackSlack = 5 * time.Second

// begin notes where a reader begins.
func (s *subscription) begin(at broker.Start) {
	if !at.Time.IsZero() {
		s.since = at.Time.UnixNano()
	}
	s.first = at.ID
	place, ok := at.AfterIn(s.topic)
	switch {
	case ok && place.ID.Entry < 0: // before the first entry of a ledger
		s.first = &broker.MessageID{Ledger: place.ID.Ledger}
	case ok && place.Index == broker.WholeEntry:
		s.last = mark{uint64(place.ID.Ledger), uint64(place.ID.Entry), math.MaxInt32, true}
	case ok:
		s.last = mark{uint64(place.ID.Ledger), uint64(place.ID.Entry), max(place.Index, 0) + 1, true}
	}
}

// start is where a subscription that is not durable begins: where it was, or
// where the spec says. It needs mu.
func (s *subscription) start() *protocol.MessageID {
	id := protocol.MessageID{Ledger: math.MaxInt64, Entry: math.MaxInt64, Partition: -1, BatchIndex: -1}
	switch {
	case s.last.set:
		id.Ledger, id.Entry = s.last.ledger, s.last.entry
	case s.first != nil:
		id.Ledger, id.Entry = uint64(s.first.Ledger), uint64(s.first.Entry)
	case s.from == broker.Earliest || s.since != 0:
		id.Ledger, id.Entry = math.MaxUint64, math.MaxUint64 // -1, as the broker reads it
	}
	return &id
}

// rollback is how many seconds of messages a reader wants that begins at a time and has
// taken none, 0 for others. It needs mu.
func (s *subscription) rollback() uint64 {
	if s.since == 0 || s.last.set {
		return 0
	}
	back := time.Since(time.Unix(0, s.since)) + rollbackSlack
	return uint64(max(math.Ceil(back.Seconds()), 1))
}

// tooEarly reports whether an entry was published before the time at which a reader
// begins. The first that was not ends it: a later one may have an earlier time, of
// another sender.
func (s *subscription) tooEarly(e *entry) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.since == 0 || e.published < s.since {
		return s.since != 0
	}
	s.since = 0
	return false
}

// Places returns how far each topic or partition was read.
func (c *consumer) Places() (all []broker.Place) {
	for _, s := range c.subscriptions() {
		s.mu.Lock()
		last := s.last
		s.mu.Unlock()
		if last.set {
			all = append(all, broker.Place{Topic: s.topic, Index: last.next - 1,
				ID: broker.MessageID{Ledger: int64(last.ledger), Entry: int64(last.entry), Partition: int(s.partition)}})
		}
	}
	return all
}

// Describe returns the message of a delivery.
func (c *consumer) Describe(d *broker.Delivery) broker.Message {
	w := d.Whole.(*whole)
	t := w.entry.tracker
	m := broker.Message{
		ID:    broker.MessageID{Ledger: int64(t.ledger), Entry: int64(t.entry), Partition: int(t.from.partition)},
		Index: w.index, Batch: t.size, Topic: t.from.topic, Body: w.body, Key: w.key, Redelivery: int(w.entry.redelivery),
		Schema: bytes.Clone(w.entry.schema), Producer: w.entry.producer, Encrypted: w.entry.encrypted,
	}
	if w.entry.published > 0 {
		m.Published = time.Unix(0, w.entry.published)
	}
	if w.entry.deliverAt > 0 {
		m.DeliverAt = time.UnixMilli(w.entry.deliverAt)
	}
	if w.details == nil {
		return m
	}
	m.OrderingKey = string(w.details.orderKey)
	if w.details.eventTime > 0 {
		m.EventTime = time.UnixMilli(int64(w.details.eventTime))
	}
	for _, p := range w.details.properties {
		if m.Properties == nil {
			m.Properties = map[string]string{}
		}
		m.Properties[string(p.Key)] = string(p.Value)
	}
	return m
}

var _ interface {
	broker.Describer
	broker.Placed
} = (*consumer)(nil)

// keepRare copies the metadata of an entry that only a look at its messages needs.
func (e *entry) keepRare(meta *protocol.Metadata, names *names) {
	e.encrypted, e.deliverAt = meta.Encrypted(), meta.DeliverAt
	if len(meta.SchemaVersion) > 0 {
		e.schema = bytes.Clone(meta.SchemaVersion)
	}
	e.producer = names.name(meta.ProducerName)
}
