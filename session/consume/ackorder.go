package consume

import (
	"context"
	"slices"
	"sync"

	"pulsh/session/broker"
	"pulsh/session/gate"
)

// ackOrder keeps the order in which the workers of a slot received their runs,
// for ack=cumulative. A cumulative acknowledgement covers everything before it,
// so a run may be acknowledged only when all earlier ones are processed.
type ackOrder struct {
	ackLock gate.Lock  // held during an acknowledgement
	mu      sync.Mutex // guards tickets; held for moments only
	tickets []*ticket  // in the order of receipt
}

// ticket is the place of a run in the order.
type ticket struct {
	run       []broker.Delivery
	processed bool
}

func newAckOrder() *ackOrder { return &ackOrder{ackLock: gate.NewLock()} }

// add puts a run at the end. The caller has the receiveLock of the slot.
func (o *ackOrder) add(run []broker.Delivery) *ticket {
	t := &ticket{run: slices.Clone(run)}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.tickets = append(o.tickets, t)
	return t
}

// processed marks a run as processed. It removes the processed runs at the front
// and returns them.
func (o *ackOrder) processed(t *ticket) (ready []*ticket) {
	o.mu.Lock()
	defer o.mu.Unlock()
	t.processed = true
	n := 0
	for n < len(o.tickets) && o.tickets[n].processed {
		n++
	}
	ready = slices.Clone(o.tickets[:n])
	o.tickets = slices.Delete(o.tickets, 0, n)
	return ready
}

// waiting returns the number of processed messages that wait for an earlier run.
func (o *ackOrder) waiting() (n int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, t := range o.tickets {
		if t.processed {
			n += len(t.run)
		}
	}
	return n
}

// ackProcessed marks a run as processed and acknowledges what is ready then. It
// returns the number of messages that were acknowledged.
func (a *attachment) ackProcessed(t *ticket) (acked int) {
	// An acknowledgement must not overtake the one before. The lock cannot be
	// given up: a run that is never marked would hold up all later ones.
	_ = a.order.ackLock.Lock(context.Background())
	defer a.order.ackLock.Unlock()
	ready := a.order.processed(t)
	if len(ready) == 0 {
		return 0
	}
	var all []broker.Delivery
	for _, r := range ready {
		all = append(all, r.run...)
	}
	if err := a.consumer.AckUpTo(all); err != nil {
		a.recorder.AckFailed(len(all), broker.Classify(err), err.Error())
		return 0
	}
	now := a.group.Host().Clock()
	for _, r := range ready {
		a.recorder.AckedMany(r.run[0].Received, now, len(r.run))
	}
	return len(all)
}
