package client

import (
	"context"
	"errors"
	"maps"
	"strconv"
	"sync"
	"time"

	"github.com/apache/pulsar-client-go/pulsar"

	"pulsh/session/broker"
)

// forwarder stores received messages in a dead-letter or a retry topic. The
// client could do so by itself. But it does not report the outcome of a
// message, retries without end while a topic refuses messages, and acknowledges
// on the goroutine that reads the connection.
type forwarder struct {
	producer pulsar.Producer
	spec     broker.ForwarderSpec
}

// Timings of a forwarder. It waits for each run, so batches must not wait long.
const (
	forwardDelay   = time.Millisecond
	forwardTimeout = 10 * time.Second
	forwardPending = 1000 // a run has 64 messages, and each worker sends one at a time
)

// OpenForwarder creates a producer on the sending connection.
func (c *Client) OpenForwarder(ctx context.Context, spec broker.ForwarderSpec) (broker.Forwarder, error) {
	f, err := c.openForwarder(ctx, spec)
	if err != nil {
		return nil, err
	}
	return f, nil
}

func (c *Client) openForwarder(ctx context.Context, spec broker.ForwarderSpec) (*forwarder, error) {
	producer, err := within(ctx, func() (pulsar.Producer, error) {
		return c.sending.CreateProducer(pulsar.ProducerOptions{
			Topic: spec.Topic, Name: spec.Name,
			SendTimeout: -1, MaxPendingMessages: forwardPending,
			BatchingMaxPublishDelay: forwardDelay, BackOffPolicyFunc: newRetry,
			PartitionsAutoDiscoveryInterval: discoverEvery,
		})
	}, pulsar.Producer.Close)
	if err != nil {
		return nil, sentence(err, broker.Subject{Topic: spec.Topic})
	}
	return &forwarder{producer, spec}, nil
}

// Forward sends the run and waits for the receipts.
func (f *forwarder) Forward(ctx context.Context, run []broker.Delivery, delay time.Duration) []error {
	return f.store(ctx, run, func(m pulsar.Message) *pulsar.ProducerMessage { return f.message(m, delay) })
}

// store sends a copy of each message and waits for the receipts.
func (f *forwarder) store(ctx context.Context, run []broker.Delivery, copied func(pulsar.Message) *pulsar.ProducerMessage) []error {
	var mu sync.Mutex
	errs := make([]error, len(run))
	for i := range errs {
		errs[i] = unanswered(f.spec.Topic)
	}
	var all sync.WaitGroup
	for i := range run {
		all.Add(1)
		sendAsync(f.producer, copied(run[i].Whole.(pulsar.Message)),
			func(_ pulsar.MessageID, _ *pulsar.ProducerMessage, err error) {
				mu.Lock()
				defer mu.Unlock()
				errs[i] = nil
				if err != nil {
					errs[i] = sentence(err, broker.Subject{Topic: f.spec.Topic})
				}
				all.Done()
			})
	}
	answered := make(chan struct{})
	go func() { // ends with the last receipt or the producer
		all.Wait()
		close(answered)
	}()
	select {
	case <-answered:
	case <-time.After(forwardTimeout): // not the client's own timeout, see producer.expire
	case <-ctx.Done():
	}
	mu.Lock()
	defer mu.Unlock()
	return append([]error(nil), errs...)
}

func unanswered(topic string) error {
	return sentence(errors.New("timeout: no receipt"), broker.Subject{Topic: topic})
}

// message returns the copy of a message to store, with the properties that
// Pulsar's clients set.
func (f *forwarder) message(m pulsar.Message, delay time.Duration) *pulsar.ProducerMessage {
	properties := map[string]string{}
	maps.Copy(properties, m.Properties())
	if _, there := properties[pulsar.SysPropertyRealTopic]; !there {
		properties[pulsar.SysPropertyRealTopic] = m.Topic()
		properties[pulsar.PropertyOriginMessageID] = m.ID().String()
	}
	copied := &pulsar.ProducerMessage{
		Payload: m.Payload(), Key: m.Key(), OrderingKey: m.OrderingKey(), EventTime: m.EventTime(), Properties: properties,
	}
	if f.spec.Retry {
		properties[pulsar.SysPropertyReconsumeTimes] = strconv.Itoa(int(retries(m)) + 1)
		properties[pulsar.SysPropertyDelayTime] = strconv.FormatInt(delay.Milliseconds(), 10)
		copied.DeliverAfter = delay
	}
	return copied
}

// Close flushes and closes the producer.
func (f *forwarder) Close(ctx context.Context) error {
	_, err := within(ctx, func() (struct{}, error) { f.producer.Close(); return struct{}{}, nil }, nil)
	return err
}

// retries returns how often a message went through a retry topic, by its
// properties.
func retries(m pulsar.Message) uint16 {
	properties := m.Properties()
	if len(properties) == 0 {
		return 0
	}
	n, _ := strconv.ParseUint(properties[pulsar.SysPropertyReconsumeTimes], 10, 16) // anything but a number was never a count
	return uint16(n)
}
