package snapshot

import "pulsh/session/broker"

// Order is the order of messages that a subscription promises, and that the
// ledger can hold it to.
type Order string

// What is in order: nothing, the messages of each lane, or of each key of each
// lane.
const (
	NoOrder       Order = "none"
	ProducerOrder Order = "lane"
	KeyOrder      Order = "key"
)

// Order tells what a consumer group may expect. One consumer of one partition
// gets the messages of a lane as they were sent, unless the sender batches by key. Partitions have no order
// between them, but a key has one partition; with key_shared it has one
// consumer as well. Several consumers of a shared subscription disorder by
// nature, and where nobody has told of the partitions nothing is promised.
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

// Disorder is how many messages came against the promised order.
func (g Group) Disorder() (messages uint64, promised Order) {
	switch promised = g.Order(); promised {
	case ProducerOrder:
		return g.Consumer.Delivery.OutOfOrder, promised
	case KeyOrder:
		return g.Consumer.Delivery.OutOfOrderKey, promised
	}
	return 0, NoOrder
}
