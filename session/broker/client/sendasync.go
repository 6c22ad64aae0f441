package client

import (
	"context"
	"runtime"
	"time"

	"github.com/apache/pulsar-client-go/pulsar"
)

// sendAsync gives a message to the client. The client closes its queue by itself when a
// topic is terminated or deleted, or when another producer has fenced this one. A sender
// that has passed its check by then sends on a closed channel, which would end the
// process: such a message is answered here.
func sendAsync(p pulsar.Producer, m *pulsar.ProducerMessage, answer callback) {
	defer func() {
		if queueClosed(recover()) {
			answer(nil, m, pulsar.ErrProducerClosed)
		}
	}()
	p.SendAsync(context.Background(), m, answer)
}

// flush waits until all messages of a producer are answered. That some have failed, or
// that the client has closed the producer, is no error: each message tells its own.
func flush(ctx context.Context, p pulsar.Producer) error {
	defer func() { queueClosed(recover()) }() // as in sendAsync
	if err := p.FlushWithCtx(ctx); ctx.Err() != nil {
		return err
	}
	return nil
}

// flushPoll is how often a flush looks whether all messages are answered.
const flushPoll = 10 * time.Millisecond

// flush waits until all messages are answered. Those that have expired are: without a
// connection the client's own flush would wait for the broker, however long it is away.
func (l *producer) flush(ctx context.Context) error {
	flushing, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() { // ends with flushing
		poll := time.NewTicker(flushPoll)
		defer poll.Stop()
		for l.InFlight() > 0 {
			select {
			case <-poll.C:
			case <-flushing.Done():
				return
			}
		}
		cancel()
	}()
	if err := flush(flushing, l.producer); ctx.Err() != nil {
		return err
	}
	return nil
}

// queueClosed reports whether a panic is that of a send to the closed queue of a
// producer. Any other goes on.
func queueClosed(cause any) bool {
	if cause == nil {
		return false
	}
	if known, ok := cause.(runtime.Error); !ok || known.Error() != "send on closed channel" {
		panic(cause)
	}
	return true
}
