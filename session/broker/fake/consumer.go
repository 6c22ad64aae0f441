package fake

import (
	"context"
	"slices"
	"time"

	"pulsh/session/broker"
)

// consumer is one consumer. All of it is under the cluster's lock, but for
// the channels.
type consumer struct {
	cluster *Cluster
	clock   broker.Clock
	spec    broker.ConsumerSpec
	subs    []*subscription
	queue   []item
	arrived chan struct{} // of capacity one: there is something in the queue
	ended   chan struct{}
	gone    bool
	numb    bool // delivers nothing more
	why     error
}

// item is one delivery, and the handle by which it is acked.
type item struct {
	cursor *cursor
	index  int64
	count  uint32
}

var _ broker.Consumer = (*consumer)(nil)

// Subscribe creates a consumer. While the cluster is dead it waits, as the
// client does, for its return or the end of ctx.
func (n *connection) Subscribe(ctx context.Context, spec broker.ConsumerSpec) (broker.Consumer, error) {
	c := n.cluster
	if spec.Type == "" {
		spec.Type = broker.Shared
	}
	if spec.Subscription == "" || spec.Queue < 1 {
		return nil, refusal(broker.Other, "a consumer needs a subscription and a queue")
	}
	if err := c.await(ctx); err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.reachable(); err != nil {
		return nil, err
	}
	u := &consumer{cluster: c, clock: n.clock, spec: spec, arrived: make(chan struct{}, 1), ended: make(chan struct{})}
	for _, name := range spec.Topics {
		s, err := c.join(name, spec)
		if err != nil {
			return nil, err
		}
		u.subs = append(u.subs, s)
	}
	for _, s := range u.subs {
		s.consumers = append(s.consumers, u)
		s.dispatch()
	}
	return u, nil
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

// Receive waits for a message and takes what is there.
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

// take empties the queue into buf and lets the broker send more.
func (u *consumer) take(buf []broker.Delivery) int {
	u.cluster.mu.Lock()
	defer u.cluster.mu.Unlock()
	if u.gone || u.numb || len(u.queue) == 0 {
		return 0
	}
	n, now := min(len(buf), len(u.queue)), u.clock()
	for i, it := range u.queue[:n] {
		p := it.cursor.partition
		m := p.at(it.index)
		body := make([]byte, m.size)
		copy(body, m.head)
		buf[i] = broker.Delivery{Body: body, Entry: p.fingerprint(m), Redelivery: it.count, Received: now, Published: m.sent, Key: m.key,
			Index: m.index, Partition: uint16(max(p.index, 0)), Retries: m.retries, Message: it, Whole: it}
	}
	u.queue = slices.Delete(u.queue, 0, n)
	for _, s := range u.subs {
		s.dispatch()
	}
	if len(u.queue) > 0 {
		u.notify() // for the next of several workers
	}
	return n
}

// Ack acknowledges deliveries. While the cluster is dead acknowledgements are
// lost without a word, as grouped ones are.
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
		case c.faults.ackFailing > 0:
			c.faults.ackFailing--
			failed++
			err = c.faults.ackFailure
		case !c.faults.dead:
			it.cursor.ack(it.index)
		}
	}
	return failed, err
}

// Nack asks for deliveries again after the subscriber's delay.
func (u *consumer) Nack(run []broker.Delivery) {
	items := make([]item, len(run))
	for i, d := range run {
		items[i] = d.Message.(item)
	}
	u.cluster.mu.Lock()
	defer u.cluster.mu.Unlock()
	u.later(items, max(u.spec.NackDelay, time.Millisecond))
}

// AckUpTo acknowledges the run and all before it in its partitions.
func (u *consumer) AckUpTo(run []broker.Delivery) error {
	c := u.cluster
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case u.gone:
		return refusal(broker.Disconnected, "the consumer is closed")
	case u.spec.Type == broker.Shared || u.spec.Type == broker.KeyShared:
		return refusal(broker.Other, "a %s subscription has no cumulative acknowledgement", u.spec.Type)
	case c.faults.ackFailing > 0:
		c.faults.ackFailing--
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

// Waiting is how many messages wait in the consumer's queue.
func (u *consumer) Waiting() int {
	u.cluster.mu.Lock()
	defer u.cluster.mu.Unlock()
	return len(u.queue)
}

// Ended is closed when the consumer has been given up.
func (u *consumer) Ended() (<-chan struct{}, func() error) {
	return u.ended, func() error {
		<-u.ended
		u.cluster.mu.Lock()
		defer u.cluster.mu.Unlock()
		return u.why
	}
}

// Close ends the consumer; what it holds goes to the others.
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
	u.gone, u.why, u.queue = true, why, nil
	close(u.ended)
	for _, s := range u.subs {
		u.part(s)
	}
}
