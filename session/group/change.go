package group

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"time"

	"pulsh/session/broker"
	"pulsh/session/snapshot"
)

// Rebuild tells whether a change has replaced the producers or the consumers of a
// group, because of a setting that the client takes only when it creates one.
type Rebuild struct {
	Done bool
	Gap  time.Duration // without messages: from the last old to the first new producer, or all of the change
}

// Unanswered returns the error of a step that did not end before its context. doing is
// what follows while, such as "acknowledging".
func Unanswered(ctx context.Context, name, doing string) error {
	if ctx.Err() == context.Canceled {
		return ctx.Err()
	}
	return &broker.Error{Category: broker.Timeout, Message: fmt.Sprintf("%s: the cluster did not answer in time while %s", name, doing), Try: "status"}
}

// boundTime bounds the reading of a policy for a sentence.
const boundTime = 2 * time.Second

// NameBound returns an error with the value of the policy whose bound was reached and the
// level that sets it, as far as the admin API tells. It returns all other errors as they
// are.
func (b *Base[Settings]) NameBound(ctx context.Context, topic string, err error) error {
	var reached *broker.Error
	admin := b.Cluster().Admin
	if !errors.As(err, &reached) || reached.Policy == "" || admin == nil || ctx.Err() != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, boundTime)
	defer cancel()
	value, level, unread := admin.Bound(ctx, topic, reached.Policy)
	if unread != nil || value <= 0 {
		return err
	}
	named := *reached
	named.Message = strings.Replace(reached.Message, "("+reached.Policy+")", fmt.Sprintf("(%s %d of %s)", reached.Policy, value, level), 1)
	return &named
}

// IsOutage reports whether a request failed for want of an answer. It may have
// been carried out all the same.
func IsOutage(err error) bool {
	category := broker.Classify(err)
	return errors.Is(err, context.DeadlineExceeded) || category == broker.Timeout || category == broker.Disconnected
}

// Explain returns an error that says what is known after a request that failed
// for want of an answer. It returns all other errors as they are.
func Explain(err error, known, try string) error {
	if !IsOutage(err) {
		return err
	}
	category, why := broker.Classify(err), err.Error()
	if errors.Is(err, context.DeadlineExceeded) {
		category, why = broker.Timeout, "the cluster did not answer in time"
	}
	return &broker.Error{Category: category, Message: known + ": " + why, Try: try}
}

// Unchanged is Explain for a change that has left the settings as they were.
func (b *Base[Settings]) Unchanged(err error) error {
	return Explain(err, b.name+" keeps its settings", "status")
}

// CheckReachable refuses a change while the cluster is known to be away.
func (b *Base[Settings]) CheckReachable() error {
	cluster := b.Cluster().Now()
	if cluster.State == snapshot.Up {
		return nil
	}
	return &broker.Error{
		Category: broker.Disconnected,
		Message:  fmt.Sprintf("%s is unchanged: the cluster has not answered for %s", b.name, time.Since(cluster.Since).Round(time.Second)),
		Try:      "status",
	}
}

// OpenAtOnce bounds the producers or consumers that are created side by side:
// each costs the broker a lookup and a registration.
const OpenAtOnce = 64

// RandomID returns a number that no other call ever returns, in any process.
func RandomID() uint64 {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails: crypto/rand ends the process instead
	return binary.LittleEndian.Uint64(b[:])
}
