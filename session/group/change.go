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

// Refused returns the refusal of a producer or a consumer with what only the admin API
// tells: the value of the policy whose bound was reached, with the level that sets it,
// and that the namespace is missing and not only the topic. It returns all other errors
// as they are.
func (b *Base[Settings]) Refused(ctx context.Context, topic string, err error) error {
	var refused *broker.Error
	admin := b.Cluster().Admin
	if !errors.As(err, &refused) || admin == nil || ctx.Err() != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, boundTime)
	defer cancel()
	told := *refused
	switch {
	case refused.Policy != "":
		value, level, unread := admin.Bound(ctx, topic, refused.Policy)
		if unread != nil || value <= 0 {
			return err
		}
		told.Message = strings.Replace(refused.Message, "("+refused.Policy+")", fmt.Sprintf("(%s %d of %s)", refused.Policy, value, level), 1)
	case refused.Category == broker.Gone:
		name, wrong := broker.ParseTopic(topic)
		if wrong != nil {
			return err
		}
		namespace := broker.NamespaceName{Tenant: name.Tenant, Namespace: name.Namespace}.String()
		if _, missing := admin.Topics(ctx, namespace); !broker.IsMissing(missing) {
			return err
		}
		told.Message, told.Try = "there is no namespace "+namespace, "topics"+b.On()
	default:
		return err
	}
	return &told
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
	if !IsOutage(err) || errors.Is(err, errUnchanged) {
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

// errUnchanged is the cause of an error that says itself what has become of a change.
var errUnchanged = errors.New("nothing was changed")

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
		Cause:    errUnchanged,
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
