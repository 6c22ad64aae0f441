package client

import (
	"context"
	"errors"
	"testing"

	"github.com/apache/pulsar-client-go/pulsar"
	"github.com/stretchr/testify/require"
)

// closing is a producer whose queue is closed while a message is being sent.
type closing struct {
	pulsar.Producer
	send func()
}

func (c closing) SendAsync(context.Context, *pulsar.ProducerMessage, func(pulsar.MessageID, *pulsar.ProducerMessage, error)) {
	c.send()
}

// The client closes its queue when a topic is terminated, and a message that is just
// being sent fails like any other.
func TestAMessageForAClosedQueueFails(t *testing.T) {
	queue := make(chan int)
	close(queue)
	var got error
	answers := 0
	answer := func(_ pulsar.MessageID, _ *pulsar.ProducerMessage, err error) { answers, got = answers+1, err }
	sendAsync(closing{send: func() { queue <- 1 }}, &pulsar.ProducerMessage{}, answer)
	require.Equal(t, 1, answers)
	require.ErrorIs(t, got, pulsar.ErrProducerClosed)
	sendAsync(closing{send: func() {}}, &pulsar.ProducerMessage{}, answer)
	require.Equal(t, 1, answers, "the client answers by itself")
	other := errors.New("another fault")
	require.PanicsWithError(t, other.Error(), func() {
		sendAsync(closing{send: func() { panic(other) }}, &pulsar.ProducerMessage{}, answer)
	})
	var none []int
	require.Panics(t, func() { sendAsync(closing{send: func() { none[0]++ }}, &pulsar.ProducerMessage{}, answer) })
}
