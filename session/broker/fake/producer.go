package fake

import (
	"context"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"pulsh/session/broker"
	"pulsh/session/payload"
)

// producer is one producer. All of it is under the cluster's lock.
type producer struct {
	cluster  *Cluster
	spec     broker.ProducerSpec
	topic    *topic
	bodies   *payload.Bodies // for their sizes
	keys     *payload.KeyChooser
	sequence uint64
	failed   uint64 // of them
	turn     int    // of the partitions, for messages without a key
	inFlight int
	released bool
	closed   bool
	room     *sync.Cond    // a place is free, or the lane is released
	idle     chan struct{} // closed by the last answer, while Close waits for it
	arrival  time.Time     // of what was sent last: a connection keeps its order
	ended    error         // why the lane was given up for good
}

// message is a message on its way.
type message struct {
	due, sent int64
	head      []byte // the first bytes of the body: its stamp
	size      int
	key       string
	partition *partition
	published int64 // by the lane's own clock
	opens     bool  // it is the first of its batch
	retries   uint16
}

// shipment is what one Send has handed over at a time; it arrives as one.
type shipment struct {
	lane     *producer
	messages []message
	sent     time.Time
	answered bool
	timed    bool // its timeout is on the agenda
	cut      bool // its connection was cut before it had arrived
}

// shipmentMax bounds what arrives at one instant.
const shipmentMax = 256

var _ broker.Producer = (*producer)(nil)

// OpenProducer creates a producer. While the cluster is dead it waits, as the
// client does, for its return or the end of ctx.
func (n *connection) OpenProducer(ctx context.Context, spec broker.ProducerSpec) (broker.Producer, error) {
	c := n.cluster
	bodies, err := payload.NewBodies(spec.Bodies, 1, spec.Seed)
	if err != nil {
		return nil, err
	}
	if spec.Pending < 1 {
		return nil, refusal(broker.Other, "a producer needs room for one message at least")
	}
	if err := c.await(ctx); err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.reachable(); err != nil {
		return nil, err
	}
	t, err := c.find(spec.Topic, true)
	if err != nil {
		return nil, err
	}
	if t.terminated {
		return nil, terminated(t)
	}
	for _, other := range c.lanes {
		if other.topic == t && other.spec.Name == spec.Name && spec.Name != "" {
			return nil, refusal(broker.Other, "a producer named %s is on topic %s already", spec.Name, t.name.Short())
		}
	}
	l := &producer{cluster: c, spec: spec, topic: t, bodies: bodies,
		keys: spec.Keys.Chooser(rand.NewPCG(spec.Seed, 0)), room: sync.NewCond(&c.mu)}
	c.lanes = append(c.lanes, l)
	return l, nil
}

func terminated(t *topic) error {
	return refusal(broker.TopicTerminated, "topic %s is terminated and accepts no more messages", t.name.Short())
}

// Send stamps and sends one message for each due time.
func (l *producer) Send(dues []int64) int {
	l.cluster.mu.Lock()
	defer l.cluster.mu.Unlock()
	sent := 0
	for sent < len(dues) {
		for (l.inFlight >= l.spec.Pending || l.ended != nil) && !l.released {
			l.room.Wait()
		}
		if l.released {
			return sent
		}
		n := min(l.spec.Pending-l.inFlight, len(dues)-sent, l.cluster.faults.shipment())
		l.ship(dues[sent : sent+n])
		sent += n
	}
	return sent
}

// ship sends a run of messages.
func (l *producer) ship(dues []int64) {
	s := &shipment{lane: l, messages: make([]message, len(dues)), sent: time.Now()}
	now, total := l.spec.Clock(), 0
	published := l.spec.Base.Add(time.Duration(now)).Truncate(time.Millisecond).UnixNano()
	l.turn++
	var batch, before = 0, (*partition)(nil)
	for i, due := range dues {
		m := &s.messages[i]
		*m = message{due: due, sent: max(now, due), key: l.keys.Next(), published: published}
		m.head, m.size = l.stamp(due)
		m.partition = l.topic.choose(m.key, l.turn)
		if m.partition != before || batch >= max(1, l.spec.Batch.Messages) {
			m.opens, batch, before = true, 0, m.partition
		}
		batch++
		total += m.size
	}
	l.spec.Recorder.Sent(len(dues), int64(total))
	l.inFlight += len(dues)
	arrival := l.cluster.faults.paced(time.Now().Add(l.cluster.options.Latency), len(dues))
	if arrival.Before(l.arrival) {
		arrival = l.arrival
	}
	l.arrival = arrival
	if l.spec.Timeout > 0 && arrival.Sub(s.sent) > l.spec.Timeout {
		l.cluster.expire(s)
	}
	l.cluster.at(arrival, func() { l.cluster.arrive(s) })
}

// stamp makes what is kept of the next body, and tells its size.
func (l *producer) stamp(due int64) ([]byte, int) {
	head := make([]byte, payload.StampSize)
	payload.PutStamp(head, payload.Stamp{Producer: l.spec.ID, Sequence: l.sequence, Due: l.spec.Base.UnixNano() + due, Failed: l.failed})
	l.sequence++
	return head, len(l.bodies.Body(0))
}

// arrive is a shipment at the broker: stored and answered, or kept until the
// broker is well again. What has been on its way is stored even if nobody
// waits for the answer any more; what was cut off is sent again only for a
// lane that waits.
func (c *Cluster) arrive(s *shipment) {
	l := s.lane
	unwanted := s.answered || l.closed
	if unwanted && s.cut {
		return
	}
	if c.faults.absent() {
		s.cut = s.cut || c.faults.dead
		c.faults.parked = append(c.faults.parked, s)
		if l.spec.Timeout > 0 && !unwanted {
			c.expire(s)
		}
		return
	}
	var touched []*partition
	now := l.spec.Clock()
	for i := range s.messages {
		m := &s.messages[i]
		if category, text, failed := c.refuses(l, m); failed {
			if !unwanted {
				l.fail(m, category, text)
			}
			continue
		}
		m.partition.arrive(m)
		if !slices.Contains(touched, m.partition) {
			touched = append(touched, m.partition)
		}
		if !unwanted {
			batches := 0
			if m.opens {
				batches = 1
			}
			l.spec.Recorder.AckedAlike(1, batches, m.due, m.sent, now)
		}
	}
	if !unwanted {
		s.answered = true
		l.answer(len(s.messages))
	}
	for _, p := range touched {
		c.grown(p)
	}
}

// expire fails a shipment when its time is up and it is without an answer.
func (c *Cluster) expire(s *shipment) {
	if s.timed {
		return
	}
	s.timed = true
	c.at(s.sent.Add(s.lane.spec.Timeout), func() {
		if s.answered || s.lane.closed {
			return
		}
		s.answered = true
		for i := range s.messages {
			s.lane.fail(&s.messages[i], broker.Timeout, "message was not acked in time")
		}
		s.lane.answer(len(s.messages))
	})
}

// refuses says why the broker does not take a message.
func (c *Cluster) refuses(l *producer, m *message) (broker.Category, string, bool) {
	switch {
	case l.ended != nil:
		return broker.Classify(l.ended), l.ended.Error(), true
	case l.topic.terminated:
		return broker.TopicTerminated, "topic is terminated", true
	case m.size > c.options.SizeMax:
		return broker.TooLarge, "message is larger than the broker accepts", true
	}
	return c.faults.fails()
}

// fail counts a message that failed, and tells which one.
func (l *producer) fail(m *message, category broker.Category, text string) {
	l.failed++
	l.spec.Recorder.Failed(category, text)
	if l.spec.SendFailed == nil {
		return
	}
	stamp, _ := payload.ReadStamp(m.head)
	l.cluster.told = append(l.cluster.told, func() { l.spec.SendFailed(stamp.Sequence) })
}

// answer gives the places of n messages back.
func (l *producer) answer(n int) {
	l.inFlight -= n
	l.room.Broadcast()
	if l.inFlight == 0 && l.idle != nil {
		close(l.idle)
		l.idle = nil
	}
}

// InFlight is how many messages are sent and not yet answered.
func (l *producer) InFlight() int {
	l.cluster.mu.Lock()
	defer l.cluster.mu.Unlock()
	return l.inFlight
}

// Answered is how far the stream has been answered.
func (l *producer) Answered() uint64 {
	l.cluster.mu.Lock()
	defer l.cluster.mu.Unlock()
	return l.sequence - uint64(l.inFlight)
}

// Release makes every Send return.
func (l *producer) Release() {
	l.cluster.mu.Lock()
	defer l.cluster.mu.Unlock()
	l.released = true
	l.room.Broadcast()
}

// Close waits for the answers until ctx ends; what is in flight then stays
// without one.
func (l *producer) Close(ctx context.Context) error {
	c := l.cluster
	l.Release()
	c.mu.Lock()
	idle := make(chan struct{})
	if l.inFlight == 0 {
		close(idle)
	} else {
		l.idle = idle
	}
	c.mu.Unlock()
	var err error
	select {
	case <-idle:
	case <-ctx.Done():
		err = refusal(broker.Timeout, "%d messages are without an answer", l.InFlight())
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	l.closed = true
	l.idle = nil
	c.lanes = slices.DeleteFunc(c.lanes, func(other *producer) bool { return other == l })
	return err
}
