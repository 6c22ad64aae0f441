package client

import (
	"context"
	"sync"

	"github.com/apache/pulsar-client-go/pulsar"

	"pulsh/session/broker"
	"pulsh/session/payload"
)

// subscriber is one consumer. The client's channel is never closed, so every
// wait on it also waits for the consumer's end.
type subscriber struct {
	consumer pulsar.Consumer
	messages <-chan pulsar.ConsumerMessage
	clock    broker.Clock
	respond  bool
	*ending
	*prefetch
}

// ending is told once when a consumer has been closed, by whomever.
type ending struct {
	once sync.Once
	done chan struct{}
	err  error
}

// Subscribe creates a consumer on the receiving connection.
func (c *Client) Subscribe(ctx context.Context, spec broker.SubscriberSpec) (broker.Subscriber, error) {
	end, ahead := &ending{done: make(chan struct{})}, &prefetch{}
	consumer, err := within(ctx,
		func() (pulsar.Consumer, error) { return c.taking.Subscribe(consumerOptions(spec, end, ahead)) },
		pulsar.Consumer.Close)
	if err != nil {
		return nil, sentence(err, spec.Topics[0])
	}
	return &subscriber{consumer: consumer, messages: consumer.Chan(), clock: c.clock, respond: spec.Respond, ending: end, prefetch: ahead}, nil
}

func consumerOptions(spec broker.SubscriberSpec, end *ending, ahead *prefetch) pulsar.ConsumerOptions {
	precision := nackPrecision(spec.NackDelay)
	options := pulsar.ConsumerOptions{
		Topics:                      spec.Topics,
		SubscriptionName:            spec.Subscription,
		Type:                        types[spec.Type],
		Name:                        spec.Name,
		ReceiverQueueSize:           spec.Queue,
		SubscriptionInitialPosition: pulsar.SubscriptionPositionLatest,
		NackRedeliveryDelay:         spec.NackDelay,
		NackPrecisionBit:            &precision,
		AutoDiscoveryPeriod:         discoverEvery,
		BackOffPolicyFunc:           newRetry,
		Interceptors:                pulsar.ConsumerInterceptors{interceptor{end, ahead}},
		AckWithResponse:             spec.Respond,

		EnableBatchIndexAcknowledgment: spec.BatchIndex,
		AckGroupingOptions:             &pulsar.AckGroupingOptions{MaxSize: 1},
	}
	if len(spec.Topics) == 1 {
		options.Topic, options.Topics = spec.Topics[0], nil
	}
	if spec.Position == broker.Earliest {
		options.SubscriptionInitialPosition = pulsar.SubscriptionPositionEarliest
	}
	if spec.Grouping.Messages > 1 {
		options.AckGroupingOptions = &pulsar.AckGroupingOptions{MaxSize: uint32(spec.Grouping.Messages), MaxTime: spec.Grouping.Delay}
	}
	return options
}

var types = map[broker.SubscriptionType]pulsar.SubscriptionType{
	broker.Exclusive: pulsar.Exclusive,
	broker.Shared:    pulsar.Shared,
	broker.Failover:  pulsar.Failover,
	broker.KeyShared: pulsar.KeyShared,
}

// Receive waits for one message and takes what else is there. The client puts
// at most ten ahead, so one clock reading serves them all.
func (s *subscriber) Receive(stop <-chan struct{}, buf []broker.Delivery) int {
	select {
	case m := <-s.messages:
		return s.drain(m, buf)
	default:
	}
	s.idle.Add(1)
	defer s.idle.Add(-1)
	select {
	case m := <-s.messages:
		return s.drain(m, buf)
	case <-stop:
	case <-s.done:
	}
	return 0
}

func (s *subscriber) drain(m pulsar.ConsumerMessage, buf []broker.Delivery) int {
	now := s.clock()
	for n := 0; ; {
		id := m.ID()
		buf[n] = broker.Delivery{
			Body:       m.Payload(),
			Entry:      payload.EntryFingerprint(id.LedgerID(), id.EntryID(), id.PartitionIdx()),
			Redelivery: m.RedeliveryCount(),
			Received:   now,
			Published:  published(m.Message),
			Key:        m.Key(),
			Index:      max(id.BatchIdx(), 0),
			Retries:    retries(m.Message),
			Message:    id,
			Whole:      m.Message,
		}
		if n++; n == len(buf) {
			s.taken.Add(int64(n))
			return n
		}
		select {
		case m = <-s.messages:
		default:
			s.taken.Add(int64(n))
			return n
		}
	}
}

// published is the sender's clock when it began the batch, in whole
// milliseconds as the protocol has them; 0 if the message does not say.
func published(m pulsar.Message) int64 {
	if at := m.PublishTime(); at.Unix() > 0 {
		return at.UnixNano()
	}
	return 0
}

// Ended tells of a consumer that will deliver nothing any more.
func (s *subscriber) Ended() (<-chan struct{}, func() error) {
	return s.done, func() error { <-s.done; return s.err }
}

// Close ends the consumer; with a dead broker the client may need longer than
// ctx, and then finishes by itself.
func (s *subscriber) Close(ctx context.Context) error {
	_, err := within(ctx, func() (struct{}, error) { s.consumer.Close(); return struct{}{}, nil }, nil)
	return err
}

// OnConsumerClose is called by the client once, with the cause where it was
// not asked for.
func (e *ending) OnConsumerClose(_ pulsar.Consumer, err error) {
	e.once.Do(func() {
		if err != nil {
			e.err = sentence(err, "")
		}
		close(e.done)
	})
}
