package snapshot

import "pulsh/session/broker"

// Order is the order of messages that a subscription promises, and that the
// delivery audit can check.
type Order string

// The messages are ordered not at all, within each producer, or within each key
// of each producer.
const (
	NoOrder       Order = "none"
	ProducerOrder Order = "producer"
	KeyOrder      Order = "key"
)

// Order returns the order that a consumer group can expect. One consumer of one
// partition gets the messages of a producer as they were sent, unless the
// producer batches by key. Partitions have no order between them, but all
// messages of a key are in one partition, and with key_shared they go to one
// consumer. Several consumers of a shared subscription keep no order. Nothing
// is promised while the number of partitions is unknown.
func (g Group) Order() Order {
	c := g.Consumer
	if c == nil {
		return NoOrder
	}
	switch broker.SubscriptionType(c.Type) {
	case broker.Exclusive, broker.Failover:
		if !c.Broker.At.IsZero() && g.Partitions <= 1 && c.Delivery.KeyBatched == 0 {
			return ProducerOrder
		}
	case broker.KeyShared:
	default:
		return NoOrder
	}
	if c.Delivery.Keyed > 0 {
		return KeyOrder
	}
	return NoOrder
}

// Disorder returns how many messages arrived against the promised order, and
// that order.
func (g Group) Disorder() (messages uint64, promised Order) {
	switch promised = g.Order(); promised {
	case ProducerOrder:
		return g.Consumer.Delivery.OutOfOrder, promised
	case KeyOrder:
		return g.Consumer.Delivery.OutOfOrderKey, promised
	}
	return 0, NoOrder
}
