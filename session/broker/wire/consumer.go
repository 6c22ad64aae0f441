package wire

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"pulsh/session/broker"
	"pulsh/session/broker/protocol"
	"pulsh/session/broker/wire/connect"
	"pulsh/session/connections"
)

// topicsAtOnce is how many topics a consumer subscribes to side by side.
const topicsAtOnce = 16

// consumer is one consumer of a group: a subscription of each partition of its
// topics, whose entries it delivers in the order in which they came.
type consumer struct {
	engine *Engine
	spec   broker.ConsumerSpec
	set    connect.Set     // of connections
	ctx    context.Context // ends with the consumer
	stop   context.CancelFunc
	ready  chan struct{} // something may be in the queue
	done   chan struct{}
	once   sync.Once
	left   sync.Once // the set
	cause  error

	mu      sync.Mutex
	queue   []*entry
	head    int // of queue
	waiting int // messages in queue
	single  protocol.Single
	topics  map[string]*topic // as they were given

	nacks nacks
	link  *connections.Member
}

// topic is one of the topics of a consumer.
type topic struct {
	name        string // full
	mu          sync.Mutex
	parts       []*subscription
	partitioned bool
	ctx         context.Context
	stop        context.CancelFunc
}

// Subscribe creates a consumer on all partitions of all topics, or on none.
func (e *Engine) Subscribe(ctx context.Context, spec broker.ConsumerSpec) (broker.Consumer, error) {
	if len(spec.Decryption.Keys) > 0 {
		return nil, &broker.Error{Message: "the wire engine has no encryption: use engine=client", Try: "set session engine=client"}
	}
	c := &consumer{
		engine: e, spec: spec, ready: make(chan struct{}, 1), done: make(chan struct{}), topics: map[string]*topic{},
		link: spec.Links.Member(),
	}
	c.spec.Queue = max(spec.Queue, 1)
	c.ctx, c.stop = context.WithCancel(e.Life())
	c.set = e.NewSet(spec.Sharing)
	e.Receiving.Join(c.set)
	if err := c.addAll(ctx, spec.Topics, spec.Position); err != nil {
		c.stop()
		e.Receiving.Leave(c.set)
		return nil, err
	}
	return c.transactional(ctx)
}

// addAll subscribes to topics, to all of them or to none.
func (c *consumer) addAll(ctx context.Context, names []string, from broker.Position) error {
	fresh := make([]*topic, len(names))
	opening, subscribing := errgroup.WithContext(ctx)
	opening.SetLimit(topicsAtOnce)
	for i, name := range names {
		opening.Go(func() error {
			t, err := c.open(subscribing, name, from)
			if err != nil {
				return connect.Sentence(err, broker.Subject{Topic: name, Subscription: c.spec.Subscription})
			}
			fresh[i] = t
			return nil
		})
	}
	if err := opening.Wait(); err != nil {
		for _, t := range fresh {
			if t != nil {
				c.leave(ctx, t)
			}
		}
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for i, name := range names {
		c.topics[name] = fresh[i]
	}
	return nil
}

// open subscribes to every partition of a topic.
func (c *consumer) open(ctx context.Context, name string, from broker.Position) (*topic, error) {
	t := &topic{name: protocol.FullTopic(name)}
	n, err := c.engine.PartitionsOf(ctx, &c.engine.Receiving, t.name)
	if err != nil {
		return nil, err
	}
	if err := c.spec.Start.CheckParts(name, n); err != nil {
		return nil, err
	}
	t.partitioned = n > 0
	t.ctx, t.stop = context.WithCancel(c.ctx)
	if t.parts, err = c.openParts(ctx, t, name, 0, n, from); err != nil {
		t.stop()
		return nil, err
	}
	if t.partitioned {
		c.engine.Start(func() {
			for connect.Sleep(t.ctx, connect.DiscoverEvery) {
				c.grow(t, name)
			}
		})
	}
	return t, nil
}

func (c *consumer) openParts(ctx context.Context, t *topic, about string, first, last int, from broker.Position) ([]*subscription, error) {
	var parts []*subscription
	if !t.partitioned {
		parts = append(parts, newSubscription(c, t, t.name, about, from))
	}
	for i := first; i < last; i++ {
		parts = append(parts, newSubscription(c, t, protocol.PartitionName(t.name, i), about, from))
	}
	opening, subscribing := errgroup.WithContext(ctx)
	opening.SetLimit(topicsAtOnce)
	for _, one := range parts {
		opening.Go(func() error { return one.open(subscribing) })
	}
	if err := opening.Wait(); err != nil {
		for _, one := range parts {
			one.close(ctx)
		}
		return nil, err
	}
	return parts, nil
}

// grow subscribes to partitions that a topic was given, from their first message
// on.
func (c *consumer) grow(t *topic, about string) {
	n, err := c.engine.PartitionsOf(t.ctx, &c.engine.Receiving, t.name)
	t.mu.Lock()
	have := len(t.parts)
	t.mu.Unlock()
	if err != nil || n <= have {
		return // it is asked again
	}
	more, err := c.openParts(t.ctx, t, about, have, n, broker.Earliest)
	if err != nil {
		return
	}
	t.mu.Lock()
	t.parts = append(t.parts, more...)
	gone := t.ctx.Err() != nil
	t.mu.Unlock()
	if gone {
		for _, one := range more {
			one.close(c.engine.Life())
		}
	}
}

// leave closes a topic's subscriptions side by side.
func (c *consumer) leave(ctx context.Context, t *topic) {
	t.mu.Lock()
	parts := slices.Clone(t.parts)
	t.mu.Unlock()
	for _, one := range parts {
		one.flush()
	}
	t.stop()
	var all sync.WaitGroup
	for _, one := range parts {
		all.Go(func() { one.close(ctx) })
	}
	all.Wait()
}

// Add subscribes to one more topic from its first message on.
func (c *consumer) Add(ctx context.Context, name string) error {
	return c.addAll(ctx, []string{name}, broker.Earliest)
}

// Drop unsubscribes from a topic. Its queued messages are still delivered.
func (c *consumer) Drop(ctx context.Context, name string) error {
	c.mu.Lock()
	t := c.topics[name]
	delete(c.topics, name)
	c.mu.Unlock()
	if t != nil {
		c.leave(ctx, t)
	}
	return nil
}

// push queues an entry that has come.
func (c *consumer) push(e *entry, messages int) {
	c.mu.Lock()
	if c.head > 0 && len(c.queue) == cap(c.queue) {
		n := copy(c.queue, c.queue[c.head:])
		clear(c.queue[n:])
		c.queue, c.head = c.queue[:n], 0
	}
	c.queue = append(c.queue, e)
	c.waiting += messages
	c.mu.Unlock()
	c.signal()
}

func (c *consumer) signal() {
	select {
	case c.ready <- struct{}{}:
	default:
	}
}

// forget drops the queued entries of a subscription: the broker redelivers them.
func (c *consumer) forget(from *subscription) {
	c.mu.Lock()
	defer c.mu.Unlock()
	left := c.queue[:0]
	for _, e := range c.queue[c.head:] {
		if e.from != from {
			left = append(left, e)
		} else {
			c.waiting -= e.left()
		}
	}
	clear(c.queue[len(left):])
	c.queue, c.head = left, 0
}

// left is how many messages of the entry were not taken.
func (e *entry) left() int { return max(int(e.tracker.size), 1) - int(e.next) }

// Receive waits for a message and returns the queued ones, up to len(buf).
func (c *consumer) Receive(stop <-chan struct{}, buf []broker.Delivery) int {
	for {
		if n := c.take(buf); n > 0 {
			return n
		}
		select {
		case <-c.ready:
		case <-stop:
			return 0
		case <-c.done:
			return c.take(buf)
		}
	}
}

// take delivers queued messages, at most len(buf), and permits the broker to send
// as many.
func (c *consumer) take(buf []broker.Delivery) (n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := int64(0)
	for n < len(buf) && c.head < len(c.queue) {
		if n == 0 {
			now = c.engine.Clock()
		}
		e := c.queue[c.head]
		before := e.next
		more := true
		for more && n < len(buf) {
			var ok bool
			if ok, more = e.take(&buf[n], now, &c.single); ok {
				n++
			}
		}
		seen := int(e.next - before)
		if !more {
			seen = max(int(e.tracker.size), 1) - int(before)
			c.queue[c.head] = nil
			c.head++
		}
		c.waiting -= seen
		e.from.taken(e, seen)
	}
	if c.head == len(c.queue) {
		c.queue, c.head = c.queue[:0], 0
	} else {
		c.signal() // for another that waits
	}
	return n
}

// Waiting is how many messages wait in the queue.
func (c *consumer) Waiting() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.waiting
}

// Ended reports the end of a consumer that delivers nothing any more.
func (c *consumer) Ended() (<-chan struct{}, func() error) {
	return c.done, func() error { <-c.done; return c.cause }
}

// end ends the consumer with the cause, once.
func (c *consumer) end(cause error) {
	c.once.Do(func() {
		c.cause = cause
		close(c.done)
	})
}

// subscriptions are all of the consumer.
func (c *consumer) subscriptions() (all []*subscription) {
	c.mu.Lock()
	topics := make([]*topic, 0, len(c.topics))
	for _, t := range c.topics {
		topics = append(topics, t)
	}
	c.mu.Unlock()
	for _, t := range topics {
		t.mu.Lock()
		all = append(all, t.parts...)
		t.mu.Unlock()
	}
	return all
}

// Close sends the queued acknowledgements and ends the consumer.
func (c *consumer) Close(ctx context.Context) error {
	c.nacks.close()
	var all sync.WaitGroup
	for _, one := range c.subscriptions() {
		one.flush()
		all.Go(func() { one.close(ctx) })
	}
	all.Wait()
	c.stop()
	c.left.Do(func() { c.engine.Receiving.Leave(c.set) })
	c.end(nil)
	if err := context.Cause(ctx); err != nil && errors.Is(err, context.DeadlineExceeded) {
		return connect.Sentence(err, broker.Subject{Subscription: c.spec.Subscription})
	}
	return nil
}

// published returns the publish time in ns of Unix time, from whole ms; 0 if it is
// not set.
func published(ms uint64) int64 { return int64(ms) * int64(time.Millisecond) }
