package consume

import (
	"context"
	"math/rand/v2"
	"time"

	"pulsh/session/broker"
	"pulsh/session/group"
	"pulsh/session/metrics"
)

// inflightRun is what a worker has received and not yet dealt with.
type inflightRun struct {
	at      *attachment
	ways    *policy
	run     []broker.Delivery
	fates   []outcome
	taking  *ticket       // its place in the line, under ack=cumulative
	counted int           // messages at the front whose work is in debt
	debt    time.Duration // work that is still to be done for them
}

// A worker sleeps when it owes so much work, as timers are no finer, and takes
// up to so much off the next message when it slept too long.
const (
	workSlack  = time.Millisecond
	workCredit = 100 * time.Millisecond
)

// release gives up what is left, for it to come again.
func (h *inflightRun) release() {
	h.at.recorder.Count(metrics.Released, len(h.run))
	h.run = nil
}

// process deals with what the worker has in hand, until it is told to leave.
func (w *receiver) process(ctx context.Context, leave <-chan struct{}) {
	h := w.inflight
	for len(h.run) > 0 {
		if h.at.over.Load() {
			h.release()
			return
		}
		n := w.work(leave)
		if n == 0 {
			return
		}
		w.resolve(ctx, h, n)
	}
	if h.taking != nil {
		w.acked.Add(int64(h.at.ackUpTo(h.taking)))
		h.taking = nil
	}
}

// work does the work of some messages at the front and tells how many; 0 when
// it was interrupted.
func (w *receiver) work(leave <-chan struct{}) int {
	h := w.inflight
	if h.ways.Work.IsZero() {
		return len(h.run)
	}
	for h.counted < len(h.run) && h.debt < workSlack {
		h.debt += h.ways.Work.Sample(w.random)
		h.counted++
	}
	if h.debt >= workSlack && !w.busy(leave) {
		return 0
	}
	n := h.counted
	h.counted = 0
	w.credit = h.debt // what is owed or owing goes over to the next run
	return n
}

// busy lets the debt pass; it reports false when it was interrupted.
func (w *receiver) busy(leave <-chan struct{}) bool {
	h, clock := w.inflight, w.group.host.Clock
	begin := clock()
	w.timer.Reset(h.debt)
	select {
	case <-w.timer.C:
		h.debt = max(h.debt-time.Duration(clock()-begin), -workCredit)
		return true
	case <-leave:
		w.timer.Stop()
		h.debt = max(h.debt-time.Duration(clock()-begin), workSlack)
		return false
	}
}

// resolve gives the first n messages in hand their fates.
func (w *receiver) resolve(ctx context.Context, h *inflightRun, n int) {
	run, fates := h.run[:n], h.fates
	if len(fates) == 0 {
		w.apply(ctx, h, Acked, run)
	}
	for from := 0; from < n && len(fates) > 0; {
		to := from + 1
		for to < n && fates[to] == fates[from] {
			to++
		}
		w.apply(ctx, h, fates[from], run[from:to])
		from = to
	}
	h.run = h.run[n:]
	h.fates = fates[min(n, len(fates)):]
}

// apply does with messages what is their fate.
func (w *receiver) apply(ctx context.Context, h *inflightRun, f outcome, run []broker.Delivery) {
	switch {
	case f == Nacked:
		w.nack(h, run)
	case f == Dropped:
		w.group.redeliveries.note(run, metrics.RedeliveredDrop)
		h.at.dropped.Add(int64(len(run)))
		w.recorder.Count(metrics.Dropped, len(run))
		w.dropped.Add(int64(len(run)))
	case f == DeadLettered:
		w.forward(ctx, h, h.ways.Dead, metrics.DeadLettered, run)
	case f == Retried:
		w.forward(ctx, h, h.ways.Retry, metrics.Retried, run)
	case h.taking != nil: // acknowledged when the whole run is processed
	case h.ways.Ack.Keeps():
		h.at.hold(run)
	default:
		w.acknowledge(h.at, run)
	}
}

// nack asks for messages to come again.
func (w *receiver) nack(h *inflightRun, run []broker.Delivery) {
	w.group.redeliveries.note(run, metrics.RedeliveredNack)
	if h.ways.ordered {
		w.group.nackedAny.Store(true)
	}
	w.recorder.Nacked(len(run))
	w.nacked.Add(int64(len(run)))
	h.at.subscriber.Nack(run)
}

// forward stores messages elsewhere and then acknowledges them. What could not
// be stored is given back, so that nothing is lost.
func (w *receiver) forward(ctx context.Context, h *inflightRun, to broker.Forwarder, as metrics.Outcome, run []broker.Delivery) {
	errs := to.Forward(ctx, run, h.ways.RetryDelay)
	for from := 0; from < len(run); {
		end := from + 1
		for end < len(run) && (errs[end] == nil) == (errs[from] == nil) {
			end++
		}
		part := run[from:end]
		if err := errs[from]; err == nil {
			w.recorder.Count(as, len(part))
			w.acknowledge(h.at, part)
		} else {
			w.recorder.Count(metrics.ForwardFailed, len(part))
			w.recorder.Failed(len(part), broker.Classify(err), err.Error())
			w.nack(h, part)
		}
		from = end
	}
}

// newRandom is a worker's own source.
func newRandom() *rand.Rand { return rand.New(rand.NewPCG(group.RandomID(), group.RandomID())) }
