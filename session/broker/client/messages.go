package client

import (
	"context"
	"time"

	"github.com/apache/pulsar-client-go/pulsar"

	"pulsh/session/broker"
)

// sendTimeout is after how long a single message without an answer has failed.
const sendTimeout = 10 * time.Second

// SendEach stores messages through a producer of their own.
func (c *Client) SendEach(ctx context.Context, topic string, all []broker.Message) (ids []broker.MessageID, err error) {
	about := broker.Subject{Topic: topic}
	partitions, err := c.Partitions(ctx, topic)
	if err != nil {
		return nil, err
	}
	producer, err := within(ctx, func() (pulsar.Producer, error) {
		return c.sending.CreateProducer(pulsar.ProducerOptions{
			Topic: topic, DisableBatching: true, SendTimeout: sendTimeout, MaxPendingMessages: 1, BackOffPolicyFunc: newRetry,
			PartitionsAutoDiscoveryInterval: discoverEvery,
		})
	}, pulsar.Producer.Close)
	if err != nil {
		return nil, sentence(err, about)
	}
	defer within(ctx, func() (struct{}, error) { producer.Close(); return struct{}{}, nil }, nil)
	for len(ids) < len(all) && err == nil {
		m := &all[len(ids)]
		var id pulsar.MessageID
		id, err = within(ctx, func() (pulsar.MessageID, error) {
			return producer.Send(context.Background(), &pulsar.ProducerMessage{ // an ending context hangs the client, see within
				Payload: m.Body, Key: m.Key, OrderingKey: m.OrderingKey, Properties: m.Properties, EventTime: m.EventTime, DeliverAt: m.DeliverAt,
			})
		}, nil)
		if err == nil {
			at := placeOf(id, topic)
			if partitions > 0 {
				at.Partition = int(id.PartitionIdx())
			}
			ids = append(ids, at)
		}
	}
	if err != nil {
		err = sentence(err, about)
	}
	return ids, err
}

// LastMessage asks for the last message of a topic. The client asks through a reader only.
func (c *Client) LastMessage(ctx context.Context, topic string) (broker.MessageID, error) {
	id, err := within(ctx, func() (pulsar.MessageID, error) {
		r, err := c.taking.CreateReader(pulsar.ReaderOptions{Topic: topic, StartMessageID: pulsar.LatestMessageID(), ReceiverQueueSize: 1, BackoffPolicyFunc: newRetry})
		if err != nil {
			return nil, err
		}
		defer r.Close()
		return r.GetLastMessageID()
	}, nil)
	if err != nil {
		return broker.MessageID{}, sentence(err, broker.Subject{Topic: topic})
	}
	return placeOf(id, topic), nil
}

// placeOf returns the id of an entry of a topic. The client says 0 for a topic without
// partitions, and for a partition that is read alone.
func placeOf(id pulsar.MessageID, topic string) broker.MessageID {
	return broker.MessageID{Ledger: id.LedgerID(), Entry: id.EntryID(), Partition: partitionOf(topic)}
}

// partitionOf returns the partition that a topic's name says, -1 if it is none.
func partitionOf(topic string) int {
	name, err := broker.ParseTopic(topic)
	if err != nil {
		return -1
	}
	return name.Partition
}

// Describe returns the message of a delivery.
func (s *consumer) Describe(d *broker.Delivery) broker.Message { return described(d) }

// described returns all that the client knows of a received message.
func described(d *broker.Delivery) broker.Message {
	m := d.Whole.(pulsar.Message)
	id := m.ID()
	at := broker.Message{
		ID:    placeOf(id, m.Topic()),
		Index: id.BatchIdx(), Batch: id.BatchSize(), Topic: m.Topic(), Body: m.Payload(),
		Key: m.Key(), OrderingKey: m.OrderingKey(), Properties: m.Properties(), Published: m.PublishTime(), EventTime: m.EventTime(),
		Redelivery: int(m.RedeliveryCount()), Schema: m.SchemaVersion(), Producer: m.ProducerName(), Encrypted: m.GetEncryptionContext() != nil,
	}
	if at.EventTime.UnixMilli() == 0 {
		at.EventTime = time.Time{} // as the client says that there is none
	}
	return at
}
