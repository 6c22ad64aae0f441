package broker

import (
	"errors"
	"fmt"
	"net/http"
)

// Error is a refusal or a silence of Pulsar as a sentence for the user.
type Error struct {
	Category Category
	Message  string // what is wrong, lower case, without a full stop
	Try      string // a line that works when typed, or ""
	Cause    error
}

// Error is the sentence.
func (e *Error) Error() string { return e.Message }

// Unwrap is what the client or the network said.
func (e *Error) Unwrap() error { return e.Cause }

// Advice is a line that works when typed, or "".
func (e *Error) Advice() string { return e.Try }

// Unreachable reports whether there is no connection to the cluster.
func (e *Error) Unreachable() bool { return e.Category == Disconnected }

// Classify is the category of an error, Other where it is no *Error.
func Classify(err error) Category {
	var known *Error
	if errors.As(err, &known) {
		return known.Category
	}
	return Other
}

// Refusal is an answer of the admin API that is not a success, as the Cause of
// an *Error.
type Refusal struct {
	Status int    // of HTTP
	Reason string // the broker's own words, one line, or ""
}

// Error is the status and the reason.
func (r *Refusal) Error() string {
	if r.Reason == "" {
		return fmt.Sprintf("status %d", r.Status)
	}
	return fmt.Sprintf("status %d: %s", r.Status, r.Reason)
}

// IsMissing tells whether a call was refused because the topic, the
// subscription or the namespace is not there.
func IsMissing(err error) bool { return refusedWith(err, http.StatusNotFound) }

// IsThere tells whether a call was refused because what it would create is
// there already, or what it would start goes on.
func IsThere(err error) bool { return refusedWith(err, http.StatusConflict) }

// IsBusy tells whether a call was refused because somebody is connected to the
// topic or the subscription, or subscribed to it.
func IsBusy(err error) bool { return refusedWith(err, http.StatusPreconditionFailed) }

func refusedWith(err error, status int) bool {
	var r *Refusal
	return errors.As(err, &r) && r.Status == status
}
