// Package redelivery knows why the messages of a subscription come again.
package redelivery

import (
	"sync"
	"sync/atomic"
	"time"

	"pulsh/session/broker"
	"pulsh/session/metrics"
)

// Causes knows why messages are redelivered: it remembers which ones a group
// has nacked or dropped, and what else has happened in the present period.
// A period of the delivery audit lasts from a start or a seek to the next seek.
type Causes struct {
	// The present period began with a seek; a subscription that keeps the order was
	// asked to redeliver.
	afterSeek, nackedInOrder atomic.Bool
	closed                   atomic.Int64 // when a consumer has closed last in it, in ns of Unix time; 0 for never

	mu     sync.Mutex // guards the fields below; held for moments only
	causes map[messageKey]metrics.Outcome
	order  []messageKey // a ring of the keys of causes, to forget the oldest
	oldest int          // index in order, once it is full
}

// messageKey stands for a message or a whole entry: the entry's fingerprint in the
// upper half, and in the lower half 0 for the entry or the message's index + 1.
type messageKey uint64

func entryKey(d *broker.Delivery) messageKey { return messageKey(d.Entry) << 32 }

func keyOf(d *broker.Delivery) messageKey { return entryKey(d) + messageKey(d.Index) + 1 }

// causesMax bounds the messages and entries that are remembered, in about 6 MB.
// The causes of older ones are unknown.
const causesMax = 1 << 17

// Note remembers why the messages of a run and their entries will be redelivered.
func (r *Causes) Note(run []broker.Delivery, cause metrics.Outcome) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.causes == nil {
		r.causes = map[messageKey]metrics.Outcome{}
	}
	for i := range run {
		r.set(keyOf(&run[i]), cause)
		r.set(entryKey(&run[i]), cause)
	}
}

// set needs the mutex.
func (r *Causes) set(key messageKey, cause metrics.Outcome) {
	if _, known := r.causes[key]; !known {
		r.remember(key)
	}
	r.causes[key] = cause
}

// remember needs the mutex.
func (r *Causes) remember(key messageKey) {
	if len(r.order) < causesMax {
		r.order = append(r.order, key)
		return
	}
	delete(r.causes, r.order[r.oldest])
	r.order[r.oldest] = key
	r.oldest = (r.oldest + 1) % causesMax
}

// cause returns why the group itself has made a message redelivered. A message
// that is redelivered because it shares an entry has the last cause of the entry.
func (r *Causes) cause(d *broker.Delivery) (cause metrics.Outcome, known bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if cause, known = r.causes[keyOf(d)]; !known {
		cause, known = r.causes[entryKey(d)]
	}
	return cause, known
}

func (r *Causes) forget() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.causes, r.order, r.oldest = nil, nil, 0
}

// Count counts a redelivered message by its cause. replayed is true if it came
// before the present period.
func (r *Causes) Count(recorder *metrics.ReceiveRecorder, d *broker.Delivery, replayed bool) {
	cause, known := r.cause(d)
	switch {
	case d.Retries > 0:
		cause = metrics.RedeliveredNack
	case known:
	case replayed && r.afterSeek.Load():
		cause = metrics.RedeliveredSeek
	case replayed || r.closed.Load() != 0:
		cause = metrics.RedeliveredDisconnect
	case r.nackedInOrder.Load(): // such a subscription goes back to the nacked message
		cause = metrics.RedeliveredNack
	default:
		cause = metrics.RedeliveredUnknown
	}
	recorder.Count(cause, 1)
}

// Begin begins a period, with a seek or without one.
func (r *Causes) Begin(sought bool) {
	r.afterSeek.Store(sought)
	r.closed.Store(0)
	r.nackedInOrder.Store(false)
	if sought {
		r.forget()
	}
}

// ConsumersClosed notes that a consumer has closed, so that the broker redelivers what it
// had not acknowledged.
func (r *Causes) ConsumersClosed() { r.closed.Store(time.Now().UnixNano()) }

// Closed returns when a consumer has closed last in the present period, in ns of Unix
// time, 0 for never.
func (r *Causes) Closed() int64 { return r.closed.Load() }

// NackedInOrder notes that a subscription that keeps the order was asked to redeliver.
func (r *Causes) NackedInOrder() { r.nackedInOrder.Store(true) }
