package serve

import (
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"pulsh/session/broker/memory"
	"pulsh/session/broker/memory/fault"
	"pulsh/session/broker/protocol"
)

// heldMost is for how long an entry waits for the next one of its topic.
const heldMost = time.Second

// held are the entries that wait for the next ones of their topics, see fault.Rule.Swap.
type held struct {
	waiting atomic.Int32 // entries, to know cheaply that there are none

	mu      sync.Mutex
	entries map[*memory.Topic]func() // each stores its entry
}

// put keeps an entry back. It reports false if one of its topic waits already.
func (h *held) put(t *memory.Topic, store func()) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.entries[t] != nil {
		return false
	}
	if h.entries == nil {
		h.entries = map[*memory.Topic]func(){}
	}
	h.entries[t] = store
	h.waiting.Add(1)
	time.AfterFunc(heldMost, func() { h.release(t) })
	return true
}

// release stores the entry of a topic that waits.
func (h *held) release(t *memory.Topic) {
	h.mu.Lock()
	store := h.entries[t]
	delete(h.entries, t)
	h.mu.Unlock()
	if store != nil {
		h.waiting.Add(-1)
		store()
	}
}

// tamper applies the faults to an entry that has come, and reports whether it is dealt
// with.
func tamper(c *connection, p *memory.Producer, m *protocol.Send, entry *protocol.Entry, meta *protocol.Metadata) bool {
	rule, ok := c.server.options.Faults.Find(fault.Send, func(r *fault.Rule) bool { return r.OfEntries() })
	if !ok {
		return false
	}
	if rule.Double {
		_, _ = p.Publish(m, entry, meta) // the second time answers
		return false
	}
	if rule.Swap {
		send, stored := *m, slices.Clone(entry.Stored)
		swapped := c.server.held.put(p.Topic(), func() {
			if copied, err := protocol.ParseEntry(stored); err == nil {
				var of protocol.Metadata
				_ = of.Decode(copied.Metadata) // it was decoded before
				_, _ = p.Publish(&send, &copied, &of)
			}
		})
		if !swapped {
			return false
		}
	}
	// Receipts come in the order of the entries, whatever becomes of these.
	c.receipt(protocol.SendReceipt{
		ProducerID: m.ProducerID, Sequence: m.Sequence, HighestSequence: m.HighestSequence, Stored: true,
		ID: protocol.MessageID{Partition: int32(p.Topic().Name().Partition), BatchIndex: -1},
	})
	return true
}
