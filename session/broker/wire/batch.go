package wire

import (
	"pulsh/session/broker"
	"pulsh/session/broker/protocol"
	"pulsh/session/broker/wire/coordinator"
	"pulsh/session/payload"
)

// message is one message on its way into a batch.
type message struct {
	due, sent int64 // clock readings
	sequence  uint64
	failed    uint64
	key       string
	body      []byte         // to be copied, and stamped unless it is the user's
	extra     *payload.Extra // nil for a stamped body alone
	stamp     payload.Stamp  // with extra
}

// ordering returns the ordering key, "" for none.
func (m *message) ordering() string {
	if m.extra == nil {
		return ""
	}
	return m.extra.Ordering
}

// size returns the bytes of a message in a batch, with its metadata.
func (m *message) size() int {
	n := len(m.body) + len(m.key) + singleBytes
	if m.extra != nil {
		n += len(m.extra.Ordering) + extraSingleBytes
		for i := range m.extra.Properties {
			n += len(m.extra.Properties[i].Name) + len(m.extra.Properties[i].Value) + propertyBytes
		}
	}
	return n
}

// run is messages of a batch whose stamps follow one another and that were
// handed over at one instant.
type run struct {
	first uint64 // sequence of the first stamp
	sent  int64
	count int
}

// batch is an entry from its first message to its receipt. It is used again
// after that, with all its memory.
type batch struct {
	part     *partition
	builder  protocol.Builder
	memory   []byte // of builder
	packed   []byte // of the frame, where the payload is compressed
	key      string // of the first message
	ordering string // and its ordering key
	dues     []int64
	runs     []run
	bytes    int64 // of bodies
	retained bool  // a live connection may still send the frame, so its memory is not reused

	in *coordinator.Transaction // that waits for its outcome; nil for none
}

// extraBytes returns the bytes of names and keys in the metadata of a batch.
func extraBytes(name, key string) int { return len(name) + len(key) }

// begin empties a batch for messages of a producer.
func (b *batch) begin(name, key, ordering string) {
	b.key, b.ordering, b.dues, b.runs, b.bytes, b.retained = key, ordering, b.dues[:0], b.runs[:0], 0, false
	b.builder.Begin(b.memory, extraBytes(name, key)+b.part.producer.metaRoom)
	b.memory = nil
	if b.in = b.part.in; b.in != nil {
		b.in.Expect()
	}
}

// write adds a message. alone says that it is the only one of its entry.
func (b *batch) write(m *message, base int64, stream uint64, alone bool) {
	if m.extra != nil {
		b.writeExtra(m, alone)
	} else {
		var into []byte
		if alone {
			into = b.builder.ClaimAlone(len(m.body))
		} else {
			into = b.builder.ClaimPlain(m.key, len(m.body))
		}
		copy(into[payload.StampSize:], m.body[payload.StampSize:])
		payload.PutStamp(into, payload.Stamp{Producer: stream, Sequence: m.sequence, Due: base + m.due, Failed: m.failed})
	}
	b.dues = append(b.dues, m.due)
	b.bytes += int64(len(m.body))
	b.addToRuns(m, 1)
}

// writeRun adds messages without keys that are sent at one instant. Their stamps
// follow that of m.
func (b *batch) writeRun(m *message, dues []int64, bodies [][]byte, base int64, stream uint64) {
	stamp := payload.Stamp{Producer: stream, Sequence: m.sequence, Failed: m.failed}
	for i, due := range dues {
		body := bodies[i]
		into := b.builder.ClaimPlain("", len(body))
		copy(into[payload.StampSize:], body[payload.StampSize:])
		stamp.Due = base + due
		payload.PutStamp(into, stamp)
		stamp.Sequence++
		b.bytes += int64(len(body))
	}
	b.dues = append(b.dues, dues...)
	b.addToRuns(m, len(dues))
}

// addToRuns adds n messages to the runs, of which m is the first.
func (b *batch) addToRuns(m *message, n int) {
	if len(b.runs) > 0 {
		last := &b.runs[len(b.runs)-1]
		if last.sent == m.sent && last.first+uint64(last.count) == m.sequence {
			last.count += n
			return
		}
	}
	b.runs = append(b.runs, run{first: m.sequence, sent: m.sent, count: n})
}

// acked records the receipt of a batch: each message with its own times.
func (b *batch) acked() {
	p := b.part.producer
	now := p.spec.Clock()
	batches := 1
	dues := b.dues
	for _, r := range b.runs {
		run := dues[:r.count]
		dues = dues[r.count:]
		if alike(run) {
			p.recorder.AckedAlike(len(run), batches, run[0], r.sent, now)
		} else {
			p.recorder.AckedRun(run, batches, r.sent, now)
		}
		batches = 0
	}
	p.window.Release(len(b.dues), b.bytes)
	b.settle(nil)
	b.part.mu.Lock()
	b.part.recycle(b)
	b.part.mu.Unlock()
}

// alike reports whether all due times are the same.
func alike(dues []int64) bool {
	for _, due := range dues[1:] {
		if due != dues[0] {
			return false
		}
	}
	return true
}

// refused accounts for a batch that failed. Its memory is not used again: a
// connection may still send its frame.
func (b *batch) refused(category broker.Category, text string) {
	p := b.part.producer
	for _, r := range b.runs {
		for i := range uint64(r.count) {
			if b.in == nil { // else with all of its transaction
				p.failed.Add(1)
			}
			p.recorder.Failed(category, text)
			p.spec.SendFailed(r.first + i)
		}
	}
	p.window.Release(len(b.dues), b.bytes)
	b.settle(&broker.Error{Category: category, Message: "a message of it was not stored: " + text})
}

// settle tells the transaction of the batch its outcome.
func (b *batch) settle(err error) {
	if b.in != nil {
		b.in.Done(err)
	}
}

// retain keeps the memory of a frame that a connection may still send.
func (b *batch) retain() { b.retained = true }
