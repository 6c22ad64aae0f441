package snapshot

import "pulsh/session/delivery"

// Delivery is the delivery audit of a consumer group at one instant.
type Delivery struct {
	Present   delivery.Totals   // of the present period, since its beginning or the last reset
	Previous  delivery.Totals   // of the previous periods, since the last reset
	Producers []ProducerAccount // of the present period regardless of resets; the worst first
}

// ProducerAccount is the delivery account of one Pulsar producer.
type ProducerAccount struct {
	// Name is the group and the producer's number if it sends now in this
	// session, else the end of its Pulsar name.
	Name string
	delivery.ProducerAccount
}
