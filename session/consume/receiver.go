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

// deliveriesMax is how many messages a worker takes at a time. The Go client
// puts ten ahead; more would only be held back from other workers.
const deliveriesMax = 64

// receiver is one worker of a consumer group.
type receiver struct {
	number   int // from 1
	group    *Group
	slot     *slot
	recorder *metrics.ReceiveRecorder
	audit    *delivery.Reader
	cancel   context.CancelFunc
	ended    sync.WaitGroup

	received, acked, nacked, dropped atomic.Int64

	inflight *inflightRun // what follows belongs to the worker's goroutine
	fates    [deliveriesMax]outcome
	random   *rand.Rand
	timer    *time.Timer
	credit   time.Duration // work owed from the run before, or done in advance
	cursor   *pacing.Cursor
	plan     *pacing.Schedule // that the cursor is of
	slots    int              // taken from the plan and not yet used
}

// run is the hot path of receiving.
func (w *receiver) run(ctx context.Context) {
	defer w.leaveSlot()
	buf := make([]broker.Delivery, deliveriesMax)
	for {
		leave, err := w.enterGates(ctx)
		if err != nil {
			return
		}
		at := w.slot.now()
		n := w.receiveTurn(ctx, at, leave, buf)
		w.leaveGates()
		if n == 0 && w.slot.ended(at) {
			w.group.supervisor.Nudge()
		}
	}
}

// enterGates waits until the seat and then the group let the worker in.
func (w *receiver) enterGates(ctx context.Context) (leave <-chan struct{}, err error) {
	if err := w.slot.gate.enter(ctx); err != nil {
		return nil, err
	}
	if leave, err = w.group.gate.enter(ctx); err != nil {
		w.slot.gate.leave()
		return nil, err
	}
	if ctx.Err() != nil {
		w.leaveGates()
		return nil, ctx.Err()
	}
	return leave, nil
}

func (w *receiver) leaveGates() {
	w.group.gate.leave()
	w.slot.gate.leave()
}

// receiveTurn receives once and deals with what came, or goes on with what the worker
// had to leave in the middle. It returns 0 when nothing was there to be done.
func (w *receiver) receiveTurn(ctx context.Context, at *attachment, leave <-chan struct{}, buf []broker.Delivery) int {
	if w.inflight == nil {
		w.inflight = w.slot.takeLeft()
	}
	if h := w.inflight; h != nil {
		w.process(ctx, leave)
		if len(h.run) == 0 {
			w.inflight = nil
		}
		return 1
	}
	ways := w.group.policy.Load()
	room := w.room(ways, leave, len(buf))
	if room == 0 {
		return 0
	}
	n := w.receive(at, ways, leave, buf[:room])
	switch {
	case n == 0:
	case w.inflight != nil:
		if w.process(ctx, leave); len(w.inflight.run) == 0 {
			w.inflight = nil
		}
	default:
		w.acknowledge(at, buf[:n])
	}
	return n
}

// room is how many messages the worker may take now; it waits while that is
// none, and returns 0 when the worker should leave.
func (w *receiver) room(ways *policy, leave <-chan struct{}, most int) int {
	if ways.Ack.Keeps() && !w.group.hasRoom() {
		w.timer.Reset(roomPause)
		select {
		case <-w.timer.C:
		case <-leave:
			w.timer.Stop()
		}
		return 0
	}
	if ways.plan == nil {
		return most
	}
	if w.plan != ways.plan {
		w.follow(ways.plan)
	}
	if w.slots == 0 {
		var dues [deliveriesMax]int64
		w.slots, _ = w.cursor.Next(dues[:most], leave)
	}
	return w.slots
}

// follow takes slots from another schedule, or from none.
func (w *receiver) follow(plan *pacing.Schedule) {
	if w.cursor != nil {
		w.cursor.Close()
		w.cursor = nil
	}
	if w.plan, w.slots = plan, 0; plan != nil {
		w.cursor = plan.Cursor()
	}
}

// leaveSlot leaves what the worker has in hand to the others of its seat.
func (w *receiver) leaveSlot() {
	w.follow(nil)
	w.timer.Stop()
	if w.inflight != nil {
		w.slot.handOver(w.inflight)
	}
}

// receive takes deliveries and enters them in the books. Workers that share a
// seat take turns at it, so that the books see the order of the subscription.
// Under any but the plain way the deliveries are in the worker's hand then.
func (w *receiver) receive(at *attachment, ways *policy, leave <-chan struct{}, buf []broker.Delivery) int {
	w.slot.receiveLock <- struct{}{}
	defer func() { <-w.slot.receiveLock }()
	pulse := &w.slot.pulse
	pulse.waiting.Add(1)
	n := at.subscriber.Receive(leave, buf)
	pulse.waiting.Add(-1)
	pulse.taken.Add(int64(n))
	w.record(buf[:n])
	if n == 0 || ways.plain && ways.plan == nil {
		return n
	}
	w.slots = max(w.slots-n, 0)
	if ways.plain {
		return n
	}
	h := &inflightRun{at: at, ways: ways, run: buf[:n], debt: w.credit}
	if ways.choosy {
		h.fates = w.fates[:n]
		at.picker.choose(ways, h.run, h.fates)
	}
	if ways.Ack.Way == spec.AckCumulative {
		h.taking = at.order.join(h.run)
	}
	w.inflight = h
	return n
}

// record puts deliveries in the books.
func (w *receiver) record(run []broker.Delivery) {
	var bytes int64
	base := w.group.host.Base.UnixNano()
	for i := range run {
		d := &run[i]
		bytes += int64(len(d.Body))
		stamp, ok := payload.ReadStamp(d.Body)
		if !ok {
			w.recorder.Unstamped(1)
			continue
		}
		received := base + d.Received
		w.recorder.EndToEnd(stamp.Due, received)
		if d.Key != "" {
			w.slot.keys.see(d.Key)
		}
		arrival := delivery.Arrival{
			Stamp: stamp, Entry: d.Entry, Redelivery: max(d.Redelivery, uint32(d.Retries)), Key: d.Key, Partition: d.Partition,
			Transit: received - max(stamp.Due, d.Published),
		}
		if class := w.audit.Take(&arrival); class == delivery.Redelivered || arrival.Replayed {
			w.group.countRedelivery(w.recorder, d, arrival.Replayed)
		}
	}
	w.recorder.Received(len(run), bytes)
	w.received.Add(int64(len(run)))
}

// acknowledge lets the broker forget deliveries.
func (w *receiver) acknowledge(at *attachment, run []broker.Delivery) {
	failed, err := at.subscriber.Ack(run)
	if err != nil {
		w.recorder.AckFailed(failed, broker.Classify(err), err.Error())
	}
	if acked := len(run) - failed; acked > 0 {
		w.recorder.AckedMany(run[0].Received, w.group.host.Clock(), acked)
		w.acked.Add(int64(acked))
	}
}
