package client

import (
	"errors"
	"sync/atomic"

	"github.com/apache/pulsar-client-go/pulsar"

	"pulsh/session/broker"
)

// producerEnd knows whether the client has ended a producer. Every later send
// fails at once, with the same error.
type producerEnd struct {
	topic   string
	tell    func(cause error)
	closing atomic.Bool // by us
	cause   atomic.Pointer[broker.Error]
}

// judge returns the category and the text of a failed send. gone reports that
// no other send can succeed.
func (e *producerEnd) judge(err error) (category broker.Category, text string, gone bool) {
	category, text = classify(err, broker.Subject{Topic: e.topic})
	if cause := e.cause.Load(); cause != nil {
		if final(category, nil) {
			e.explain(&broker.Error{Category: category, Message: text})
		}
		if category == broker.Disconnected {
			category, text = cause.Category, cause.Message // a consequence of the cause
		}
		return category, text, true
	}
	if e.closing.Load() || !final(category, err) {
		return category, text, false
	}
	cause, ok := errors.AsType[*broker.Error](sentence(err, broker.Subject{Topic: e.topic}))
	if ok && e.cause.CompareAndSwap(nil, cause) {
		e.tell(cause)
	}
	return category, text, true
}

// final reports whether the client does not reconnect after such an error.
func final(category broker.Category, err error) bool {
	if category == broker.TopicTerminated || category == broker.Gone {
		return true
	}
	known, ok := errors.AsType[*pulsar.Error](err)
	return ok && (known.Result() == pulsar.ProducerClosed || known.Result() == pulsar.ProducerFenced)
}

// explain names the reason why the client has ended the producer: it closes one before it
// fails what waits, so a send in between learns only that it is closed.
func (e *producerEnd) explain(cause *broker.Error) {
	if known := e.cause.Load(); known != nil && known.Category == broker.Disconnected {
		e.cause.CompareAndSwap(known, cause)
	}
}

// Explain is told by whoever could not open another producer in the place of this one.
func (l *producer) Explain(cause *broker.Error) { l.ended.explain(cause) }
