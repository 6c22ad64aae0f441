package memory

import (
	"encoding/binary"
	"slices"
	"sort"

	"pulsh/session/broker/memory/log"
	"pulsh/session/broker/protocol"
)

// compacted is the entries up to a horizon without the messages that a later one of
// the same key replaces.
type compacted struct {
	horizon int64 // the first entry that was not compacted
	numbers []int64
	entries []log.Entry
	memory  int64
	status  string
	failure string
}

// from is the first compacted entry at n or behind it, nil if there is none before
// the horizon.
func (c *compacted) from(n int64) (int64, *log.Entry) {
	if n >= c.horizon {
		return 0, nil
	}
	i := sort.Search(len(c.numbers), func(i int) bool { return c.numbers[i] >= n })
	if i == len(c.numbers) {
		return 0, nil
	}
	return c.numbers[i], &c.entries[i]
}

// compactionName is the subscription that stands for the compaction.
const compactionName = "__compaction"

// message names one message of a log.
type message struct {
	entry int64
	index int
}

// Compact compacts the topic. The entries stay for those who read all.
func (t *Topic) Compact() {
	t.mu.Lock()
	defer t.mu.Unlock()
	last := map[string]message{} // by key, the newest
	read := map[int64]*log.Entry{}
	var order []int64
	visit := func(n int64, e *log.Entry) {
		if e.Hidden {
			return
		}
		read[n] = e
		order = append(order, n)
		eachMessage(e, func(index int, key []byte, keyed, empty bool) {
			switch {
			case !keyed:
			case empty:
				delete(last, string(key))
			default:
				last[string(key)] = message{n, index}
			}
		})
	}
	for i, n := range t.compacted.numbers {
		visit(n, &t.compacted.entries[i])
	}
	for n := max(t.compacted.horizon, t.log.First()); n < readable(t); n++ {
		visit(n, t.log.At(n))
	}
	next := compacted{horizon: readable(t), status: "SUCCESS"}
	for _, n := range order {
		if e, ok := without(read[n], n, last); ok {
			next.numbers = append(next.numbers, n)
			next.entries = append(next.entries, e)
			next.memory += int64(len(e.Data))
		}
	}
	if t.subs[compactionName] == nil {
		t.subscription(compactionName, true, next.horizon)
	}
	t.subs[compactionName].moveTo(next.horizon)
	t.broker.used.Add(next.memory - t.compacted.memory)
	t.compacted = next
}

// Compaction is how the last compaction ended, in Pulsar's words.
func (t *Topic) Compaction() (status, failure string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.compacted.status == "" {
		return "NOT_RUN", ""
	}
	return t.compacted.status, t.compacted.failure
}

// eachMessage calls f with the key of every message of an entry. One that cannot be
// read is passed over.
func eachMessage(e *log.Entry, f func(index int, key []byte, keyed, empty bool)) {
	var meta protocol.Metadata
	entry, err := protocol.ParseEntry(e.Data)
	if err != nil || meta.Decode(entry.Metadata) != nil {
		return
	}
	if !meta.Batch {
		empty := len(entry.Payload) == 0 || meta.Compression != protocol.None && meta.UncompressedSize == 0
		f(0, meta.PartitionKey, meta.KeySet, meta.NullValue || empty)
		return
	}
	payload, ok := inflate(&meta, entry.Payload)
	var single protocol.Single
	for i := 0; ok && i < int(meta.BatchSize); i++ {
		body, rest, err := protocol.NextInBatch(payload, &single)
		if err != nil {
			return
		}
		payload = rest
		if !single.CompactedOut {
			f(i, single.PartitionKey, single.KeySet, single.NullValue || len(body) == 0)
		}
	}
}

// inflate decompresses a payload; ok is false if it cannot be read.
func inflate(meta *protocol.Metadata, payload []byte) ([]byte, bool) {
	if meta.Encrypted() {
		return nil, false
	}
	if meta.Compression == protocol.None {
		return payload, true
	}
	var d protocol.Decompressor
	out, err := d.Decompress(nil, payload, meta.Compression, meta.UncompressedSize, protocol.MaxMessageSize*4)
	return out, err == nil
}

// without is an entry without its messages that are not the newest of their key; ok
// is false if nothing is left. Messages without a key stay, and what cannot be read.
func without(e *log.Entry, n int64, last map[string]message) (log.Entry, bool) {
	keep := map[int]bool{}
	seen, dropped := 0, 0
	eachMessage(e, func(index int, key []byte, keyed, empty bool) {
		seen++
		if at, ok := last[string(key)]; !keyed || ok && at == (message{n, index}) {
			keep[index] = true
		} else {
			dropped++
		}
	})
	copied := *e
	switch {
	case dropped == 0:
		copied.Data = slices.Clone(e.Data)
		return copied, true
	case len(keep) == 0:
		return copied, false
	}
	copied.Data = rebatch(e, keep)
	return copied, copied.Data != nil
}

// rebatch writes a batch again. A message that is gone keeps its place, marked and
// without a body, so that the others keep their ids.
func rebatch(e *log.Entry, keep map[int]bool) []byte {
	var meta protocol.Metadata
	entry, err := protocol.ParseEntry(e.Data)
	if err != nil || meta.Decode(entry.Metadata) != nil {
		return nil
	}
	payload, _ := inflate(&meta, entry.Payload)
	var out []byte
	var single protocol.Single
	for i := range int(meta.BatchSize) {
		body, rest, err := protocol.NextInBatch(payload, &single)
		if err != nil {
			return nil
		}
		payload = rest
		if !keep[i] {
			single, body = protocol.Single{CompactedOut: true}, nil
		}
		at := len(out)
		out = single.Append(append(out, 0, 0, 0, 0))
		binary.BigEndian.PutUint32(out[at:], uint32(len(out)-at-4))
		out = append(out, body...)
	}
	meta.UncompressedSize = uint32(len(out))
	compressor, err := protocol.NewCompressor(meta.Compression)
	if err != nil {
		return nil
	}
	if out, err = compressor.Append(nil, out); err != nil {
		return nil
	}
	return protocol.AppendEntry(nil, &meta, out)
}
