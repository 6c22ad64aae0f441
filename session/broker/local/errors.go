package local

import "errors"

// Error is a failure as a sentence for the user, with a next step.
type Error struct {
	// Message says what is wrong, in lower case and without a full stop.
	Message string
	// Next is the advice on what to type or install, or "".
	Next string
	// Cause is the underlying error, or nil.
	Cause error
}

// Error returns the sentence.
func (e *Error) Error() string { return e.Message }

// Advice returns the next step, or "".
func (e *Error) Advice() string { return e.Next }

// Unwrap returns the underlying error.
func (e *Error) Unwrap() error { return e.Cause }

// ErrNothing is the cause of an error of a start on a machine on which no Pulsar can
// be run: there is neither Java with Maven, nor Docker, nor a Pulsar.
var ErrNothing = errors.New("nothing to run a pulsar with")

// ErrNotRunning is the cause of an error of a call that needs a running server.
var ErrNotRunning = errors.New("no local pulsar is running")

// ErrForeign is the cause of an error of a call that would change a server that
// pulsh has not started.
var ErrForeign = errors.New("this pulsar was not started by pulsh")

// ErrNotReady is the cause of an error of a start whose server did not become ready in
// time. The next start of the folder starts it again.
var ErrNotReady = errors.New("pulsar was not ready in time")
