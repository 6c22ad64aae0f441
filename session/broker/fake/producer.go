package fake

import (
	"context"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"pulsh/session/broker"
	"pulsh/session/connections"
	"pulsh/session/payload"
)

// producer is one producer. The cluster's lock guards all of it.
type producer struct {
	cluster       *core
	spec          broker.ProducerSpec
	topic         *topic
	bodies        *payload.Bodies // only their sizes are used
	keys          *payload.KeyChooser
	writer        *payload.Writer // nil if messages carry nothing beside a stamped body
	sequence      uint64
	failedSends   uint64
	nextPartition int // for messages without a key
	inFlight      int
	released      bool
	closed        bool
	room          *sync.Cond       // signalled when a send may go on or must return
	idle          chan struct{}    // closed by the last answer, while Close waits for it
	arrival       time.Time        // of the last shipment; a connection keeps its order
	within        *openTransaction // in which it sends now, or nil
	cause         error            // why the producer has ended, or nil
	link          *connections.Member
}

// message is a message on its way to the broker.
type message struct {
	due, sent int64
	head      []byte         // the first bytes of the body: its stamp, or a body that is the user's
	stamp     *payload.Stamp // of a body that is the user's
	sequence  uint64
	size      int
	key       string
	partition *partition
	published int64 // by the producer's clock, ns of Unix time
	opens     bool  // it is the first of its batch
	retries   uint16
	own       *broker.Message  // of SendEach
	within    *openTransaction // or nil
	deliverAt int64            // ms of Unix time; 0 for at once
}

// shipment is what one Send handed over together. It arrives as one.
type shipment struct {
	producer *producer
	messages []message
	sent     time.Time
	answered bool
	timed    bool // its timeout is on the agenda
	cut      bool // its connection was cut before it arrived
}

// shipmentMax bounds how many messages arrive at one instant.
const shipmentMax = 256

var _ broker.Producer = (*producer)(nil)

// OpenProducer creates a producer. While the cluster is dead it waits for the
// cluster's return or the end of ctx, as the client does.
func (n *connection) OpenProducer(ctx context.Context, spec broker.ProducerSpec) (broker.Producer, error) {
	c := n.cluster
	bodies, err := payload.NewBodies(spec.Bodies, 1, spec.Seed)
	if err != nil {
		return nil, err
	}
	if spec.Pending < 1 {
		return nil, refusal(broker.Other, "a producer needs room for one message at least")
	}
	if err := c.enter(ctx); err != nil {
		return nil, err
	}
	defer c.mu.Unlock()
	t, err := c.find(spec.Topic, true)
	if err != nil {
		return nil, err
	}
	if t.terminated {
		return nil, terminated(t)
	}
	for _, other := range c.producers {
		if other.topic == t && other.spec.Name == spec.Name && spec.Name != "" {
			return nil, refusal(broker.Other, "a producer named %s is on topic %s already", spec.Name, t.name.Short())
		}
		exclusive := func(a broker.Access) bool { return a != "" && a != broker.SharedAccess }
		if other.topic == t && (exclusive(other.spec.Access) || exclusive(spec.Access)) {
			return nil, refusal(broker.Busy, "another producer already sends to topic %s, which one of them wants for itself", t.name.Short())
		}
	}
	if err := c.addSchema(spec.Topic, spec.Schema); err != nil {
		return nil, err
	}
	l := &producer{cluster: c, spec: spec, topic: t, bodies: bodies,
		keys: spec.Keys.Chooser(rand.NewPCG(spec.Seed, 0)), writer: spec.Bodies.Extras.Writer(spec.Seed), room: sync.NewCond(&c.mu), link: spec.Links.Member()}
	c.producers = append(c.producers, l)
	if c.options.Breakable {
		return breakableProducer{l}, nil
	}
	return c.transactional(l)
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
		for (l.inFlight >= l.spec.Pending || l.cause != nil) && !l.released {
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
	s := &shipment{producer: l, messages: make([]message, len(dues)), sent: time.Now()}
	now, total := l.spec.Clock(), 0
	published := l.spec.Base.Add(time.Duration(now)).Truncate(time.Millisecond).UnixNano()
	l.nextPartition++
	var batch, before = 0, (*partition)(nil)
	for i, due := range dues {
		m := &s.messages[i]
		*m = message{within: l.within, due: due, sent: max(now, due), key: l.keys.Next(), published: published}
		l.fill(m)
		m.partition = l.choose(m.key)
		if m.partition != before || batch >= max(1, l.spec.Batch.Messages) {
			m.opens, batch, before = true, 0, m.partition
		}
		batch++
		total += m.size
	}
	l.spec.Recorder.Sent(len(dues), int64(total))
	if l.spec.Compression != "none" && l.spec.Compression != "" {
		packed := float64(total)
		if l.spec.Bodies.Ratio > 0 {
			packed *= float64(l.spec.Bodies.Ratio)
		}
		l.spec.Recorder.Compressed(int64(total), int64(packed))
	}
	l.inFlight += len(dues)
	arrival := l.cluster.faults.paced(time.Now().Add(l.cluster.options.Latency), len(dues))
	if arrival.Before(l.arrival) {
		arrival = l.arrival
	}
	l.arrival = arrival
	if l.spec.Timeout > 0 && arrival.Sub(s.sent) > l.spec.Timeout {
		l.cluster.expire(s)
	}
	l.cluster.schedule(arrival, func() { l.cluster.arrive(s) })
}

// choose returns the partition of a message.
func (l *producer) choose(key string) *partition {
	n, byKey := len(l.topic.partitions), -1
	if key != "" {
		byKey = int(hash(key) % uint32(n))
	}
	if i, ok := l.spec.Routing.Choose(n, byKey, l.spec.Seed); ok {
		return l.topic.partitions[i]
	}
	return l.topic.choose("", l.nextPartition)
}

// fill writes the body of the next message, and what else it carries.
func (l *producer) fill(m *message) {
	s := payload.Stamp{Producer: l.spec.ID, Sequence: l.sequence, Due: l.spec.Base.UnixNano() + m.due, Failed: l.failedSends}
	m.sequence = l.sequence
	l.sequence++
	if l.writer != nil {
		var e payload.Extra
		s = l.writer.Write(&e, s)
		if e.Ordering != "" {
			m.key = e.Ordering
		}
		m.deliverAt = e.DeliverAt
		if e.Own {
			m.head, m.size, m.stamp = append([]byte{}, e.Body...), len(e.Body), &s
			return
		}
	}
	m.head = make([]byte, payload.StampSize)
	payload.PutStamp(m.head, s)
	m.size = len(l.bodies.Body(0))
}

// arrive stores and answers a shipment, or parks it until the broker responds
// again. A shipment that reached the broker is stored even if nobody waits for
// its answer any more. One that was cut off on its way is sent again only for a
// producer that still waits.
func (c *core) arrive(s *shipment) {
	l := s.producer
	unwanted := s.answered || l.closed
	if unwanted && s.cut {
		return
	}
	if c.faults.unresponsive() {
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
		if m.within != nil {
			m.within.sent = append(m.within.sent, m)
		} else if at := time.UnixMilli(m.deliverAt); m.deliverAt > 0 && at.After(time.Now()) {
			c.schedule(at, func() { // as if it was stored when it is delivered
				m.partition.arrive(m)
				c.deliver(m.partition)
			})
		} else {
			m.partition.arrive(m)
		}
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
		c.deliver(p)
	}
}

// expire fails a shipment at its send timeout, unless it was answered.
func (c *core) expire(s *shipment) {
	if s.timed {
		return
	}
	s.timed = true
	c.schedule(s.sent.Add(s.producer.spec.Timeout), func() {
		if s.answered || s.producer.closed {
			return
		}
		s.answered = true
		for i := range s.messages {
			s.producer.fail(&s.messages[i], broker.Timeout, "message was not acked in time")
		}
		s.producer.answer(len(s.messages))
	})
}

// refuses reports whether the broker refuses a message, and why.
func (c *core) refuses(l *producer, m *message) (broker.Category, string, bool) {
	switch {
	case l.cause != nil:
		return broker.Classify(l.cause), l.cause.Error(), true
	case l.topic.terminated:
		return broker.TopicTerminated, "topic is terminated", true
	case m.size > c.options.SizeMax:
		return broker.TooLarge, "message is larger than the broker accepts", true
	}
	return c.faults.fails()
}

// fail counts a failed message and reports its number.
func (l *producer) fail(m *message, category broker.Category, text string) {
	l.failedSends++
	l.spec.Recorder.Failed(category, text)
	if l.spec.SendFailed == nil {
		return
	}
	sequence := m.sequence
	l.cluster.calls = append(l.cluster.calls, func() { l.spec.SendFailed(sequence) })
}

// answer frees the room of n messages.
func (l *producer) answer(n int) {
	l.inFlight -= n
	l.room.Broadcast()
	if l.inFlight == 0 && l.idle != nil {
		close(l.idle)
		l.idle = nil
	}
}

// InFlight returns how many messages are sent and not yet answered.
func (l *producer) InFlight() int {
	l.cluster.mu.Lock()
	defer l.cluster.mu.Unlock()
	return l.inFlight
}

// Answered returns the number below which all messages are answered.
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

// Close waits for the answers until ctx ends. Messages in flight after that
// stay without an answer.
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
	l.link.Close()
	c.producers = slices.DeleteFunc(c.producers, func(other *producer) bool { return other == l })
	return err
}
