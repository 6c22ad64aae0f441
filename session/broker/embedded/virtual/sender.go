package virtual

import (
	"context"
	"maps"
	"slices"
	"time"

	"pulsh/session/broker"
	"pulsh/session/broker/memory"
	"pulsh/session/broker/protocol"
	"pulsh/session/broker/protocol/conn"
	"pulsh/session/broker/wire"
	"pulsh/session/broker/wire/connect"
)

// Engine is the wire engine of a test. It sends single messages too, which the wire engine
// leaves to the Go client: it puts them into the broker itself.
type Engine struct {
	*wire.Engine
	cluster *Cluster
}

var _ broker.Sender = (*Engine)(nil)

// SendEach stores messages in a topic, one after the other.
func (e *Engine) SendEach(ctx context.Context, topic string, all []broker.Message) (ids []broker.MessageID, err error) {
	n, err := e.Partitions(ctx, topic)
	if err != nil {
		return nil, err
	}
	for i, m := range all {
		name, partition := protocol.FullTopic(topic), -1
		if n > 0 {
			if partition = i % n; m.Key != "" {
				partition = protocol.JavaString.Partition(m.Key, n)
			}
			name = protocol.PartitionName(name, partition)
		}
		id, err := e.cluster.store(name, m, uint64(i))
		if err != nil {
			return ids, connect.Sentence(err, broker.Subject{Topic: topic})
		}
		id.Partition = partition
		ids = append(ids, id)
	}
	return ids, nil
}

// store puts a message into a topic.
func (c *Cluster) store(topic string, m broker.Message, sequence uint64) (broker.MessageID, error) {
	p, answer, err := c.AddProducer(unconnected{}, &protocol.Producer{Topic: topic, TopicEpoch: protocol.NoEpoch}, func(int64) {})
	if err != nil {
		return broker.MessageID{}, refused(err)
	}
	defer p.Close()
	meta := &protocol.Metadata{
		ProducerName: []byte(answer.Name), Sequence: sequence, PublishTime: uint64(time.Now().UnixMilli()),
		PartitionKey: []byte(m.Key), KeySet: m.Key != "", OrderingKey: []byte(m.OrderingKey), UncompressedSize: uint32(len(m.Body)),
	}
	if !m.EventTime.IsZero() {
		meta.EventTime = uint64(m.EventTime.UnixMilli())
	}
	if !m.DeliverAt.IsZero() {
		meta.DeliverAt = m.DeliverAt.UnixMilli()
	}
	for _, key := range slices.Sorted(maps.Keys(m.Properties)) {
		meta.Properties = append(meta.Properties, protocol.Property{Key: []byte(key), Value: []byte(m.Properties[key])})
	}
	var b protocol.Builder
	b.Begin(nil, len(m.Body))
	copy(b.ClaimAlone(len(m.Body)), m.Body)
	send := &protocol.Send{Sequence: sequence}
	written, _ := b.Finish(send, meta)
	frame, _, err := protocol.NextFrame(written, protocol.MaxMessageSize)
	if err != nil {
		return broker.MessageID{}, err
	}
	entry, err := protocol.ParseEntry(frame.Rest)
	if err != nil {
		return broker.MessageID{}, err
	}
	stored, err := p.Publish(send, &entry, meta)
	if err != nil {
		return broker.MessageID{}, refused(err)
	}
	return broker.MessageID{Ledger: int64(stored.At.Ledger), Entry: stored.At.Entry}, nil
}

// refused turns the broker's refusal into what a connection hands on.
func refused(err error) error {
	if r, ok := err.(*memory.Refusal); ok {
		return &conn.Refusal{Code: r.Code, Message: r.Message}
	}
	return err
}

// unconnected is the memory.Peer of a producer that has no connection.
type unconnected struct{}

func (unconnected) Push(*memory.Delivery)          {}
func (unconnected) Tell(protocol.Body)             {}
func (unconnected) Writable() bool                 { return true }
func (unconnected) ProducerClosed(uint64)          {}
func (unconnected) ConsumerClosed(uint64)          {}
func (unconnected) Address() (text, client string) { return "/127.0.0.1:1", "test" }
