package broker

import (
	"context"
	"time"
)

// Grouping says how many acknowledgements are sent together at most, and how
// long the first one waits for others. With Messages of 1 or less each is sent
// at once.
type Grouping struct {
	Messages int
	Delay    time.Duration
}

// StandardGrouping returns the default of the Go client.
func StandardGrouping() Grouping { return Grouping{1000, 100 * time.Millisecond} }

// Forwarder stores received messages in another topic: a dead-letter or a retry
// topic.
type Forwarder interface {
	// Forward stores a run in order, with the properties by which Pulsar's
	// clients recognise such messages. A retry topic delivers them after delay.
	// Forward returns when all are stored or ctx ends. The error of a message
	// is nil only if it is known to be stored.
	Forward(ctx context.Context, run []Delivery, delay time.Duration) []error
	// Close ends the producer. No Forward may be running.
	Close(ctx context.Context) error
}

// ForwarderSpec is what a forwarder is created with.
type ForwarderSpec struct {
	Topic string
	Name  string // producer name, unique in the cluster
	Retry bool   // the topic is a retry topic: each message counts one more retry
}
