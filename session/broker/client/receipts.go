package client

import (
	"sync"

	"pulsh/session/broker"
)

// Reading the clock costs as much as the rest of our accounting, so one reading
// serves this many messages: at full speed they pass within some ten
// microseconds. A power of two.
const messagesPerClockReading = 16

// receipts are the callbacks' side of a lane, which is nearly always one
// goroutine's. Neighbours with the same times are recorded together: at full
// speed those are most, and a message costs a comparison.
type receipts struct {
	clock    broker.Clock
	recorder broker.SendRecorder
	slots    *sendSlots

	mu        sync.Mutex
	now       int64 // the last clock reading
	alike     times // of the messages in run
	run       int   // messages that are answered and not yet recorded
	batches   int   // that began in run
	returning []int32
}

func newReceipts(clock broker.Clock, recorder broker.SendRecorder, p *sendSlots) *receipts {
	return &receipts{clock: clock, recorder: recorder, slots: p, returning: make([]int32, 0, runMax)}
}

// add takes one receipt. The client numbers the messages of a batch, so the
// first counts the batch, and the last leaves nothing behind.
func (r *receipts) add(place int32, t times, index int32, last bool) {
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
	r.giveBack(place, last)
}

// refuse gives the place of a message back that was not stored.
func (r *receipts) refuse(place int32) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.giveBack(place, true)
}

// record counts the run. It needs the lock, as giveBack does.
func (r *receipts) record() {
	if r.run > 0 {
		r.recorder.AckedAlike(r.run, r.batches, r.alike.due, r.alike.sent, r.now)
		r.run, r.batches = 0, 0
	}
}

// giveBack gathers places until they are a run or the batch they came in has
// ended.
func (r *receipts) giveBack(place int32, last bool) {
	r.returning = append(r.returning, place)
	if last || len(r.returning) == runMax {
		r.slots.give(r.returning)
		r.returning = r.returning[:0]
	}
}
