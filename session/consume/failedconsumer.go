package consume

import (
	"context"

	"pulsh/session/broker"
)

// failedConsumer is the consumer of a slot for which none could be subscribed.
// It has ended from the beginning, so the supervisor replaces it.
type failedConsumer struct {
	ended chan struct{}
	why   error
}

func newFailedConsumer(why error) broker.Consumer {
	f := &failedConsumer{ended: make(chan struct{}), why: why}
	close(f.ended)
	return f
}

// Receive returns nothing.
func (f *failedConsumer) Receive(<-chan struct{}, []broker.Delivery) int { return 0 }

// Ack fails.
func (f *failedConsumer) Ack(run []broker.Delivery) (int, error) {
	return len(run), &broker.Error{Category: broker.Disconnected, Message: "there is no consumer", Cause: f.why}
}

// AckUpTo fails.
func (f *failedConsumer) AckUpTo(run []broker.Delivery) error {
	_, err := f.Ack(run)
	return err
}

// Nack does nothing.
func (f *failedConsumer) Nack([]broker.Delivery) {}

// Waiting returns 0.
func (f *failedConsumer) Waiting() int { return 0 }

// Add fails.
func (f *failedConsumer) Add(context.Context, string) error { return f.why }

// Drop does nothing.
func (f *failedConsumer) Drop(context.Context, string) error { return nil }

// Ended returns a closed channel.
func (f *failedConsumer) Ended() (<-chan struct{}, func() error) {
	return f.ended, func() error { return f.why }
}

// Close does nothing.
func (f *failedConsumer) Close(context.Context) error { return nil }
