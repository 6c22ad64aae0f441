package consume

import (
	"math/rand/v2"
	"sync"

	"pulsh/session/broker"
	"pulsh/session/group"
	"pulsh/session/metrics"
	"pulsh/session/spec"
)

// outcome is what a worker does with a message in the end.
type outcome uint8

const (
	Acked outcome = iota
	Nacked
	Dropped
	DeadLettered
	Retried
)

// outcomePicker draws fates. A broker gives back whole entries, so the messages of
// one entry have one fate: drawn one by one, a batch of a thousand would come
// again for ever. That holds for batchindex=on as well, which brokers do not
// heed unless they are told to. Only whoever has the turn at a seat uses its chooser.
type outcomePicker struct {
	random *rand.Rand
	flows  [flowsMax]flow
	oldest int
}

// flow is the entry of one partition whose messages come in.
type flow struct {
	entry uint32
	index int32 // the last one that came
	fate  outcome
	open  bool
}

// flowsMax is how many entries may come in interleaved: one from each
// partition of a topic that has many.
const flowsMax = 128

func newOutcomePicker() *outcomePicker {
	return &outcomePicker{random: rand.New(rand.NewPCG(group.RandomID(), group.RandomID()))}
}

// choose draws the fates of a run.
func (c *outcomePicker) choose(w *policy, run []broker.Delivery, fates []outcome) {
	for i := range run {
		f := c.of(w, &run[i])
		switch came := max(run[i].Redelivery, uint32(run[i].Retries)); {
		case w.Dead != nil && came > uint32(w.MaxRedeliver):
			f = DeadLettered
		case f != Nacked:
		case w.Dead != nil && came == uint32(w.MaxRedeliver):
			f = DeadLettered
		case w.Retry != nil:
			f = Retried
		}
		fates[i] = f
	}
}

// of is what the mix of the group makes of a message.
func (c *outcomePicker) of(w *policy, d *broker.Delivery) outcome {
	for i := range c.flows {
		f := &c.flows[i]
		if f.open && f.entry == d.Entry && f.index < d.Index {
			f.index = d.Index
			return f.fate
		}
	}
	f := &c.flows[c.oldest]
	c.oldest = (c.oldest + 1) % flowsMax
	*f = flow{entry: d.Entry, index: d.Index, fate: c.draw(w), open: true}
	return f.fate
}

func (c *outcomePicker) draw(w *policy) outcome {
	switch at := spec.Share(c.random.Float64() * 100); {
	case at < w.Nack:
		return Nacked
	case at < w.Nack+w.Drop:
		return Dropped
	}
	return Acked
}

// redeliveries remembers which messages the group has given back or dropped, so that
// their coming again has a cause. Those that come because they share an entry
// with one of them have the cause that the entry got last. Beyond its bound the
// oldest are forgotten.
type redeliveries struct {
	mu     sync.Mutex
	Causes map[memo]metrics.Outcome
	order  []memo // a ring
	at     int
}

// memo is an entry's fingerprint and, in the lower half, 0 for the entry
// itself or one more than the index of a message in it.
type memo uint64

func entryOf(d *broker.Delivery) memo   { return memo(d.Entry) << 32 }
func messageOf(d *broker.Delivery) memo { return entryOf(d) + memo(d.Index) + 1 }

// ReturnsMax is how many messages and entries are remembered, in about 6 MB;
// what is older than so many counts as unknown.
const ReturnsMax = 1 << 17

// note remembers a run of messages and their entries.
func (r *redeliveries) note(run []broker.Delivery, cause metrics.Outcome) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.Causes == nil {
		r.Causes = map[memo]metrics.Outcome{}
	}
	for i := range run {
		r.put(messageOf(&run[i]), cause)
		r.put(entryOf(&run[i]), cause)
	}
}

func (r *redeliveries) put(at memo, cause metrics.Outcome) {
	if _, known := r.Causes[at]; !known {
		r.push(at)
	}
	r.Causes[at] = cause
}

func (r *redeliveries) push(at memo) {
	if len(r.order) < ReturnsMax {
		r.order = append(r.order, at)
		return
	}
	delete(r.Causes, r.order[r.at])
	r.order[r.at] = at
	r.at = (r.at + 1) % ReturnsMax
}

// cause is why a message comes again, if the group has made it.
func (r *redeliveries) cause(d *broker.Delivery) (cause metrics.Outcome, known bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if cause, known = r.Causes[messageOf(d)]; !known {
		cause, known = r.Causes[entryOf(d)]
	}
	return cause, known
}

func (r *redeliveries) forget() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.Causes, r.order, r.at = nil, nil, 0
}

// countRedelivery counts a message that came once more, by its cause. replayed says that
// it came before this epoch of the ledger began.
func (g *Group) countRedelivery(recorder *metrics.ReceiveRecorder, d *broker.Delivery, replayed bool) {
	cause, known := g.redeliveries.cause(d)
	switch {
	case d.Retries > 0:
		cause = metrics.RedeliveredNack
	case known:
	case replayed && g.afterSeek.Load():
		cause = metrics.RedeliveredSeek
	case replayed || g.consumersClosed.Load():
		cause = metrics.RedeliveredDisconnect
	case g.nackedAny.Load(): // an exclusive subscription rewinds to what was given back
		cause = metrics.RedeliveredNack
	default:
		cause = metrics.RedeliveredUnknown
	}
	recorder.Count(cause, 1)
}

// newEpoch opens an epoch of the ledger, because of a seek or of new consumers.
func (g *Group) newEpoch(sought bool) {
	g.audit.NewPeriod()
	g.afterSeek.Store(sought)
	g.consumersClosed.Store(false)
	g.nackedAny.Store(false)
	if sought {
		g.redeliveries.forget()
	}
}
