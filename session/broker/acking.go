package broker

import (
	"context"
	"time"
)

// Grouping says how many acknowledgements travel together at most, and how
// long the first of them waits for others. Messages of 1 or less sends each
// at once.
type Grouping struct {
	Messages int
	Delay    time.Duration
}

// StandardGrouping is the Go client's own default.
func StandardGrouping() Grouping { return Grouping{1000, 100 * time.Millisecond} }

// Forwarder stores received messages in another topic: a dead-letter or a
// retry topic.
type Forwarder interface {
	// Forward stores a run in order, with the properties by which clients of
	// Pulsar recognise such messages; a retry topic delivers them after delay.
	// It returns when all are stored or ctx ends, with nil for each message that
	// is stored for certain.
	Forward(ctx context.Context, run []Delivery, delay time.Duration) []error
	// Close ends the producer. No Forward may be running.
	Close(ctx context.Context) error
}

// ForwarderSpec is what a forwarder is created with.
type ForwarderSpec struct {
	Topic string
	Name  string // producer name, unique in the cluster
	Retry bool   // it is a retry topic: each message counts one more retry
}
