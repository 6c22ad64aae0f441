package consume

import (
	"context"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"pulsh/session/broker"
	"pulsh/session/delivery"
	"pulsh/session/metrics"
	"pulsh/session/pacing"
	"pulsh/session/payload"
	"pulsh/session/spec"
)

// runMax bounds the messages that a worker receives at a time. The Go client
// offers ten at once; more would only be kept from other workers.
const runMax = 64

// worker is one worker of a consumer group.
type worker struct {
	number   int // from 1
	group    *Group
	slot     *slot
	recorder *metrics.ReceiveRecorder
	audit    *delivery.Reader
	cancel   context.CancelFunc
	running  sync.WaitGroup

	received, acked, nacked, dropped atomic.Int64

	// The worker's goroutine alone uses the fields below.
	stamped  *stampedRun
	inflight *inflightRun // nil while nothing is to be processed
	outcomes [runMax]outcome
	random   *rand.Rand
	timer    *time.Timer
	credit   time.Duration    // the debt that the last run has left for the next
	schedule *pacing.Schedule // that the cursor belongs to, nil for none
	cursor   *pacing.Cursor
	allowed  int // messages that the schedule allows and that were not yet received
}

// stampedRun is what a worker notes of the messages with a stamp that it has
// received together.
type stampedRun struct {
	arrivals [runMax]delivery.Arrival
	classes  [runMax]delivery.Class
	from     [runMax]*broker.Delivery
	dues     []int64 // of those that were received at one instant
}

// run is the hot path of receiving.
//
// This is subtle: the channel must be taken before the gates are entered. A
// command closes a gate, or cancels ctx, and then fires the interrupt. So either
// the worker sees the closed gate or the end of ctx, or it was inside before that
// and its channel closes. Taken later, the channel could be a fresh one, and
// the worker would wait for a message while the command waits for the worker.
func (w *worker) run(ctx context.Context) {
	defer w.end()
	buf := make([]broker.Delivery, runMax)
	for {
		leave := w.group.interrupt.Done()
		if w.enterGates(ctx) != nil {
			return
		}
		at := w.slot.attachment()
		n := w.receiveOrProcess(ctx, at, leave, buf)
		w.leaveGates()
		if n == 0 && w.slot.failIfEnded(at) {
			w.group.supervisor.Wake()
		}
	}
}

// end leaves an unfinished run to the other workers of the slot.
func (w *worker) end() {
	w.follow(nil)
	w.timer.Stop()
	if w.inflight != nil {
		w.slot.unfinished.add(w.inflight)
	}
}

// enterGates enters the gate of the slot, then that of the group. It waits for
// either outside of both, so that a consumer can be replaced while the group is
// paused, and the group can be paused while a consumer is replaced.
func (w *worker) enterGates(ctx context.Context) error {
	for {
		if err := w.slot.gate.Enter(ctx); err != nil {
			return err
		}
		if w.group.gate.TryEnter() {
			break
		}
		w.slot.gate.Leave()
		if err := w.group.gate.Wait(ctx); err != nil {
			return err
		}
	}
	err := ctx.Err() // asked once: it may end between two questions, and who returns an error must be outside
	if err != nil {
		w.leaveGates()
	}
	return err
}

func (w *worker) leaveGates() {
	w.group.gate.Leave()
	w.slot.gate.Leave()
}

// receiveOrProcess goes on with an unfinished run if there is one, else it
// receives and processes a run. It returns 0 if there was nothing to do.
func (w *worker) receiveOrProcess(ctx context.Context, at *attachment, leave <-chan struct{}, buf []broker.Delivery) int {
	if w.inflight == nil {
		w.inflight = w.slot.unfinished.take()
	}
	if w.inflight != nil {
		w.process(ctx, leave)
		return 1
	}
	p := w.group.policy.Load()
	room := w.room(p, leave, len(buf))
	if room == 0 {
		return 0
	}
	n := w.receive(ctx, at, p, leave, buf[:room])
	switch {
	case n == 0:
	case w.inflight != nil:
		w.process(ctx, leave)
	default:
		w.acknowledge(at, buf[:n])
	}
	return n
}

// room returns the number of messages that the worker may receive now, at most
// most. It waits while that is none, and returns 0 if leave closes.
func (w *worker) room(p *policy, leave <-chan struct{}, most int) int {
	if p.Ack.Keeps() && w.group.pending.Load() >= pendingMax || w.group.Ending().Spent() {
		w.timer.Reset(roomPause)
		select {
		case <-w.timer.C:
		case <-leave:
			w.timer.Stop()
		}
		return 0
	}
	if p.schedule == nil {
		return most
	}
	if w.schedule != p.schedule {
		w.follow(p.schedule)
	}
	if w.allowed == 0 {
		var dues [runMax]int64
		w.allowed, _ = w.cursor.Next(dues[:most], leave)
	}
	return w.allowed
}

// follow changes to another schedule, nil for none.
func (w *worker) follow(schedule *pacing.Schedule) {
	if w.cursor != nil {
		w.cursor.Close()
		w.cursor = nil
	}
	if w.schedule, w.allowed = schedule, 0; schedule != nil {
		w.cursor = schedule.Cursor()
	}
}

// receive receives and records a run. Unless the policy is to acknowledge
// everything at once, the run is w.inflight afterwards.
//
// This is subtle: one worker of a slot at a time has receiveLock, from before the
// Receive until its messages are recorded, have their outcomes and their ticket.
// So the audit and the order of acknowledgements see the messages in the
// subscription's order, though several workers share the consumer. A worker that
// waits for the lock can be interrupted, too: the interrupt ends the Receive of the
// worker that has the lock, and then that of each of the others in turn.
func (w *worker) receive(ctx context.Context, at *attachment, p *policy, leave <-chan struct{}, buf []broker.Delivery) int {
	if w.slot.receiveLock.Lock(ctx) != nil {
		return 0
	}
	defer w.slot.receiveLock.Unlock()
	silence := &w.slot.silence
	silence.waiting.Add(1)
	n := at.consumer.Receive(leave, buf)
	silence.waiting.Add(-1)
	silence.received.Add(int64(n))
	n = w.group.Ending().Take(n) // the broker redelivers those above the count, as it does those in the receiver queue
	w.record(buf[:n])
	if n == 0 {
		return 0
	}
	w.allowed = max(w.allowed-n, 0)
	if p.plain {
		return n
	}
	r := &inflightRun{at: at, policy: p, messages: buf[:n], debt: w.credit}
	if p.mixed {
		r.outcomes = w.outcomes[:n]
		at.picker.pick(p, r.messages, r.outcomes)
	}
	if p.Ack.Way == spec.AckCumulative {
		r.ticket = at.order.add(r.messages)
	}
	w.inflight = r
	return n
}

// record counts messages, and enters them in the audit.
func (w *worker) record(run []broker.Delivery) {
	var bytes int64
	n := 0 // messages with a stamp
	base, before := w.group.Host().Base.UnixNano(), w.slot.account.before.Load()
	s := w.stamped
	for i := range run {
		d := &run[i]
		bytes += int64(len(d.Body))
		a := &s.arrivals[n]
		var ok bool
		if a.Stamp, ok = d.ReadStamp(); !ok {
			w.recorder.Unstamped(1)
			w.group.unread.Note(d.Unreadable, w.recorder, w.group.Say)
			continue
		}
		received := base + d.Received
		if d.Key != "" {
			w.slot.keys.see(d.Key)
		}
		a.Entry, a.Redelivery, a.Key, a.Partition = d.Entry, max(d.Redelivery, uint32(d.Retries)), d.Key, d.Partition
		a.Before = d.Published < before && d.Published != 0
		a.Transit = received - max(a.Stamp.Due, d.Published)
		if payload.Delayed(a.Stamp.Producer) {
			a.Transit = delivery.NoTransit // brokers deliver up to a second early
		}
		s.from[n] = d
		n++
	}
	w.group.policy.Load().checks.See(w.recorder, run)
	w.audit.TakeRun(s.arrivals[:n], s.classes[:n])
	w.recordEndToEnd(base, n)
	for i, d := range s.from[:n] {
		if s.classes[i] == delivery.Redelivered || s.arrivals[i].Replayed {
			w.slot.account.redeliveries.Count(w.recorder, d, s.arrivals[i].Replayed)
		}
	}
	w.recorder.Received(len(run), bytes)
	w.received.Add(int64(len(run)))
}

// recordEndToEnd records the latencies of the first n stamped messages, those that were
// received at one instant together. Messages that come again after a seek have none:
// the time since they were due tells of the seek.
func (w *worker) recordEndToEnd(base int64, n int) {
	s := w.stamped
	var at int64
	for i, d := range s.from[:n] {
		if s.arrivals[i].Replayed {
			continue
		}
		if d.Received != at {
			w.recorder.EndToEndRun(s.dues, base+at)
			s.dues, at = s.dues[:0], d.Received
		}
		s.dues = append(s.dues, s.arrivals[i].Stamp.Due)
	}
	w.recorder.EndToEndRun(s.dues, base+at)
	s.dues = s.dues[:0]
}

// acknowledge acknowledges messages that were received together.
func (w *worker) acknowledge(at *attachment, run []broker.Delivery) {
	failed, err := at.consumer.Ack(run)
	if err != nil {
		w.recorder.AckFailed(failed, broker.Classify(err), err.Error())
	}
	if acked := len(run) - failed; acked > 0 {
		w.recorder.AckedMany(run[0].Received, w.group.Host().Clock(), acked)
		w.acked.Add(int64(acked))
	}
}
