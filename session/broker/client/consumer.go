package client

import (
	"context"
	"sync"

	"github.com/apache/pulsar-client-go/pulsar"

	"pulsh/session/broker"
	"pulsh/session/delivery"
	"pulsh/session/payload"
)

// consumer is one consumer. The client never closes its channel, so every wait
// on it also waits for the consumer's end.
type consumer struct {
	topics    topicConsumers
	messages  chan pulsar.ConsumerMessage
	clock     broker.Clock
	respond   bool
	routed    bool   // acknowledge each message through the consumer of its topic
	compacted bool   // it reads compacted topics
	forget    func() // ends the watch on its connections
	leave     func(context.Context) error
	left      sync.Once
	*end
	*prefetch
}

// channelRoom is how many messages the client may put into the channel ahead of
// Receive: its own default. These messages count as delivered, so a larger
// channel would only keep more from other consumers.
const channelRoom = 10

// end fires once when the consumer is closed, by us or by the broker.
type end struct {
	once sync.Once
	done chan struct{}
	err  error
}

// Subscribe creates a consumer on the receiving connection.
func (c *Client) Subscribe(ctx context.Context, spec broker.ConsumerSpec) (broker.Consumer, error) {
	if spec.Reader {
		return c.openReader(ctx, spec)
	}
	of := c.setOf(spec.Sharing, true)
	taking, err := c.join(of)
	if err != nil {
		return nil, sentence(err, broker.Subject{Subscription: spec.Subscription})
	}
	s := &consumer{
		leave:     func(ctx context.Context) error { return c.leave(ctx, of) },
		messages:  make(chan pulsar.ConsumerMessage, channelRoom),
		clock:     c.clock,
		respond:   spec.Respond,
		routed:    spec.TopicsChange || len(spec.Topics) != 1,
		compacted: spec.Compacted,
		end:       &end{done: make(chan struct{})},
		prefetch:  &prefetch{},
	}
	s.topics.open = func(ctx context.Context, topic string, from broker.Position, end *topicEnd) (pulsar.Consumer, error) {
		own := spec
		own.Position = from
		options := consumerOptions(own)
		options.Topic, options.MessageChannel = topic, s.messages
		if !broker.IsPersistent(topic) {
			// All messages of such a topic have the id 0:0, and the client's grouping
			// drops what it takes for acknowledged.
			options.AckGroupingOptions = &pulsar.AckGroupingOptions{MaxSize: 1}
		}
		options.Interceptors = pulsar.ConsumerInterceptors{interceptor{end, s.prefetch}}
		return within(ctx, func() (pulsar.Consumer, error) { return taking.Subscribe(options) }, pulsar.Consumer.Close)
	}
	s.topics.ending, s.topics.subscription = s.end, spec.Subscription
	s.forget = taking.links.watchConsumer(spec)
	if err := s.topics.addAll(ctx, spec.Topics, spec.Position); err != nil {
		s.forget()
		_ = s.leave(ctx) // the failure before is the reason
		return nil, err
	}
	return c.acknowledging(ctx, s, spec)
}

func consumerOptions(spec broker.ConsumerSpec) pulsar.ConsumerOptions {
	precision := nackPrecision(spec.NackDelay)
	options := pulsar.ConsumerOptions{
		SubscriptionName:            spec.Subscription,
		Type:                        types[spec.Type],
		Name:                        spec.Name,
		ReceiverQueueSize:           spec.Queue,
		SubscriptionInitialPosition: pulsar.SubscriptionPositionLatest,
		NackRedeliveryDelay:         spec.NackDelay,
		NackPrecisionBit:            &precision,
		AutoDiscoveryPeriod:         discoverEvery,
		BackOffPolicyFunc:           newRetry,
		AckWithResponse:             spec.Respond,

		EnableBatchIndexAcknowledgment: spec.BatchIndex,
		AckGroupingOptions:             &pulsar.AckGroupingOptions{MaxSize: 1},
	}
	decode(&options, spec)
	options.PriorityLevel, options.ReadCompacted = spec.Priority, spec.Compacted
	if spec.NonDurable {
		options.SubscriptionMode = pulsar.NonDurable
	}
	if spec.Ranges != nil {
		options.KeySharedPolicy = sticky(spec.Ranges)
	}
	if spec.Position == broker.Earliest {
		options.SubscriptionInitialPosition = pulsar.SubscriptionPositionEarliest
	}
	if spec.Grouping.Messages > 1 && len(spec.Topics) <= groupedTopics {
		options.AckGroupingOptions = &pulsar.AckGroupingOptions{MaxSize: uint32(spec.Grouping.Messages), MaxTime: spec.Grouping.Delay}
	}
	return options
}

// groupedTopics is up to how many topics of a consumer acknowledgements are grouped. The
// client has a timer for each topic. Ten thousand timers keep a core busy, and with so many
// topics few messages come together.
const groupedTopics = 500

// sticky returns the client's form of hash ranges: pairs of both ends.
func sticky(ranges []broker.HashRange) *pulsar.KeySharedPolicy {
	policy := &pulsar.KeySharedPolicy{Mode: pulsar.KeySharedPolicyModeSticky}
	for _, r := range ranges {
		policy.HashRanges = append(policy.HashRanges, r.First, r.Last)
	}
	return policy
}

var types = map[broker.SubscriptionType]pulsar.SubscriptionType{
	broker.Exclusive: pulsar.Exclusive,
	broker.Shared:    pulsar.Shared,
	broker.Failover:  pulsar.Failover,
	broker.KeyShared: pulsar.KeyShared,
}

// Receive waits for one message and takes what else is in the channel. That is
// ten messages at most, so one clock reading serves them all.
func (s *consumer) Receive(stop <-chan struct{}, buf []broker.Delivery) int {
	for {
		m, ok := s.next(stop)
		if !ok {
			return 0
		}
		if n := s.drain(m, buf); n > 0 {
			return n
		}
	}
}

// next waits for a message. It reports false when stop is closed or the
// consumer has ended.
func (s *consumer) next(stop <-chan struct{}) (m pulsar.ConsumerMessage, ok bool) {
	select {
	case m = <-s.messages:
		return m, true
	default:
	}
	s.idle.Add(1)
	defer s.idle.Add(-1)
	select {
	case m = <-s.messages:
		return m, true
	case <-stop:
	case <-s.done:
	}
	return m, false
}

// drain delivers m and the messages in the channel.
func (s *consumer) drain(m pulsar.ConsumerMessage, buf []broker.Delivery) (n int) {
	now, taken := s.clock(), int64(0)
	defer func() { s.taken.Add(taken) }()
	for {
		taken++
		if s.compacted && len(m.Payload()) == 0 && stampOf(m.Message) == nil {
			s.skipCompacted(m)
		} else {
			s.deliver(&buf[n], m, now)
			if n++; n == len(buf) {
				return n
			}
		}
		select {
		case m = <-s.messages:
		default:
			return n
		}
	}
}

// skipCompacted acknowledges the empty rest of a message that compaction
// removed from a batch. The client (v0.21.0) delivers it without a payload.
func (s *consumer) skipCompacted(m pulsar.ConsumerMessage) {
	_ = m.AckID(m.ID()) // if the ack fails the message is redelivered and skipped again
}

func (s *consumer) deliver(d *broker.Delivery, m pulsar.ConsumerMessage, now int64) {
	delivered(d, m.Message, now)
	d.Message = s.handle(m)
}

// delivered fills in a delivery, but for the handle.
func delivered(d *broker.Delivery, m pulsar.Message, now int64) {
	id := m.ID()
	*d = broker.Delivery{
		Body:       m.Payload(),
		Stamp:      stampOf(m),
		Entry:      delivery.EntryFingerprint(id.LedgerID(), id.EntryID(), id.PartitionIdx()),
		Redelivery: m.RedeliveryCount(),
		Received:   now,
		Published:  published(m),
		Key:        keyOf(m),
		Index:      max(id.BatchIdx(), 0),
		Partition:  uint16(max(id.PartitionIdx(), 0)),
		Retries:    retries(m),
		Chunked:    isChunked(id),
		Version:    m.SchemaVersion(),
		Topic:      m.Topic(),
		Whole:      m,
	}
}

// keyOf returns the key by which key_shared keeps the order.
func keyOf(m pulsar.Message) string {
	if ordering := m.OrderingKey(); ordering != "" {
		return ordering
	}
	return m.Key()
}

// stampOf returns the stamp in the properties of a message, nil if there is none.
func stampOf(m pulsar.Message) *payload.Stamp {
	properties := m.Properties()
	if len(properties) == 0 {
		return nil
	}
	stamp, ok := payload.ReadStampText(properties[payload.StampProperty])
	if !ok {
		return nil
	}
	return &stamp
}

// published returns the publish time by the sender's clock in ns of Unix time,
// in whole milliseconds as in the protocol; 0 if the message has none.
func published(m pulsar.Message) int64 {
	if at := m.PublishTime(); at.Unix() > 0 {
		return at.UnixNano()
	}
	return 0
}

// Ended returns a channel that is closed when the consumer has ended, and a
// function that then returns why.
func (s *consumer) Ended() (<-chan struct{}, func() error) {
	return s.done, func() error { <-s.done; return s.err }
}

// Add subscribes to one more topic from its first message on.
func (s *consumer) Add(ctx context.Context, topic string) error {
	return s.topics.addAll(ctx, []string{topic}, broker.Earliest)
}

// Drop leaves a topic.
func (s *consumer) Drop(ctx context.Context, topic string) error { return s.topics.drop(ctx, topic) }

// Close ends the consumer. With a dead broker the client may need longer than
// ctx; it then finishes in the background.
func (s *consumer) Close(ctx context.Context) error {
	err := s.topics.closeAll(ctx)
	s.forget()
	s.end.fire(nil)
	s.left.Do(func() {
		if leaving := s.leave(ctx); err == nil {
			err = leaving
		}
	})
	return err
}

// fire closes done with the cause, once.
func (e *end) fire(cause error) {
	e.once.Do(func() {
		e.err = cause
		close(e.done)
	})
}
