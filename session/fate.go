package session

import (
	"math/rand/v2"
	"sync"

	"pulsh/session/broker"
	"pulsh/session/metrics"
	"pulsh/session/spec"
)

// Fate is what a worker does with a message in the end.
type Fate uint8

const (
	Acked Fate = iota
	Nacked
	Dropped
	DeadLettered
	Retried
)

// chooser draws fates. A broker gives back whole entries, so the messages of
// one entry have one fate: drawn one by one, a batch of a thousand would come
// again for ever. That holds for batchindex=on as well, which brokers do not
// heed unless they are told to. Only whoever has the turn at a seat uses its chooser.
type chooser struct {
	random *rand.Rand
	flows  [flowsMax]flow
	oldest int
}

// flow is the entry of one partition whose messages come in.
type flow struct {
	entry uint32
	index int32 // the last one that came
	fate  Fate
	open  bool
}

// flowsMax is how many entries may come in interleaved: one from each
// partition of a topic that has many.
const flowsMax = 128

func NewChooser() *chooser {
	return &chooser{random: rand.New(rand.NewPCG(randomID(), randomID()))}
}

// Choose draws the fates of a run.
func (c *chooser) Choose(w *Ways, run []broker.Delivery, fates []Fate) {
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
func (c *chooser) of(w *Ways, d *broker.Delivery) Fate {
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

func (c *chooser) draw(w *Ways) Fate {
	switch at := spec.Share(c.random.Float64() * 100); {
	case at < w.Nack:
		return Nacked
	case at < w.Nack+w.Drop:
		return Dropped
	}
	return Acked
}

// Returns remembers which messages the group has given back or dropped, so that
// their coming again has a cause. Those that come because they share an entry
// with one of them have the cause that the entry got last. Beyond its bound the
// oldest are forgotten.
type Returns struct {
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

// Note remembers a run of messages and their entries.
func (r *Returns) Note(run []broker.Delivery, cause metrics.Outcome) {
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

func (r *Returns) put(at memo, cause metrics.Outcome) {
	if _, known := r.Causes[at]; !known {
		r.push(at)
	}
	r.Causes[at] = cause
}

func (r *Returns) push(at memo) {
	if len(r.order) < ReturnsMax {
		r.order = append(r.order, at)
		return
	}
	delete(r.Causes, r.order[r.at])
	r.order[r.at] = at
	r.at = (r.at + 1) % ReturnsMax
}

// Cause is why a message comes again, if the group has made it.
func (r *Returns) Cause(d *broker.Delivery) (Cause metrics.Outcome, known bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if Cause, known = r.Causes[messageOf(d)]; !known {
		Cause, known = r.Causes[entryOf(d)]
	}
	return Cause, known
}

func (r *Returns) Forget() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.Causes, r.order, r.at = nil, nil, 0
}

// again counts a message that came once more, by its cause. replayed says that
// it came before this epoch of the ledger began.
func (g *consumer) again(recorder *metrics.ReceiveRecorder, d *broker.Delivery, replayed bool) {
	cause, known := g.returns.Cause(d)
	switch {
	case d.Retries > 0:
		cause = metrics.AgainNack
	case known:
	case replayed && g.sought.Load():
		cause = metrics.AgainSeek
	case replayed || g.parted.Load():
		cause = metrics.AgainDisconnect
	case g.gaveBack.Load(): // an exclusive subscription rewinds to what was given back
		cause = metrics.AgainNack
	default:
		cause = metrics.AgainUnknown
	}
	recorder.Count(cause, 1)
}

// newEpoch opens an epoch of the ledger, because of a seek or of new consumers.
func (g *consumer) newEpoch(sought bool) {
	g.ledger.NewEpoch()
	g.sought.Store(sought)
	g.parted.Store(false)
	g.gaveBack.Store(false)
	if sought {
		g.returns.Forget()
	}
}
