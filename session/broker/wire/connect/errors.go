package connect

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"syscall"

	"pulsh/session/broker"
	"pulsh/session/broker/probe"
	"pulsh/session/broker/protocol"
	"pulsh/session/broker/protocol/conn"
)

// meaning is the explanation of a broker's refusal. %s is the topic.
type meaning struct {
	category broker.Category
	sentence string
	try      string
	final    bool // of a producer or consumer: no later attempt can succeed
}

// meanings are those of the refusals that have one of their own; the others
// keep the broker's words.
var meanings = map[protocol.ServerError]meaning{
	protocol.AuthenticationError:           {broker.NotAuthorised, "not authorised for topic %s", "", true},
	protocol.AuthorizationError:            {broker.NotAuthorised, "not authorised for topic %s", "", true},
	protocol.ConsumerBusy:                  {broker.Busy, "another consumer already holds this subscription of topic %s", "", false},
	protocol.ConsumerAssignError:           {broker.Busy, "another consumer of this subscription of topic %s has the same hash range", "", true},
	protocol.ProducerBusy:                  {broker.Busy, "another producer of topic %s has this name", "", false},
	protocol.PersistenceError:              {broker.Other, "the broker cannot read or write the stored messages of topic %s", "topic stats %s", false},
	protocol.ProducerFenced:                {broker.Busy, "another producer has topic %s to itself", "", true},
	protocol.ProducerBlockedQuotaError:     {broker.BacklogFull, "the backlog quota of topic %s is full: the broker accepts no more messages", "subs %s", false},
	protocol.ProducerBlockedQuotaException: {broker.BacklogFull, "the backlog quota of topic %s is full: the broker accepts no more messages", "subs %s", false},
	protocol.TooManyRequests:               {broker.Throttled, "the broker throttles topic %s", "", false},
	protocol.TopicNotFound:                 {broker.Gone, "there is no topic %s", "topics", true},
	protocol.SubscriptionNotFound:          {broker.Gone, "there is no such subscription of topic %s", "topics", true},
	protocol.TopicTerminatedError:          {broker.TopicTerminated, "topic %s is terminated and accepts no more messages", "", true},
	protocol.InvalidTopicName:              {broker.Other, "%q is not a topic name", "", true},
	protocol.IncompatibleSchema:            {broker.Other, "topic %s has a schema and accepts no plain bytes, which is all that pulsh sends", "", true},
	protocol.UnsupportedVersionError:       {broker.Other, "the broker of topic %s is too old for the wire engine: use engine=client", "", true},
}

// unopenedError is the failure of a connection before the broker has greeted.
type unopenedError struct {
	explained *broker.Error // nil if it is no more than that nothing answers
	cause     error
}

func (e *unopenedError) Error() string { return e.cause.Error() }
func (e *unopenedError) Unwrap() error { return e.cause }

// unopened explains why a connection was not opened, in the words of the probe.
func (e *Cluster) unopened(to Endpoint, first []byte, cause error) error {
	scheme := "pulsar://"
	if e.address.Secure {
		scheme = "pulsar+ssl://"
	}
	return &unopenedError{explained: probe.Explain(scheme+to.Address, first, cause), cause: cause}
}

// about is a sentence with the topic in it.
func about(text, topic string) string {
	if strings.Contains(text, "%") {
		return fmt.Sprintf(text, topic)
	}
	return text
}

// Sentence turns an error of the broker or the network into one for users.
func Sentence(err error, topic string) error {
	var already *broker.Error
	if err == nil || errors.As(err, &already) || errors.Is(err, context.Canceled) {
		return err
	}
	said := &broker.Error{Category: broker.Other, Message: firstLine(err), Cause: err}
	var refusal *conn.Refusal
	if errors.As(err, &refusal) {
		said.Message = firstLine(errors.New(refusal.Message))
		m, known := meanings[refusal.Code]
		if fenced(refusal) {
			m, known = meaning{broker.Moved, "topic %s is fenced: no publishing until the broker reloads it", "", false}, true
		}
		if known {
			said.Category, said.Message, said.Try = m.category, about(m.sentence, topic), about(m.try, topic)
		}
		return said
	}
	var unopened *unopenedError
	switch {
	case errors.As(err, &unopened) && unopened.explained != nil:
		return unopened.explained
	case timedOut(err):
		said.Category, said.Message = broker.Timeout, "the broker does not answer"
	case disconnected(err):
		said.Category, said.Message, said.Try = broker.Disconnected, "the broker cannot be reached", "local start"
	case errors.Is(err, protocol.ErrMalformed):
		said.Message = "what answers does not speak Pulsar's protocol"
	}
	return said
}

// fenced reports whether a refusal is about a topic that the broker holds closed
// for a while.
func fenced(r *conn.Refusal) bool {
	text := strings.ToLower(r.Message)
	return strings.Contains(text, "topicfenced") || strings.Contains(text, "temporarily unavailable")
}

func timedOut(err error) bool {
	return errors.Is(err, ErrOverdue) || errors.Is(err, conn.ErrSlow) || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, os.ErrDeadlineExceeded)
}

func disconnected(err error) bool {
	var network *net.OpError
	var name *net.DNSError
	return errors.As(err, &network) || errors.As(err, &name) || errors.Is(err, io.EOF) || errors.Is(err, net.ErrClosed) ||
		errors.Is(err, syscall.ECONNRESET) || errors.Is(err, conn.ErrSilent) || errors.Is(err, conn.ErrOrder) || errors.Is(err, ErrClosed) ||
		errors.Is(err, io.ErrUnexpectedEOF)
}

// Final reports whether a producer or a consumer that was open before cannot be
// opened again.
func Final(err error) bool {
	var refusal *conn.Refusal
	return errors.As(err, &refusal) && meanings[refusal.Code].final
}

// FinalAtFirst reports whether the first attempt to open a producer or a consumer
// is the last. It is stricter than Final, so that a user can act at once.
func FinalAtFirst(err error) bool {
	var refusal *conn.Refusal
	if !errors.As(err, &refusal) {
		return !errors.Is(err, io.EOF) && !errors.As(err, new(LostError))
	}
	switch refusal.Code {
	case protocol.ServiceNotReady, protocol.TooManyRequests, protocol.MetadataError, protocol.PersistenceError, protocol.UnknownError:
		return false
	}
	return true
}

func firstLine(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	return line
}
