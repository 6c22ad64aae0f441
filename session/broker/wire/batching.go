package wire

import (
	"time"

	"pulsh/session/broker"
	"pulsh/session/broker/protocol"
)

// singleBytes is the size of the metadata of a message in a batch, without its key.
const singleBytes = 4 + 2 + 5

// batchBytes is how many bytes of payload a batch may have.
func (t *partition) batchBytes() int {
	most := t.most - metadataBytes
	if t.producer.spec.Batch.Bytes > 0 {
		most = min(most, t.producer.spec.Batch.Bytes)
	}
	return most
}

// metadataBytes is left for the metadata of a message as large as the broker
// takes.
const metadataBytes = 512

// write adds a message to its batch and sends the batch when it is full. It needs
// mu.
func (t *partition) write(m *message) {
	alone := t.producer.spec.Batch.Messages <= 1
	size := m.size()
	if t.messages > 0 && t.payload+size > t.batchBytes() {
		t.sendAll() // it would not fit any more
	}
	b := t.batchFor(m.key, m.ordering())
	if t.closed { // the producer ended a moment ago
		b.write(m, t.producer.base, t.producer.spec.ID, alone)
		for _, late := range t.takeBatches() {
			late.refused(t.why.category, t.why.text)
		}
		return
	}
	if t.messages == 0 {
		t.opened = t.engine.Now()
		t.startTimer(t.producer.spec.Batch.Delay)
	}
	b.write(m, t.producer.base, t.producer.spec.ID, alone)
	t.messages++
	t.payload += size
	if alone || t.messages >= t.producer.spec.Batch.Messages || t.payload >= t.batchBytes() || t.producer.spec.Batch.Delay <= 0 {
		t.sendAll()
		t.producer.turn++ // the next messages without a key go elsewhere
	}
}

// writeRun adds the messages at the front of a run without keys that fit into
// the open batch and do not fill it, and returns how many they were. It needs mu.
func (t *partition) writeRun(m *message, dues []int64, bodies [][]byte) (n int) {
	if t.messages == 0 || t.closed {
		return 0
	}
	room, bytes := t.producer.spec.Batch.Messages-1-t.messages, t.batchBytes()-t.payload
	for n < min(len(dues), room) && dues[n] <= m.sent {
		size := len(bodies[n]) + singleBytes
		if size >= bytes {
			break
		}
		bytes -= size
		n++
	}
	if n > 0 {
		t.batches[0].writeRun(m, dues[:n], bodies, t.producer.base, t.producer.spec.ID)
		t.messages += n
		t.payload = t.batchBytes() - bytes
	}
	return n
}

// batchFor is the open batch of a key: there is one for all keys unless batches
// are by key. That one has the key of its first message, as with Pulsar's
// clients.
func (t *partition) batchFor(key, ordering string) *batch {
	for _, b := range t.batches {
		if !t.producer.spec.Batch.ByKey || b.ordering == ordering && (ordering != "" || b.key == key) {
			return b
		}
	}
	var b *batch
	if n := len(t.free); n > 0 {
		b, t.free = t.free[n-1], t.free[:n-1]
	} else {
		b = &batch{part: t}
	}
	b.begin(t.name, key, ordering)
	t.batches = append(t.batches, b)
	return b
}

// startTimer starts the timer of the delay, unless it runs. It needs mu.
func (t *partition) startTimer(after time.Duration) {
	if t.timerRuns || t.producer.spec.Batch.Messages <= 1 || after <= 0 {
		return
	}
	t.timerRuns = true
	if t.timer == nil {
		t.timer = time.AfterFunc(after, t.delayed)
	} else {
		t.timer.Reset(after)
	}
}

// delayed sends the batches that are older than the delay. The timer is not
// stopped when a batch is full: it finds out here that it is early.
func (t *partition) delayed() {
	p := t.producer
	switch { // turn is changed
	case p.order.TryLock():
	case p.spec.Transactions != nil: // who has it may wait for the coordinator
		time.AfterFunc(time.Millisecond, t.delayed)
		return
	default:
		p.order.Lock()
	}
	defer p.order.Unlock()
	t.mu.Lock()
	defer t.mu.Unlock()
	t.timerRuns = false
	if t.messages == 0 || t.closed {
		return
	}
	if left := t.producer.spec.Batch.Delay - time.Duration(t.engine.Now()-t.opened); left > 0 {
		t.startTimer(left)
		return
	}
	t.sendAll()
	t.producer.turn++
}

// closeBatch makes the frame of a batch and sends it. A batch that the broker would
// not take fails. It needs mu.
func (t *partition) closeBatch(b *batch) {
	n := b.builder.Messages()
	first := t.next
	t.next += uint64(n)
	t.send = protocol.Send{ProducerID: t.id, Sequence: first, Messages: int32(n)}
	t.meta = protocol.Metadata{
		ProducerName: append(t.meta.ProducerName[:0], t.name...), Sequence: first,
		PublishTime: uint64((t.producer.base + t.producer.engine.Clock()) / 1e6), PartitionKey: append(t.meta.PartitionKey[:0], b.key...), KeySet: b.key != "",
		Compression: t.producer.codec, OrderingKey: append(t.meta.OrderingKey[:0], b.ordering...), SchemaVersion: t.version,
	}
	t.addExtra()
	t.addTransaction(b)
	if t.producer.spec.Batch.Messages > 1 {
		t.meta.Batch, t.meta.BatchSize = true, int32(n)
	}
	if n > 1 {
		t.send.HighestSequence = first + uint64(n) - 1
		t.meta.HighestSequence = t.send.HighestSequence
	}
	frame := t.frameOf(b)
	if b.in != nil && t.outside != nil {
		b.refused(classify(t.outside, t.about))
		t.recycle(b)
		return
	}
	if len(frame) > t.most {
		b.refused(broker.TooLarge, "the message is larger than the broker accepts")
		t.recycle(b)
		return
	}
	t.push(first, first+uint64(n)-1, frame, b)
}

// frameOf writes the frame, compressed if that is wanted.
func (t *partition) frameOf(b *batch) (frame []byte) {
	if t.producer.codec == protocol.None {
		t.meta.UncompressedSize = uint32(b.builder.Size())
		frame, b.memory = b.builder.Finish(&t.send, &t.meta)
		return frame
	}
	plain := b.builder.Payload()
	t.meta.UncompressedSize = uint32(len(plain))
	t.scratch.Begin(b.packed, extraBytes(t.name, b.key)+t.producer.metaRoom)
	protocol.Pack(t.producer.codec, func(c *protocol.Compressor) { _ = t.scratch.Compress(c, plain) }) // into memory, which takes all
	t.producer.recorder.Compressed(int64(len(plain)), int64(t.scratch.Size()))
	b.memory = b.builder.Memory()
	frame, b.packed = t.scratch.Finish(&t.send, &t.meta)
	return frame
}
