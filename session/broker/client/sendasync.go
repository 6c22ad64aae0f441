package client

import (
	"context"
	"runtime"

	"github.com/apache/pulsar-client-go/pulsar"
)

// sendAsync gives a message to the client. The client closes its queue by itself when a
// topic is terminated or deleted, or when another producer has fenced this one. A sender
// that has passed its check by then sends on a closed channel, which would end the
// process: such a message is answered here.
func sendAsync(p pulsar.Producer, m *pulsar.ProducerMessage, answer callback) {
	defer func() {
		switch cause := recover().(type) {
		case nil:
		case runtime.Error:
			if cause.Error() != "send on closed channel" {
				panic(cause)
			}
			answer(nil, m, pulsar.ErrProducerClosed)
		default:
			panic(cause)
		}
	}()
	p.SendAsync(context.Background(), m, answer)
}
