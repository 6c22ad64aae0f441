package wire

import (
	"cmp"
	"slices"
	"sync"
	"time"

	"pulsh/session/broker"
	"pulsh/session/broker/protocol"
	"pulsh/session/broker/protocol/conn"
)

// nacks are the entries of a consumer that are to be redelivered, after a delay.
type nacks struct {
	mu     sync.Mutex
	queue  []nack // by time
	asked  int64  // when the broker was asked last, in the engine's time
	timer  *time.Timer
	closed bool
}

// nackTicks is how often the broker is asked for entries within the delay. Like
// Pulsar's clients, the engine asks for several at once: a broker that gets many
// requests in a row may deliver an entry to two consumers.
const nackTicks = 3

type nack struct {
	of *tracker
	at int64 // in the engine's time
}

// add notes that an entry is to be redelivered. The delay of an entry counts from
// the last of its messages, as with Pulsar's clients: a batch that was asked for
// while its messages are still being processed would be delivered twice as often.
// It needs mu; times do not decrease from call to call.
func (n *nacks) add(t *tracker, at int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.nacked {
		t.nacked = true
		n.queue = append(n.queue, nack{t, at})
	}
	t.nackAt = at
}

// due takes the entries that are to be asked for now. It needs mu.
func (n *nacks) due(now int64) (all []*tracker) {
	for len(n.queue) > 0 && n.queue[0].at <= now {
		t := n.queue[0].of
		n.queue = n.queue[1:]
		t.mu.Lock()
		later := nack{t, t.nackAt}
		if t.nacked = later.at > now; t.nacked {
			i, _ := slices.BinarySearchFunc(n.queue, later, func(a, b nack) int { return cmp.Compare(a.at, b.at) })
			n.queue = slices.Insert(n.queue, i, later)
		} else {
			all = append(all, t)
		}
		t.mu.Unlock()
	}
	return all
}

// Nack asks for the entry of each delivery again.
func (c *consumer) Nack(run []broker.Delivery) {
	entries := make([]*tracker, 0, len(run))
	for i := range run {
		entries = append(entries, run[i].Message.(*handle).of)
	}
	c.nack(entries)
}

func (c *consumer) nack(entries []*tracker) {
	c.nacks.mu.Lock()
	defer c.nacks.mu.Unlock()
	at := c.engine.Now() + int64(c.spec.NackDelay)
	for _, t := range entries {
		if t.from.ctx.Err() == nil { // else another consumer gets the topic and the message
			c.nacks.add(t, at)
		}
	}
	c.nacks.arm(c)
}

// arm sets the timer for the first entry. It needs mu.
func (n *nacks) arm(c *consumer) {
	if len(n.queue) == 0 || n.closed {
		return
	}
	wait := time.Duration(max(n.queue[0].at, n.asked+int64(c.spec.NackDelay/nackTicks)) - c.engine.Now())
	if n.timer == nil {
		n.timer = time.AfterFunc(wait, c.sendNacks)
	} else {
		n.timer.Reset(wait)
	}
}

// close stops the timer. The broker redelivers the nacked entries when the
// consumer closes.
func (n *nacks) close() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.closed = true
	if n.timer != nil {
		n.timer.Stop()
	}
}

// sendNacks asks for the entries that are due, with one command for each topic.
func (c *consumer) sendNacks() {
	n := &c.nacks
	n.mu.Lock()
	due := map[*subscription][]protocol.MessageID{}
	now := c.engine.Now()
	for _, t := range n.due(now) {
		n.asked = now
		due[t.from] = append(due[t.from], t.id())
	}
	n.arm(c)
	n.mu.Unlock()
	for from, ids := range due {
		from.redeliver(ids)
	}
}

// redeliver asks for entries again. Without a connection there is no need: the
// broker redelivers unacknowledged entries on the next one.
func (s *subscription) redeliver(ids []protocol.MessageID) {
	s.flush() // their acknowledged messages are not redelivered
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.connection != nil && len(ids) > 0 {
		n := min(len(ids), idsMost)
		s.connection.Tell(&protocol.Redeliver{ConsumerID: s.id, IDs: ids[:n], Epoch: protocol.NoEpoch})
		ids = ids[n:]
	}
}

// refusalOf is the refusal in the answer to an ACK.
func refusalOf(a *protocol.AckResponse) error {
	return &conn.Refusal{Code: a.Error, Message: a.Message}
}
