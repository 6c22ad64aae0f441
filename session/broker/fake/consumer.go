package fake

import (
	"context"
	"slices"
	"time"

	"pulsh/session/broker"
	"pulsh/session/connections"
)

// consumer is one consumer. The cluster's lock guards everything but the
// channels.
type consumer struct {
	cluster       *core
	clock         broker.Clock
	spec          broker.ConsumerSpec
	subscriptions []*subscription
	queue         []item
	arrived       chan struct{} // of capacity one: the queue is not empty
	ended         chan struct{}
	gone          bool
	stuck         bool // delivers nothing more
	cause         error
	link          *connections.Member
	places        map[*cursor]int64 // of a reader: the index behind the last message it took
}

// item is one delivery, and the handle to acknowledge it.
type item struct {
	cursor *cursor
	index  int64
	count  uint32
}

var _ broker.Consumer = (*consumer)(nil)

// Subscribe creates a consumer. While the cluster is dead it waits for the
// cluster's return or the end of ctx, as the client does.
func (n *connection) Subscribe(ctx context.Context, spec broker.ConsumerSpec) (broker.Consumer, error) {
	c := n.cluster
	if spec.Type == "" {
		spec.Type = broker.Shared
	}
	if spec.Subscription == "" || spec.Queue < 1 {
		return nil, refusal(broker.Other, "a consumer needs a subscription and a queue")
	}
	if err := c.enter(ctx); err != nil {
		return nil, err
	}
	defer c.mu.Unlock()
	u := &consumer{cluster: c, clock: n.clock, spec: spec, arrived: make(chan struct{}, 1), ended: make(chan struct{}), link: spec.Links.Member()}
	for _, name := range spec.Topics {
		s, err := c.join(name, spec)
		if err != nil {
			return nil, err
		}
		if err := c.addSchema(name, spec.Schema); err != nil {
			return nil, err
		}
		u.subscriptions = append(u.subscriptions, s)
	}
	for _, s := range u.subscriptions {
		u.begin(s)
		s.consumers = append(s.consumers, u)
		s.dispatch()
	}
	if c.options.Breakable {
		return breakableConsumer{u}, nil
	}
	return c.acknowledging(u)
}

func (u *consumer) hasRoom() bool { return len(u.queue) < u.spec.Queue }

func (u *consumer) push(i item) {
	u.queue = append(u.queue, i)
	u.notify()
}

func (u *consumer) notify() {
	select {
	case u.arrived <- struct{}{}:
	default:
	}
}

// Receive waits for a message and takes what is in the queue.
func (u *consumer) Receive(stop <-chan struct{}, buf []broker.Delivery) int {
	for {
		select {
		case <-stop:
			return 0
		default:
		}
		if n := u.take(buf); n > 0 {
			return n
		}
		select {
		case <-u.arrived:
		case <-stop:
			return 0
		case <-u.ended:
			return 0
		}
	}
}

// take moves messages from the queue into buf and lets the broker push more.
func (u *consumer) take(buf []broker.Delivery) int {
	u.cluster.mu.Lock()
	defer u.cluster.mu.Unlock()
	if u.gone || u.stuck || len(u.queue) == 0 {
		return 0
	}
	n, now := min(len(buf), len(u.queue)), u.clock()
	for i, it := range u.queue[:n] {
		p := it.cursor.partition
		m := p.at(it.index)
		body := make([]byte, m.size)
		copy(body, m.head)
		buf[i] = broker.Delivery{Body: body, Stamp: m.stamp, Entry: p.fingerprint(m), Redelivery: it.count, Received: now, Published: m.sent, Key: m.key,
			Index: m.index, Partition: uint16(max(p.index, 0)), Retries: m.retries, Message: it, Whole: it}
	}
	u.took(u.queue[:n])
	u.queue = slices.Delete(u.queue, 0, n)
	for _, s := range u.subscriptions {
		s.dispatch()
	}
	if len(u.queue) > 0 {
		u.notify() // for the next of several workers
	}
	return n
}

// Ack acknowledges deliveries. While the cluster is dead it loses
// acknowledgements without an error, as the client does with grouped ones.
func (u *consumer) Ack(run []broker.Delivery) (failed int, err error) {
	c := u.cluster
	c.mu.Lock()
	defer c.mu.Unlock()
	if u.gone {
		return len(run), refusal(broker.Disconnected, "the consumer is closed")
	}
	for _, d := range run {
		it := d.Message.(item)
		switch {
		case c.faults.failingAcks > 0:
			c.faults.failingAcks--
			failed++
			err = c.faults.ackFailure
		case !c.faults.dead:
			it.cursor.ack(it.index)
		}
	}
	return failed, err
}

// Nack has deliveries redelivered after the consumer's NackDelay.
func (u *consumer) Nack(run []broker.Delivery) {
	items := make([]item, len(run))
	for i, d := range run {
		items[i] = d.Message.(item)
	}
	u.cluster.mu.Lock()
	defer u.cluster.mu.Unlock()
	u.redeliverLater(items, max(u.spec.NackDelay, time.Millisecond))
}

// AckUpTo acknowledges the run and everything before it in its partitions.
func (u *consumer) AckUpTo(run []broker.Delivery) error {
	c := u.cluster
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case u.gone:
		return refusal(broker.Disconnected, "the consumer is closed")
	case u.spec.Type == broker.Shared || u.spec.Type == broker.KeyShared:
		return refusal(broker.Other, "a %s subscription has no cumulative acknowledgement", u.spec.Type)
	case c.faults.failingAcks > 0:
		c.faults.failingAcks--
		return c.faults.ackFailure
	case c.faults.dead:
		return nil
	}
	for _, d := range run {
		it := d.Message.(item)
		for index := it.cursor.done; index <= it.index; index++ {
			it.cursor.ack(index)
		}
	}
	return nil
}

// Waiting returns how many messages are in the consumer's queue.
func (u *consumer) Waiting() int {
	u.cluster.mu.Lock()
	defer u.cluster.mu.Unlock()
	return len(u.queue)
}

// Ended returns a channel that is closed when the consumer has ended.
func (u *consumer) Ended() (<-chan struct{}, func() error) {
	return u.ended, func() error {
		<-u.ended
		u.cluster.mu.Lock()
		defer u.cluster.mu.Unlock()
		return u.cause
	}
}

// Close ends the consumer. The messages that it holds go to other consumers.
func (u *consumer) Close(context.Context) error {
	u.cluster.mu.Lock()
	defer u.cluster.mu.Unlock()
	u.end(nil)
	return nil
}

// end takes the consumer out of its subscriptions.
func (u *consumer) end(why error) {
	if u.gone {
		return
	}
	u.gone, u.cause, u.queue = true, why, nil
	u.link.Close()
	close(u.ended)
	for _, s := range u.subscriptions {
		u.leave(s)
	}
}

// Add subscribes to one more topic, from its first message on.
func (u *consumer) Add(ctx context.Context, name string) error {
	c := u.cluster
	if err := c.awaitResponsive(ctx); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if u.gone {
		return refusal(broker.Disconnected, "the consumer is closed")
	}
	spec := u.spec
	spec.Position = broker.Earliest
	s, err := c.join(name, spec)
	if err != nil {
		return err
	}
	if !slices.Contains(u.subscriptions, s) {
		u.subscriptions = append(u.subscriptions, s)
		s.consumers = append(s.consumers, u)
		s.dispatch()
	}
	return nil
}

// Drop leaves a topic, whether or not the topic still exists.
func (u *consumer) Drop(_ context.Context, name string) error {
	c := u.cluster
	c.mu.Lock()
	defer c.mu.Unlock()
	parsed, err := broker.ParseTopic(name)
	if err != nil {
		return err
	}
	for _, s := range slices.Clone(u.subscriptions) {
		if s.topic.name == parsed {
			u.subscriptions = slices.DeleteFunc(u.subscriptions, func(other *subscription) bool { return other == s })
			u.leave(s)
		}
	}
	return nil
}

// leave takes the consumer out of one subscription. The messages that it holds
// go to other consumers. A non-durable subscription ends with its last
// consumer.
func (u *consumer) leave(s *subscription) {
	s.consumers = slices.DeleteFunc(s.consumers, func(other *consumer) bool { return other == u })
	for _, k := range s.cursors {
		k.release(u)
		u.queue = slices.DeleteFunc(u.queue, func(i item) bool { return i.cursor == k })
	}
	if u.spec.NonDurable && len(s.consumers) == 0 {
		u.cluster.forget(s)
		return
	}
	s.dispatch()
}
