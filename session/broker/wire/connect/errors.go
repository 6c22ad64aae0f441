package connect

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"syscall"

	"pulsh/session/broker"
	"pulsh/session/broker/probe"
	"pulsh/session/broker/protocol"
	"pulsh/session/broker/protocol/conn"
)

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

// Sentence turns an error of the broker or the network into one for users.
func Sentence(err error, of broker.Subject) error {
	var already *broker.Error
	if err == nil || errors.As(err, &already) || errors.Is(err, context.Canceled) {
		return err
	}
	var refusal *conn.Refusal
	if errors.As(err, &refusal) {
		return of.Refused(refusal.Code.String(), refusal.Message, err)
	}
	said := &broker.Error{Category: broker.Other, Message: broker.OneLine(err.Error()), Cause: err}
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
	return errors.As(err, &refusal) && broker.Subject{}.ServerErrorOf(refusal.Code.String(), refusal.Message).Final
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
