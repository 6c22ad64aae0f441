package client

import (
	"context"
	"errors"
	"regexp"
	"slices"
	"strings"

	"github.com/apache/pulsar-client-go/pulsar"

	"pulsh/session/broker"
)

// kinds are the failures that the client itself reports, recognised by its result or, if
// there is none, by these words. What the broker refuses is in the table of
// broker.ServerError.
var kinds = []struct {
	results []pulsar.Result
	words   []string
	code    string // the row of broker.ServerError, or "" for the rest of this row

	category broker.Category
	sentence string
	try      string
}{
	{[]pulsar.Result{pulsar.MessageTooBig}, []string{"exceeds maxmessagesize"}, "", broker.TooLarge, "the message is larger than the broker accepts", ""},
	{[]pulsar.Result{pulsar.TopicTerminated}, nil, "TopicTerminatedError", 0, "", ""},
	{[]pulsar.Result{pulsar.AuthenticationError, pulsar.ErrorGettingAuthenticationData}, nil, "AuthenticationError", 0, "", ""},
	{[]pulsar.Result{pulsar.AuthorizationError}, nil, "AuthorizationError", 0, "", ""},
	{[]pulsar.Result{pulsar.ProducerBlockedQuotaExceededError, pulsar.ProducerBlockedQuotaExceededException}, nil, "ProducerBlockedQuotaExceededException", 0, "", ""},
	{[]pulsar.Result{pulsar.TooManyLookupRequestException}, nil, "TooManyRequests", 0, "", ""},
	{[]pulsar.Result{pulsar.ProducerQueueIsFull, pulsar.ClientMemoryBufferIsFull}, nil, "", broker.QueueFull, "the send queue is full", ""},
	{[]pulsar.Result{pulsar.ConsumerBusy}, nil, "ConsumerBusy", 0, "", ""},
	{[]pulsar.Result{pulsar.ProducerFenced}, nil, "ProducerFenced", 0, "", ""},
	{[]pulsar.Result{pulsar.TopicNotFound}, nil, "TopicNotFound", 0, "", ""},
	{[]pulsar.Result{pulsar.SubscriptionNotFound}, nil, "SubscriptionNotFound", 0, "", ""},
	{[]pulsar.Result{pulsar.InvalidTopicName}, []string{"invalid topic name"}, "InvalidTopicName", 0, "", ""},
	{[]pulsar.Result{pulsar.ProducerClosed}, nil, "", broker.Disconnected, "the client has closed the producer", ""},
	{[]pulsar.Result{pulsar.ConnectError, pulsar.NotConnectedError, pulsar.ConsumerClosed, pulsar.LookupError, pulsar.ReadError},
		[]string{"connection refused", "connection closed", "connection error", "connection reset", "no such host", "broken pipe", "eof"},
		"", broker.Disconnected, "the broker cannot be reached", "local start"},
	{[]pulsar.Result{pulsar.TimeoutError}, []string{"timeout", "timed out", "deadline exceeded"}, "", broker.Timeout, "the broker does not answer", ""},
}

// serverError matches the client's report of a refusal: the name of the protocol's error
// and the broker's text.
var serverError = regexp.MustCompile(`(?:server|ack response) error: ([A-Z][A-Za-z]+): ([^\n]*)`)

// sentence turns an error of the client into a sentence for the user.
func sentence(err error, of broker.Subject) error {
	var already *broker.Error
	if errors.As(err, &already) || errors.Is(err, context.Canceled) {
		return err
	}
	return explained(err, of)
}

// explained is sentence for an error that is none yet.
func explained(err error, of broker.Subject) *broker.Error {
	text := err.Error()
	if found := serverError.FindStringSubmatch(text); found != nil {
		return of.Refused(found[1], found[2], err)
	}
	if code := broker.CodeIn(of.Nameless(text)); code != "" {
		return of.Refused(code, text, err)
	}
	k := kindOf(err, of.Nameless(text))
	switch {
	case k < 0:
		return &broker.Error{Category: broker.Other, Message: broker.OneLine(text), Cause: err}
	case kinds[k].code != "":
		return of.Refused(kinds[k].code, text, err)
	}
	return &broker.Error{Category: kinds[k].category, Message: kinds[k].sentence, Try: kinds[k].try, Cause: err}
}

// classify returns the category of an error, and its text in the list of failures.
func classify(err error, of broker.Subject) (broker.Category, string) {
	said := explained(err, of)
	if _, typed := errors.AsType[*pulsar.Error](err); typed || serverError.MatchString(err.Error()) {
		return said.Category, said.Message // the text ends with the name of the result
	}
	return said.Category, broker.OneLine(err.Error())
}

// kindOf returns the index of the row of kinds, or -1. text is that of err without names.
func kindOf(err error, text string) int {
	if known, typed := errors.AsType[*pulsar.Error](err); typed {
		for i, k := range kinds {
			if slices.Contains(k.results, known.Result()) {
				return i
			}
		}
	}
	text = strings.ToLower(text)
	for i, k := range kinds {
		if slices.ContainsFunc(k.words, func(w string) bool { return strings.Contains(text, w) }) {
			return i
		}
	}
	return -1
}
