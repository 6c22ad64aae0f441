package client

import (
	"context"
	"fmt"
	"maps"
	"strconv"
	"sync"
	"time"

	"github.com/apache/pulsar-client-go/pulsar"

	"pulsh/session/broker"
)

// forwarder stores received messages in a dead-letter or a retry topic. The
// client could do it by itself, but does not tell what became of a message,
// tries for ever while a topic refuses, and acknowledges on the goroutine that
// reads the connection.
type forwarder struct {
	producer pulsar.Producer
	spec     broker.ForwarderSpec
}

// Timings of a forwarder: it waits for each run, so batches must not wait long.
const (
	forwardDelay   = time.Millisecond
	forwardTimeout = 10 * time.Second
	forwardPending = 1000 // a run has 64 messages, and each worker sends one at a time
)

// OpenForwarder creates a producer on the sending connection.
func (c *Client) OpenForwarder(ctx context.Context, spec broker.ForwarderSpec) (broker.Forwarder, error) {
	producer, err := within(ctx, func() (pulsar.Producer, error) {
		return c.sending.CreateProducer(pulsar.ProducerOptions{
			Topic: spec.Topic, Name: spec.Name,
			SendTimeout: forwardTimeout, MaxPendingMessages: forwardPending,
			BatchingMaxPublishDelay: forwardDelay, BackOffPolicyFunc: newRetry,
			PartitionsAutoDiscoveryInterval: discoverEvery,
		})
	}, pulsar.Producer.Close)
	if err != nil {
		return nil, sentence(err, spec.Topic)
	}
	return &forwarder{producer, spec}, nil
}

// Forward sends the run and waits for the receipts.
func (f *forwarder) Forward(ctx context.Context, run []broker.Delivery, delay time.Duration) []error {
	var mu sync.Mutex
	errs := make([]error, len(run))
	for i := range errs {
		errs[i] = unanswered(f.spec.Topic)
	}
	var all sync.WaitGroup
	for i := range run {
		all.Add(1)
		f.producer.SendAsync(context.Background(), f.message(run[i].Whole.(pulsar.Message), delay),
			func(_ pulsar.MessageID, _ *pulsar.ProducerMessage, err error) {
				mu.Lock()
				defer mu.Unlock()
				errs[i] = nil
				if err != nil {
					errs[i] = sentence(err, f.spec.Topic)
				}
				all.Done()
			})
	}
	answered := make(chan struct{})
	go func() { // ends with the last receipt, or with the send timeout
		all.Wait()
		close(answered)
	}()
	select {
	case <-answered:
	case <-ctx.Done():
	}
	mu.Lock()
	defer mu.Unlock()
	return append([]error(nil), errs...)
}

func unanswered(topic string) error {
	return sentence(fmt.Errorf("timeout: no receipt from %s", topic), topic)
}

// message is the copy of a message that is stored elsewhere, with the
// properties that the clients of Pulsar give it.
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

// Close flushes and ends the producer.
func (f *forwarder) Close(ctx context.Context) error {
	_, err := within(ctx, func() (struct{}, error) { f.producer.Close(); return struct{}{}, nil }, nil)
	return err
}

// retries is how often a message says it went through a retry topic.
func retries(m pulsar.Message) uint16 {
	properties := m.Properties()
	if len(properties) == 0 {
		return 0
	}
	n, _ := strconv.ParseUint(properties[pulsar.SysPropertyReconsumeTimes], 10, 16) // what is no number was never counted
	return uint16(n)
}
