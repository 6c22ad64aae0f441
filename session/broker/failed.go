package broker

import "context"

// failedConsumer is a consumer that could not be subscribed. It has ended from the
// beginning.
type failedConsumer struct {
	ended chan struct{}
	why   error
}

// NewFailedConsumer returns a consumer that receives nothing and has ended, because
// none could be subscribed.
func NewFailedConsumer(why error) Consumer {
	f := &failedConsumer{ended: make(chan struct{}), why: why}
	close(f.ended)
	return f
}

// Receive returns nothing.
func (f *failedConsumer) Receive(<-chan struct{}, []Delivery) int { return 0 }

// Ack fails.
func (f *failedConsumer) Ack(run []Delivery) (int, error) {
	return len(run), &Error{Category: Disconnected, Message: "there is no consumer", Cause: f.why}
}

// AckUpTo fails.
func (f *failedConsumer) AckUpTo(run []Delivery) error {
	_, err := f.Ack(run)
	return err
}

// Nack does nothing.
func (f *failedConsumer) Nack([]Delivery) {}

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
