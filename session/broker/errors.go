package broker

import (
	"errors"

	"pulsh/session/metrics"
)

// Error is a refusal or a silence of Pulsar as a sentence for the user.
type Error struct {
	Category metrics.Category
	Message  string // what is wrong, lower case, without a full stop
	Try      string // a line that works when typed, or ""
	Cause    error
}

// Error is the sentence.
func (e *Error) Error() string { return e.Message }

// Unwrap is what the client or the network said.
func (e *Error) Unwrap() error { return e.Cause }

// Classify is the category of an error, Other where it is no *Error.
func Classify(err error) metrics.Category {
	var known *Error
	if errors.As(err, &known) {
		return known.Category
	}
	return metrics.Other
}
