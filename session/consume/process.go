package consume

import (
	"context"
	"time"

	"pulsh/session/broker"
	"pulsh/session/metrics"
)

// inflightRun is a run that a worker has received and not processed to the end.
//
// Processing is simulated by sleeping. Timers are no finer than a millisecond, so
// the worker adds up the work of several messages and sleeps for all of them.
type inflightRun struct {
	at       *attachment
	policy   *policy
	messages []broker.Delivery // that are left
	outcomes []outcome         // of messages; empty if all are to be acknowledged
	ticket   *ticket           // under ack=cumulative, else nil
	counted  int               // messages at the front whose work is part of debt
	debt     time.Duration     // work still to be slept for; negative after sleeping too long
}

const (
	workSlack  = time.Millisecond       // the debt at which a worker sleeps
	workCredit = 100 * time.Millisecond // the most that it takes off the next debt after sleeping too long
)

// release gives up the messages that are left. The broker redelivers them.
func (r *inflightRun) release() {
	r.at.recorder.Count(metrics.Released, len(r.messages))
	r.messages = nil
}

// process processes the worker's run until it is done or leave closes.
func (w *worker) process(ctx context.Context, leave <-chan struct{}) {
	r := w.inflight
	for len(r.messages) > 0 {
		if r.at.ended.Load() {
			r.release()
			w.inflight = nil
			return
		}
		n := w.work(leave)
		if n == 0 {
			return
		}
		w.finish(ctx, r, n)
	}
	if r.ticket != nil {
		w.acked.Add(int64(r.at.ackProcessed(r.ticket)))
	}
	w.inflight = nil
}

// work simulates the work of some messages at the front and returns how many, 0 if
// it was interrupted.
func (w *worker) work(leave <-chan struct{}) int {
	r := w.inflight
	if r.policy.Work.IsZero() {
		return len(r.messages)
	}
	for r.counted < len(r.messages) && r.debt < workSlack {
		r.debt += r.policy.Work.Sample(w.random)
		r.counted++
	}
	if r.debt >= workSlack && !w.workOff(leave) {
		return 0
	}
	n := r.counted
	r.counted = 0
	w.credit = r.debt // the rest is for the next run
	return n
}

// workOff sleeps for the debt. It returns false if it was interrupted.
func (w *worker) workOff(leave <-chan struct{}) bool {
	r, clock := w.inflight, w.group.Host().Clock
	begin := clock()
	w.timer.Reset(r.debt)
	select {
	case <-w.timer.C:
		r.debt = max(r.debt-time.Duration(clock()-begin), -workCredit)
		return true
	case <-leave:
		w.timer.Stop()
		r.debt = max(r.debt-time.Duration(clock()-begin), workSlack)
		return false
	}
}

// finish gives the first n messages their outcomes, those with the same outcome
// together.
func (w *worker) finish(ctx context.Context, r *inflightRun, n int) {
	messages, outcomes := r.messages[:n], r.outcomes
	if len(outcomes) == 0 {
		w.apply(ctx, r, ack, messages)
	}
	for from := 0; from < n && len(outcomes) > 0; {
		to := from + 1
		for to < n && outcomes[to] == outcomes[from] {
			to++
		}
		w.apply(ctx, r, outcomes[from], messages[from:to])
		from = to
	}
	r.messages = r.messages[n:]
	r.outcomes = outcomes[min(n, len(outcomes)):]
}

// apply gives messages their outcome.
func (w *worker) apply(ctx context.Context, r *inflightRun, o outcome, messages []broker.Delivery) {
	switch {
	case o == nack:
		w.nack(r, messages)
	case o == drop:
		r.at.account.redeliveries.Note(messages, metrics.RedeliveredDrop)
		r.at.dropped.Add(int64(len(messages)))
		w.recorder.Count(metrics.Dropped, len(messages))
		w.dropped.Add(int64(len(messages)))
	case o == deadLetter:
		w.forward(ctx, r, r.policy.dead, metrics.DeadLettered, messages)
	case o == retry:
		w.forward(ctx, r, r.policy.retry, metrics.Retried, messages)
	case r.ticket != nil: // acknowledged when the whole run is processed
	case r.policy.Ack.Keeps():
		r.at.hold(messages)
	default:
		w.acknowledge(r.at, messages)
	}
}

// nack asks the broker to redeliver messages.
func (w *worker) nack(r *inflightRun, messages []broker.Delivery) {
	r.at.account.redeliveries.Note(messages, metrics.RedeliveredNack)
	if r.policy.ordered {
		r.at.account.redeliveries.NackedInOrder()
	}
	w.recorder.Nacked(len(messages))
	w.nacked.Add(int64(len(messages)))
	r.at.consumer.Nack(messages)
}

// forward stores messages in another topic and then acknowledges them. It nacks
// those that could not be stored, so that nothing is lost.
func (w *worker) forward(ctx context.Context, r *inflightRun, to broker.Forwarder, as metrics.Outcome, messages []broker.Delivery) {
	errs := to.Forward(ctx, messages, r.policy.RetryDelay)
	for from := 0; from < len(messages); {
		end := from + 1
		for end < len(messages) && (errs[end] == nil) == (errs[from] == nil) {
			end++
		}
		part := messages[from:end]
		if err := errs[from]; err == nil {
			w.recorder.Count(as, len(part))
			w.acknowledge(r.at, part)
		} else {
			w.recorder.Count(metrics.ForwardFailed, len(part))
			w.recorder.Failed(len(part), broker.Classify(err), err.Error())
			w.nack(r, part)
		}
		from = end
	}
}
