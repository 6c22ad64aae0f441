package consume

import (
	"math/rand/v2"

	"pulsh/session/broker"
	"pulsh/session/group"
	"pulsh/session/spec"
)

// outcome is what a worker does with a message after processing it.
type outcome uint8

const (
	ack outcome = iota
	nack
	drop       // leave it unacknowledged
	deadLetter // store it in the dead-letter topic, then acknowledge it
	retry      // store it in the retry topic, then acknowledge it
)

// outcomePicker draws outcomes at random. All messages of an entry have the same
// outcome, because a broker redelivers whole entries: drawn one by one, a batch
// of a thousand messages would be redelivered for ever. That holds for
// batchindex=on as well, which brokers ignore unless they are configured for it.
//
// The worker that has the receiveLock of the slot alone uses its picker.
type outcomePicker struct {
	random  *rand.Rand
	entries [entriesMax]openEntry
	oldest  int // index of the entry to forget next
}

// openEntry is an entry whose messages are coming in.
type openEntry struct {
	open    bool
	entry   uint32
	index   int32 // of the last message that came
	outcome outcome
}

// entriesMax bounds the entries that come in interleaved: one from each partition
// of a topic with many.
const entriesMax = 128

func newOutcomePicker() *outcomePicker {
	return &outcomePicker{random: newRandom()}
}

// newRandom returns a random source of its own.
func newRandom() *rand.Rand { return rand.New(rand.NewPCG(group.RandomID(), group.RandomID())) }

// pick draws the outcomes of a run.
func (c *outcomePicker) pick(p *policy, run []broker.Delivery, outcomes []outcome) {
	for i := range run {
		one := c.ofEntry(p, &run[i])
		switch redelivered := max(run[i].Redelivery, uint32(run[i].Retries)); {
		case p.dead != nil && redelivered > uint32(p.MaxRedeliver):
			one = deadLetter
		case one != nack:
		case p.dead != nil && redelivered == uint32(p.MaxRedeliver):
			one = deadLetter
		case p.retry != nil:
			one = retry
		}
		outcomes[i] = one
	}
}

// ofEntry returns the outcome of the message's entry, by the shares of the policy.
func (c *outcomePicker) ofEntry(p *policy, d *broker.Delivery) outcome {
	for i := range c.entries {
		e := &c.entries[i]
		if e.open && e.entry == d.Entry && e.index < d.Index {
			e.index = d.Index
			return e.outcome
		}
	}
	e := &c.entries[c.oldest]
	c.oldest = (c.oldest + 1) % entriesMax
	*e = openEntry{open: true, entry: d.Entry, index: d.Index, outcome: c.draw(p)}
	return e.outcome
}

func (c *outcomePicker) draw(p *policy) outcome {
	switch at := spec.Share(c.random.Float64() * 100); {
	case at < p.Nack:
		return nack
	case at < p.Nack+p.Drop:
		return drop
	}
	return ack
}
