package wire

import (
	"pulsh/session/broker/protocol"
	"pulsh/session/payload"
)

const (
	// extraSingleBytes is the size of an event time and the tags of an ordering key in
	// the metadata of a message in a batch.
	extraSingleBytes = 16
	// propertyBytes is the size of the tags and lengths of a property.
	propertyBytes = 10
)

// metaRoom returns the bytes that the metadata of an entry needs for what its only
// message carries. Messages in a batch have it in their own metadata.
func metaRoom(x *payload.Extras) int {
	if x == nil {
		return 0
	}
	const stampProperty = 64
	return x.Properties.Largest() + (x.Properties.Count()+1)*propertyBytes + stampProperty
}

// sendExtras is sendRun for messages that carry more than a stamped body.
func (p *producer) sendExtras(dues []int64) {
	p.order.Lock()
	defer p.order.Unlock()
	m := message{sent: p.spec.Clock(), failed: p.failed.Load(), extra: &p.extra}
	parts := *p.parts.Load()
	for _, due := range dues {
		if due > m.sent {
			m.sent = max(p.spec.Clock(), due)
		}
		m.due, m.sequence = due, p.sequence
		m.stamp = p.writer.Write(&p.extra, payload.Stamp{Producer: p.spec.ID, Sequence: m.sequence, Due: p.base + due, Failed: m.failed})
		p.sequence++
		if m.body = p.extra.Body; !p.extra.Own {
			m.body = p.nextBody()
		}
		if p.keyed {
			m.key = p.keys.Next()
		}
		p.recorder.Sent(1, int64(len(m.body)))
		p.window.Add(int64(len(m.body)))
		p.given.Add(1)
		by := m.key
		if p.extra.Ordering != "" {
			by = p.extra.Ordering
		}
		to := p.choose(parts, by)
		p.join(to)
		to.mu.Lock()
		to.write(&m)
		to.mu.Unlock()
	}
}

// nextBody returns the next body to be stamped.
func (p *producer) nextBody() []byte {
	if p.slot++; p.slot >= p.bodies.Slots() {
		p.slot = 0
	}
	return p.bodies.Body(p.slot)
}

// writeExtra adds a message with all that it carries. The metadata of the only message
// of an entry is that of the entry: see addExtra.
func (b *batch) writeExtra(m *message, alone bool) {
	e := m.extra
	var into []byte
	if alone {
		into = b.builder.ClaimAlone(len(m.body))
	} else {
		p := b.part.producer
		p.single = protocol.Single{
			Properties: p.properties(e), PartitionKey: append(p.single.PartitionKey[:0], m.key...), KeySet: m.key != "",
			EventTime: uint64(e.EventTime), OrderingKey: append(p.single.OrderingKey[:0], e.Ordering...),
		}
		into = b.builder.Claim(&p.single, len(m.body))
	}
	copy(into, m.body)
	if !e.Own {
		payload.PutStamp(into, m.stamp)
	}
}

// properties returns the properties of a message as the protocol has them. They are
// valid until the next call.
func (p *producer) properties(e *payload.Extra) []protocol.Property {
	for len(p.list) < len(e.Properties) {
		p.list = append(p.list, protocol.Property{})
	}
	for i := range e.Properties {
		p.list[i].Key = append(p.list[i].Key[:0], e.Properties[i].Name...)
		p.list[i].Value = e.Properties[i].Value
	}
	return p.list[:len(e.Properties)]
}

// addExtra fills in the metadata of an entry that is one message alone. It was written
// last.
func (t *partition) addExtra() {
	p := t.producer
	if p.writer == nil || p.spec.Batch.Messages > 1 {
		return
	}
	t.meta.Properties, t.meta.EventTime = p.properties(&p.extra), uint64(p.extra.EventTime)
	t.meta.DeliverAt = p.extra.DeliverAt
}
