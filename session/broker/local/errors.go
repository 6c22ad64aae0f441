package local

import "errors"

// Error is a failure told as a sentence, with the step that gets past it.
type Error struct {
	// Message says what is wrong, in lower case and without a full stop.
	Message string
	// Next is what to type or install; empty when there is nothing to try.
	Next string
	// Cause is the error underneath, if any; it is reachable by errors.Is.
	Cause error
}

// Error returns the sentence.
func (e *Error) Error() string { return e.Message }

// Advice returns the next step, or "" when there is none.
func (e *Error) Advice() string { return e.Next }

// Unwrap returns the error underneath.
func (e *Error) Unwrap() error { return e.Cause }

// ErrNotRunning is the cause of an error that needed a running server.
var ErrNotRunning = errors.New("no local pulsar is running")

// ErrForeign is the cause of an error that asked to change a server which
// pulsh did not start.
var ErrForeign = errors.New("this pulsar was not started by pulsh")
