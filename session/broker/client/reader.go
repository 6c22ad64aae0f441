package client

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/apache/pulsar-client-go/pulsar"
	"golang.org/x/sync/errgroup"

	"pulsh/session/broker"
)

// reader is a reader of the Go client for each topic or partition, as one consumer.
// The client's reader of a partitioned topic takes one place to begin at, and after
// its consumer was replaced each partition begins at another one.
type reader struct {
	client   *Client
	taking   pulsar.Client // of the group's set of connections
	leave    func()        // gives it up and ends the watch on its connections, once
	spec     broker.ConsumerSpec
	messages chan arrival
	ctx      context.Context // ends with the reader
	stop     context.CancelFunc
	running  sync.WaitGroup
	*end

	mu    sync.Mutex // guards the fields below
	open  map[string]pulsar.Reader
	after map[string]broker.Place
}

// arrival is a message that was read from a topic or partition.
type arrival struct {
	pulsar.Message
	topic     string
	partition int // -1 for a topic without partitions
}

// openReader creates readers on all partitions of the topics, or on none.
func (c *Client) openReader(ctx context.Context, spec broker.ConsumerSpec) (broker.Consumer, error) {
	of := c.setOf(spec.Sharing, true)
	taking, err := c.join(of)
	if err != nil {
		return nil, sentence(err, broker.Subject{Subscription: spec.Subscription})
	}
	forget := taking.links.watchConsumer(spec)
	r := &reader{
		taking: taking, leave: sync.OnceFunc(func() { forget(); _ = c.leave(context.Background(), of) }),
		client: c, spec: spec, messages: make(chan arrival, channelRoom), end: &end{done: make(chan struct{})},
		open: map[string]pulsar.Reader{}, after: map[string]broker.Place{},
	}
	r.ctx, r.stop = context.WithCancel(context.Background())
	for _, p := range spec.Start.After {
		r.after[p.Topic] = p
	}
	for _, topic := range spec.Topics {
		if _, err := r.join(ctx, topic, spec.Position, spec.Start); err != nil {
			return nil, errors.Join(err, r.Close(ctx))
		}
	}
	r.running.Go(r.grow)
	return r, nil
}

// join creates the readers of the topic's partitions that have none.
func (r *reader) join(ctx context.Context, topic string, from broker.Position, start broker.Start) (joined int, err error) {
	about := broker.Subject{Topic: topic, Subscription: r.spec.Subscription}
	parts, err := within(ctx, func() ([]string, error) { return r.taking.TopicPartitions(topic) }, nil)
	if err != nil {
		return 0, sentence(err, about)
	}
	if err := start.CheckParts(topic, len(parts)); err != nil {
		return 0, err
	}
	opening, creating := errgroup.WithContext(ctx)
	opening.SetLimit(topicsAtOnce)
	for _, part := range parts {
		full := broker.FullTopic(part)
		r.mu.Lock()
		_, there := r.open[full]
		r.mu.Unlock()
		if there {
			continue
		}
		joined++
		opening.Go(func() error {
			one, err := within(creating, func() (pulsar.Reader, error) { return r.begin(full, from, start) }, pulsar.Reader.Close)
			if err != nil {
				return sentence(err, about)
			}
			r.mu.Lock()
			r.open[full] = one
			r.mu.Unlock()
			r.running.Go(func() { r.read(one, full, start.Time) })
			return nil
		})
	}
	return joined, opening.Wait()
}

// begin creates the reader of one partition where it has to begin.
func (r *reader) begin(topic string, from broker.Position, start broker.Start) (pulsar.Reader, error) {
	options := pulsar.ReaderOptions{
		Topic: topic, Name: r.spec.Name, SubscriptionName: r.spec.Subscription, ReceiverQueueSize: r.spec.Queue, ReadCompacted: r.spec.Compacted,
		BackoffPolicyFunc: newRetry, StartMessageID: pulsar.LatestMessageID(),
	}
	place, resumes := start.AfterIn(topic)
	seeks := false
	switch {
	case resumes:
		if place.ID.Entry < 0 { // before the first entry of a ledger
			place.Index = -1
		}
		options.StartMessageID = pulsar.NewMessageID(place.ID.Ledger, place.ID.Entry, place.Index, 0)
	case start.ID != nil:
		options.StartMessageID = pulsar.NewMessageID(start.ID.Ledger, start.ID.Entry, -1, 0)
		options.StartMessageIDInclusive = true
	case !start.Time.IsZero():
		options.StartMessageID, seeks = pulsar.EarliestMessageID(), true
	case from == broker.Earliest:
		options.StartMessageID = pulsar.EarliestMessageID()
	}
	one, err := r.taking.CreateReader(options)
	if err == nil && seeks {
		if err = one.SeekByTime(start.Time); err != nil {
			one.Close()
		}
	}
	return one, err
}

// read takes messages from the client until the reader ends. Messages from before
// the seek to a time may still be on their way.
func (r *reader) read(from pulsar.Reader, topic string, since time.Time) {
	partition := partitionOf(topic)
	for {
		m, err := from.Next(r.ctx)
		if err != nil {
			if r.ctx.Err() == nil {
				r.fire(sentence(err, broker.Subject{Topic: topic, Subscription: r.spec.Subscription}))
			}
			return
		}
		if m.PublishTime().Before(since) {
			continue
		}
		since = time.Time{} // a later message may have an earlier time, of another sender
		select {
		case r.messages <- arrival{m, topic, partition}:
		case <-r.ctx.Done():
			return
		}
	}
}

// grow adds readers for partitions that the topics were given.
func (r *reader) grow() {
	tick := time.NewTicker(discoverEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-r.ctx.Done():
			return
		}
		for _, topic := range r.spec.Topics {
			_, _ = r.join(r.ctx, topic, broker.Earliest, broker.Start{}) // it is asked again
		}
	}
}

// Receive waits for one message and takes what else has come.
func (r *reader) Receive(stop <-chan struct{}, buf []broker.Delivery) (n int) {
	var m arrival
	select {
	case m = <-r.messages:
	case <-stop:
		return 0
	case <-r.done:
		return 0
	}
	now := r.client.clock()
	r.mu.Lock()
	defer r.mu.Unlock()
	for {
		id := m.ID()
		r.after[m.topic] = broker.Place{Topic: m.topic, Index: id.BatchIdx(), ID: broker.MessageID{Ledger: id.LedgerID(), Entry: id.EntryID(), Partition: m.partition}}
		if !r.spec.Compacted || len(m.Payload()) > 0 || stampOf(m.Message) != nil { // else compaction removed it from its batch
			delivered(&buf[n], m.Message, now)
			buf[n].Partition = uint16(max(m.partition, 0)) // the client says 0
			n++
		}
		if n == len(buf) {
			return n
		}
		select {
		case m = <-r.messages:
		default:
			if n > 0 {
				return n
			}
			return r.again(stop, buf)
		}
	}
}

// again is Receive after nothing but removed messages.
func (r *reader) again(stop <-chan struct{}, buf []broker.Delivery) int {
	r.mu.Unlock()
	defer r.mu.Lock()
	return r.Receive(stop, buf)
}

// Places returns how far each partition was read.
func (r *reader) Places() (all []broker.Place) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, p := range r.after {
		all = append(all, p)
	}
	return all
}

// Describe returns the message of a delivery.
func (r *reader) Describe(d *broker.Delivery) broker.Message { return described(d) }

// Ack does nothing: the client's reader acknowledges what it returns.
func (r *reader) Ack([]broker.Delivery) (failed int, err error) { return 0, nil }

// AckUpTo does nothing, as Ack.
func (r *reader) AckUpTo([]broker.Delivery) error { return nil }

// Nack does nothing: a reader has nothing delivered again.
func (r *reader) Nack([]broker.Delivery) {}

// Waiting returns how many messages wait to be received. The client does not tell how
// many are in its queue.
func (r *reader) Waiting() int { return len(r.messages) }

// Add refuses: a reader has the topics that it was made for.
func (r *reader) Add(context.Context, string) error { return errReaderTopics }

// Drop refuses, as Add.
func (r *reader) Drop(context.Context, string) error { return errReaderTopics }

var errReaderTopics = &broker.Error{Message: "a reader has the topics that it was made for"}

// Ended returns a channel that is closed when the reader has ended, and a function
// that then returns why.
func (r *reader) Ended() (<-chan struct{}, func() error) {
	return r.done, func() error { <-r.done; return r.err }
}

// Close ends the readers. With a dead broker the client may need longer than ctx.
func (r *reader) Close(ctx context.Context) error {
	r.stop()
	_, err := within(ctx, func() (struct{}, error) {
		r.running.Wait()
		r.mu.Lock()
		all := r.open
		r.open = map[string]pulsar.Reader{}
		r.mu.Unlock()
		var closing sync.WaitGroup
		for _, one := range all {
			closing.Go(one.Close)
		}
		closing.Wait()
		r.leave()
		return struct{}{}, nil
	}, nil)
	r.fire(nil)
	return err
}
