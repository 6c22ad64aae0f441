package client

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/apache/pulsar-client-go/pulsar"

	"pulsh/session/broker"
)

// kinds are the failures that the client reports, recognised by the client's
// result or, if it passes the broker's words on without one, by these words.
var kinds = []struct {
	category broker.Category
	results  []pulsar.Result
	words    []string
	sentence string // %s is the topic, here and in try
	try      string
}{
	{broker.TooLarge, []pulsar.Result{pulsar.MessageTooBig}, []string{"exceeds maxmessagesize"},
		"the message is larger than the broker accepts", ""},
	{broker.TopicTerminated, []pulsar.Result{pulsar.TopicTerminated}, []string{"topicterminated", "terminated"},
		"topic %s is terminated and accepts no more messages", ""},
	{broker.NotAuthorised, []pulsar.Result{pulsar.AuthenticationError, pulsar.AuthorizationError, pulsar.ErrorGettingAuthenticationData},
		[]string{"authorization", "authentication", "not authorized"}, "not authorised for topic %s", ""},
	{broker.BacklogFull, []pulsar.Result{pulsar.ProducerBlockedQuotaExceededError, pulsar.ProducerBlockedQuotaExceededException},
		[]string{"quotaexceeded"}, "the backlog quota of topic %s is full: the broker accepts no more messages", "subs %s"},
	{broker.Throttled, []pulsar.Result{pulsar.TooManyLookupRequestException},
		[]string{"too many", "toomanyrequests"}, "the broker throttles topic %s", ""},
	{broker.QueueFull, []pulsar.Result{pulsar.ProducerQueueIsFull, pulsar.ClientMemoryBufferIsFull}, nil, "the send queue is full", ""},
	{broker.Busy, []pulsar.Result{pulsar.ConsumerBusy}, []string{"consumerbusy", "exclusive consumer is already connected"},
		"another consumer already holds this subscription of topic %s", ""},
	{broker.Busy, nil, []string{"producerbusy"}, "another producer of topic %s has this name", ""},
	{broker.Busy, nil, []string{"consumerassignerror", "range conflict"},
		"another consumer of this subscription of topic %s has the same hash range", ""},
	{broker.Moved, nil, []string{"topicfenced", "temporarily unavailable"}, "topic %s is fenced: no publishing until the broker reloads it", ""},
	{broker.Gone, []pulsar.Result{pulsar.TopicNotFound}, []string{"topicnotfound", "topic not found"}, "there is no topic %s", "topics"},
	{broker.Gone, []pulsar.Result{pulsar.SubscriptionNotFound}, []string{"subscriptionnotfound"}, "there is no such subscription of topic %s", "topics"},
	{broker.Other, nil, []string{"incompatibleschema"}, "topic %s has a schema and accepts no plain bytes, which is all that pulsh sends", ""},
	{broker.Other, nil, []string{"managedledgerexception"}, "the broker cannot read or write the stored messages of topic %s", "topic stats %s"},
	{broker.Other, []pulsar.Result{pulsar.InvalidTopicName}, []string{"invalid topic name"}, "%q is not a topic name", ""},
	{broker.Disconnected, []pulsar.Result{pulsar.ConnectError, pulsar.NotConnectedError, pulsar.ProducerClosed, pulsar.ConsumerClosed, pulsar.LookupError, pulsar.ReadError},
		[]string{"connection refused", "connection closed", "connection error", "connection reset", "no such host", "broken pipe", "eof"},
		"the broker cannot be reached", "local start"},
	{broker.Timeout, []pulsar.Result{pulsar.TimeoutError}, []string{"timeout", "timed out", "deadline exceeded"}, "the broker does not answer", ""},
}

// classify returns the category of an error and the client's own text.
func classify(err error) (broker.Category, string) {
	if k := kindOf(err); k >= 0 {
		return kinds[k].category, firstLine(err)
	}
	return broker.Other, firstLine(err)
}

// kindOf returns the index of the row of kinds, or -1.
func kindOf(err error) int {
	var known *pulsar.Error
	typed := errors.As(err, &known)
	for i, k := range kinds {
		for _, r := range k.results {
			if typed && known.Result() == r {
				return i
			}
		}
	}
	text := strings.ToLower(err.Error())
	for i, k := range kinds {
		for _, w := range k.words {
			if strings.Contains(text, w) {
				return i
			}
		}
	}
	return -1
}

// sentence turns an error of the client into a sentence for the user.
func sentence(err error, topic string) error {
	var already *broker.Error
	if errors.As(err, &already) || errors.Is(err, context.Canceled) {
		return err
	}
	k := kindOf(err)
	if k < 0 {
		return &broker.Error{Category: broker.Other, Message: firstLine(err), Cause: err}
	}
	about := func(text string) string {
		if strings.Contains(text, "%") {
			return fmt.Sprintf(text, topic)
		}
		return text
	}
	return &broker.Error{Category: kinds[k].category, Message: about(kinds[k].sentence), Try: about(kinds[k].try), Cause: err}
}

// firstLine returns the broker's own words, without the name of the error that
// the client puts before them.
func firstLine(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	if named, ok := strings.CutPrefix(line, "server error: "); ok {
		if _, words, found := strings.Cut(named, ": "); found && words != "" {
			return words
		}
	}
	return line
}
