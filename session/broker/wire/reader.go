package wire

import (
	"time"

	"pulsh/session/broker"
	"pulsh/session/broker/protocol"
	"pulsh/session/broker/wire/names"
)

// Places returns how far each topic or partition was read.
func (c *consumer) Places() (all []broker.Place) {
	for _, s := range c.subscriptions() {
		s.mu.Lock()
		place, ok := s.position.Place(s.topic, s.partition)
		s.mu.Unlock()
		if ok {
			all = append(all, place)
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
		Schema: w.entry.version, Producer: w.entry.producer, Encrypted: w.entry.encrypted,
		Chunk: w.entry.chunk, Chunks: w.entry.chunks,
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
func (e *entry) keepRare(meta *protocol.Metadata, senders *names.Names) {
	e.encrypted, e.deliverAt = meta.Encrypted(), meta.DeliverAt
	if e.unreadable == broker.ChunkOfMessage {
		e.chunk, e.chunks = meta.Chunk, meta.Chunks
	}
	e.producer = senders.Name(meta.ProducerName)
}
