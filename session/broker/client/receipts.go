package client

import (
	"sync"

	"pulsh/session/broker"
)

// messagesPerClockReading is how many messages share one clock reading, which
// costs as much as the rest of the accounting. At full speed they pass within
// about ten microseconds. A power of two.
const messagesPerClockReading = 16

// alike are the times that the messages of a run have in common.
type alike struct{ due, sent int64 }

// receipts gathers the receipts of a producer, which nearly always arrive on
// one goroutine. Neighbours with the same times are recorded together. At full
// speed those are most, and a message costs one comparison.
type receipts struct {
	clock    broker.Clock
	recorder broker.SendRecorder
	slots    *sendSlots

	mu        sync.Mutex
	now       int64 // the last clock reading
	alike     alike // of the messages in run
	run       int   // answered messages that are not yet recorded
	batches   int   // that began in run
	returning []int32
}

func newReceipts(clock broker.Clock, recorder broker.SendRecorder, p *sendSlots) *receipts {
	return &receipts{clock: clock, recorder: recorder, slots: p, returning: make([]int32, 0, runMax)}
}

// add takes one receipt. The client numbers the messages of a batch: the first
// counts the batch, and the last records what is still gathered.
func (r *receipts) add(slot int32, t alike, index int32, last bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	fresh := index%messagesPerClockReading == 0
	if fresh || t != r.alike {
		r.record()
		r.alike = t
	}
	if fresh {
		r.now = r.clock()
	}
	if index <= 0 {
		r.batches++
	}
	r.run++
	if last {
		r.record()
	}
	r.giveBack(slot, last)
}

// late returns the slot of a message whose receipt came after its timeout.
func (r *receipts) late(slot int32, last bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if last {
		r.record()
	}
	r.giveBack(slot, last)
}

// refuse returns the slot of a message that was not stored.
func (r *receipts) refuse(slot int32) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.giveBack(slot, true)
}

// record records the gathered run. The caller holds mu.
func (r *receipts) record() {
	if r.run > 0 {
		r.recorder.AckedAlike(r.run, r.batches, r.alike.due, r.alike.sent, r.now)
		r.run, r.batches = 0, 0
	}
}

// giveBack gathers slots until they fill a run or their batch ends. The caller
// holds mu.
func (r *receipts) giveBack(slot int32, last bool) {
	r.returning = append(r.returning, slot)
	if last || len(r.returning) == runMax {
		r.slots.give(r.returning)
		r.returning = r.returning[:0]
	}
}
