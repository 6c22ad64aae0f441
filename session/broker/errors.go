package broker

import (
	"errors"
	"fmt"
	"net/http"
)

// Error is a refusal or a missing answer of Pulsar, as a sentence for the user.
type Error struct {
	Category Category
	Message  string // what is wrong, lower case, without a full stop
	Try      string // a line that works when typed, or ""
	Policy   string // the policy whose bound is reached, such as maxProducersPerTopic, or ""
	Cause    error
}

// Error returns the sentence.
func (e *Error) Error() string { return e.Message }

// Unwrap returns the error of the client or the network.
func (e *Error) Unwrap() error { return e.Cause }

// Advice is a line that works when typed, or "".
func (e *Error) Advice() string { return e.Try }

// Unreachable reports whether there is no connection to the cluster.
func (e *Error) Unreachable() bool { return e.Category == Disconnected }

// Classify returns the category of an error, Other if it is no *Error.
func Classify(err error) Category {
	var known *Error
	if errors.As(err, &known) {
		return known.Category
	}
	return Other
}

// Refusal is an unsuccessful answer of the admin API, as the Cause of an
// *Error.
type Refusal struct {
	Status int    // of HTTP
	Reason string // the broker's own words, one line, or ""
}

// Error returns the status and the reason.
func (r *Refusal) Error() string {
	if r.Reason == "" {
		return fmt.Sprintf("status %d", r.Status)
	}
	return fmt.Sprintf("status %d: %s", r.Status, r.Reason)
}

// IsMissing reports whether a call was refused because the topic, the
// subscription or the namespace does not exist.
func IsMissing(err error) bool { return refusedWith(err, http.StatusNotFound) }

// IsThere reports whether a call was refused because what it would create
// exists already, or what it would start is running.
func IsThere(err error) bool { return refusedWith(err, http.StatusConflict) }

// IsBusy reports whether a call was refused because the topic or the
// subscription has producers, consumers or subscriptions.
func IsBusy(err error) bool { return refusedWith(err, http.StatusPreconditionFailed) }

func refusedWith(err error, status int) bool {
	var r *Refusal
	return errors.As(err, &r) && r.Status == status
}
