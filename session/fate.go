package session

import (
	"math/rand/v2"
	"sync"

	"pulsh/session/broker"
	"pulsh/session/metrics"
)

// fate is what a worker does with a message in the end.
type fate uint8

const (
	acked fate = iota
	nacked
	dropped
	deadLettered
	retried
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
	fate  fate
	open  bool
}

// flowsMax is how many entries may come in interleaved: one from each
// partition of a topic that has many.
const flowsMax = 128

func newChooser() *chooser {
	return &chooser{random: rand.New(rand.NewPCG(randomID(), randomID()))}
}

// choose draws the fates of a run.
func (c *chooser) choose(w *ways, run []broker.Delivery, fates []fate) {
	for i := range run {
		f := c.of(w, &run[i])
		switch came := max(run[i].Redelivery, uint32(run[i].Retries)); {
		case w.dead != nil && came > uint32(w.MaxRedeliver):
			f = deadLettered
		case f != nacked:
		case w.dead != nil && came == uint32(w.MaxRedeliver):
			f = deadLettered
		case w.retry != nil:
			f = retried
		}
		fates[i] = f
	}
}

// of is what the mix of the group makes of a message.
func (c *chooser) of(w *ways, d *broker.Delivery) fate {
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

func (c *chooser) draw(w *ways) fate {
	switch at := Share(c.random.Float64() * 100); {
	case at < w.Nack:
		return nacked
	case at < w.Nack+w.Drop:
		return dropped
	}
	return acked
}

// returns remembers which entries the group has given back or dropped, so that
// their coming again has a cause. Beyond its bound the oldest are forgotten.
type returns struct {
	mu     sync.Mutex
	causes map[uint32]metrics.Outcome
	order  []uint32 // a ring
	at     int
}

// returnsMax is how many entries are remembered, in about 2 MB; what is older
// than so many counts as unknown.
const returnsMax = 1 << 16

// note remembers the entries of a run.
func (r *returns) note(run []broker.Delivery, cause metrics.Outcome) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.causes == nil {
		r.causes = map[uint32]metrics.Outcome{}
	}
	for i := range run {
		entry := run[i].Entry
		if i > 0 && entry == run[i-1].Entry {
			continue
		}
		if _, known := r.causes[entry]; !known {
			r.push(entry)
		}
		r.causes[entry] = cause
	}
}

func (r *returns) push(entry uint32) {
	if len(r.order) < returnsMax {
		r.order = append(r.order, entry)
		return
	}
	delete(r.causes, r.order[r.at])
	r.order[r.at] = entry
	r.at = (r.at + 1) % returnsMax
}

// cause is why an entry comes again, if the group has made it.
func (r *returns) cause(entry uint32) (metrics.Outcome, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	cause, known := r.causes[entry]
	return cause, known
}

func (r *returns) forget() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.causes, r.order, r.at = nil, nil, 0
}

// again counts a message that came once more, by its cause. replayed says that
// it came before this epoch of the ledger began.
func (g *consumer) again(recorder *metrics.ReceiveRecorder, d *broker.Delivery, replayed bool) {
	cause, known := g.returns.cause(d.Entry)
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
		g.returns.forget()
	}
}
