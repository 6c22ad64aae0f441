package client

import (
	"context"
	"errors"
	"testing"

	"github.com/apache/pulsar-client-go/pulsar"
	"github.com/stretchr/testify/require"

	"pulsh/session/broker"
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

func (c closing) FlushWithCtx(context.Context) error { c.send(); return pulsar.ErrProducerClosed }

// A flush tells only that it was cut short: that messages failed, each of them has told.
func TestAFlushOfAClosedProducerIsNoError(t *testing.T) {
	queue := make(chan int)
	close(queue)
	require.NoError(t, flush(t.Context(), closing{send: func() { queue <- 1 }}))
	require.NoError(t, flush(t.Context(), closing{send: func() {}}))
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, flush(ended, closing{send: func() {}}), pulsar.ErrProducerClosed)
}

// The client closes a producer before it says why. What fails in between is counted as
// disconnected, and what fails later under the reason.
func TestTheReasonOfAnEndedProducerMayComeLate(t *testing.T) {
	var told []error
	end := &producerEnd{topic: "fast", tell: func(cause error) { told = append(told, cause) }}
	judge := func(err error) broker.Category {
		category, _, gone := end.judge(err)
		require.True(t, gone)
		return category
	}
	require.Equal(t, broker.Disconnected, judge(pulsar.ErrProducerClosed))
	require.Equal(t, broker.TopicTerminated, judge(pulsar.ErrTopicTerminated))
	require.Equal(t, broker.TopicTerminated, judge(pulsar.ErrProducerClosed))
	require.Len(t, told, 1)

	end = &producerEnd{topic: "fast", tell: func(error) {}}
	require.Equal(t, broker.Disconnected, judge(pulsar.ErrProducerClosed))
	(&producer{ended: end}).Explain(&broker.Error{Category: broker.TopicTerminated, Message: "terminated"})
	category, text, _ := end.judge(pulsar.ErrProducerClosed)
	require.Equal(t, broker.TopicTerminated, category)
	require.Equal(t, "terminated", text)
}

// No text of the list of failures ends with the name of the client's result.
func TestFailuresAreSentences(t *testing.T) {
	for _, err := range []error{pulsar.ErrProducerClosed, pulsar.ErrSendTimeout, pulsar.ErrSendQueueIsFull, pulsar.ErrProducerFenced, pulsar.ErrMessageTooLarge, pulsar.ErrTopicTerminated} {
		_, text := classify(err, broker.Subject{Topic: "fast"})
		require.NotRegexp(t, `: [A-Z][A-Za-z]+$`, text)
	}
}
