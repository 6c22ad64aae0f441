package reading

import (
	"context"
	"fmt"
	"math/rand/v2"

	"pulsh/session/broker"
)

// reader is a consumer that tells all of its messages.
type reader struct {
	broker.Consumer
	broker.Describer
}

// open opens a reader under a name of its own.
func open(ctx context.Context, engine broker.Broker, topic string, start broker.Start, queue int) (reader, error) {
	name := Name("look")
	consumer, err := engine.Subscribe(ctx, broker.ConsumerSpec{
		Topics: []string{topic}, Subscription: name, Name: name, Type: broker.Exclusive, Queue: queue, Position: broker.Latest,
		NonDurable: true, Reader: true, Start: start,
	})
	if err != nil {
		return reader{}, err
	}
	describer, ok := consumer.(broker.Describer)
	if !ok {
		_ = consumer.Close(ctx) // it has received nothing
		return reader{}, &broker.Error{Message: "this engine does not tell what its messages carry", Try: "set session engine=client"}
	}
	return reader{consumer, describer}, nil
}

// Name returns the name of a reader's subscription, which no other reader has.
func Name(of string) string { return fmt.Sprintf("reader-%s-%08x", of, rand.Uint32()) }
