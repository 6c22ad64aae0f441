package admin

import (
	"context"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"pulsh/session/broker"
)

// position is a place in a topic as the admin API writes it. Batch -1 is the
// whole entry.
type position struct {
	Ledger    int64 `json:"ledgerId"`
	Entry     int64 `json:"entryId"`
	Partition int   `json:"partitionIndex"`
	Batch     int   `json:"batchIndex"`
}

// The two ends of a topic, as Pulsar's MessageId.earliest and MessageId.latest.
var (
	first = position{Ledger: -1, Entry: -1, Partition: -1, Batch: -1}
	last  = position{Ledger: math.MaxInt64, Entry: math.MaxInt64, Partition: -1, Batch: -1}
)

// on takes a topic and a subscription from what was typed.
func on(topic, subscription string) (broker.TopicName, error) {
	name, err := broker.ParseTopic(topic)
	if err == nil {
		err = checkSubscription(subscription)
	}
	if err != nil {
		return broker.TopicName{}, err
	}
	return name, nil
}

// stored is on for calls about what a subscription has left to receive.
func stored(topic, subscription string) (broker.TopicName, error) {
	name, err := on(topic, subscription)
	if err == nil {
		err = checkStored(name)
	}
	return name, err
}

// checkStored refuses a topic that stores nothing: the broker has no such calls
// for it and answers with an error of its program.
func checkStored(name broker.TopicName) error {
	if name.Domain == broker.NonPersistent {
		return fmt.Errorf("nothing is stored on %s: it is a non-persistent topic", name)
	}
	return nil
}

// Subscriptions lists the names of a topic's subscriptions.
func (a *Admin) Subscriptions(ctx context.Context, topic string) ([]string, error) {
	name, err := broker.ParseTopic(topic)
	if err != nil {
		return nil, err
	}
	var names []string
	err = a.get(ctx, call{at: topicPath(name, "subscriptions"), doing: "list the subscriptions of " + name.Short(), max: longAnswer}, &names)
	slices.Sort(names)
	return names, err
}

// CreateSubscription creates a subscription that begins at a position.
func (a *Admin) CreateSubscription(ctx context.Context, topic, subscription string, from broker.Position) error {
	name, err := stored(topic, subscription)
	if err != nil {
		return err
	}
	at := last
	if from == broker.Earliest {
		at = first
	}
	return a.change(ctx, call{method: http.MethodPut, at: subscriptionPath(name, subscription), body: at,
		doing: fmt.Sprintf("create the subscription %s of %s", subscription, name.Short())})
}

// DeleteSubscription deletes a subscription with its backlog. Unless it is
// forced, Pulsar refuses while it has consumers.
func (a *Admin) DeleteSubscription(ctx context.Context, topic, subscription string, force bool) error {
	name, err := on(topic, subscription)
	if err != nil {
		return err
	}
	c := call{method: http.MethodDelete, at: subscriptionPath(name, subscription),
		doing: fmt.Sprintf("delete the subscription %s of %s", subscription, name.Short())}
	if force {
		c.query = url.Values{"force": {"true"}}
	}
	return a.change(ctx, c)
}

// SkipEntries takes the next n entries (batches, not messages) off a
// subscription's backlog, on each partition that the topic has.
func (a *Admin) SkipEntries(ctx context.Context, topic, subscription string, n int) error {
	name, err := stored(topic, subscription)
	if err != nil {
		return err
	}
	if n < 1 {
		return fmt.Errorf("%d entries cannot be skipped", n)
	}
	return a.eachPart(ctx, name, func(part broker.TopicName) error {
		return a.change(ctx, call{method: http.MethodPost,
			at:    subscriptionPath(part, subscription, "skip", strconv.Itoa(n)),
			doing: fmt.Sprintf("skip %d entries of %s on %s", n, subscription, part.Short())})
	})
}

// ClearBacklog takes everything off a subscription's backlog.
func (a *Admin) ClearBacklog(ctx context.Context, topic, subscription string) error {
	name, err := stored(topic, subscription)
	if err != nil {
		return err
	}
	return a.change(ctx, call{method: http.MethodPost, at: subscriptionPath(name, subscription, "skip_all"),
		doing: fmt.Sprintf("clear the backlog of %s on %s", subscription, name.Short())})
}

// Expire takes what is older than age off a subscription's backlog. Pulsar
// counts the age in whole seconds, at least one.
func (a *Admin) Expire(ctx context.Context, topic, subscription string, age time.Duration) error {
	name, err := stored(topic, subscription)
	if err != nil {
		return err
	}
	seconds := strconv.Itoa(int(max(age, time.Second) / time.Second))
	return a.change(ctx, call{method: http.MethodPost, at: subscriptionPath(name, subscription, "expireMessages", seconds),
		doing: fmt.Sprintf("expire messages of %s on %s", subscription, name.Short())})
}

// SeekTime moves a subscription to the first message that was published at
// that time or later. A time before 1970, as the zero time, is the oldest
// message that is still stored; one in the future is behind the newest. The
// broker disconnects the subscription's consumers, which connect again.
func (a *Admin) SeekTime(ctx context.Context, topic, subscription string, to time.Time) error {
	name, err := stored(topic, subscription)
	if err != nil {
		return err
	}
	ms := strconv.FormatInt(max(0, to.UnixMilli()), 10)
	return a.change(ctx, call{method: http.MethodPost, at: subscriptionPath(name, subscription, "resetcursor", ms),
		doing: fmt.Sprintf("move %s on %s", subscription, name.Short())})
}

// SeekID moves a subscription to a stored message, which will be the next one.
// On a partitioned topic the id names its partition; the others stay.
func (a *Admin) SeekID(ctx context.Context, topic, subscription string, id broker.MessageID) error {
	name, err := stored(topic, subscription)
	if err != nil {
		return err
	}
	if name.Partition < 0 {
		if name, err = a.partOf(ctx, name, id); err != nil {
			return err
		}
	}
	at := position{Ledger: id.Ledger, Entry: id.Entry, Partition: name.Partition, Batch: -1}
	return a.change(ctx, call{method: http.MethodPost, at: subscriptionPath(name, subscription, "resetcursor"), body: at,
		doing: fmt.Sprintf("move %s on %s to %s", subscription, name.Short(), id)})
}

// partOf names the part of a topic that a message id lies in.
func (a *Admin) partOf(ctx context.Context, name broker.TopicName, id broker.MessageID) (broker.TopicName, error) {
	n, err := a.partitions(ctx, name)
	switch {
	case err != nil:
		return broker.TopicName{}, err
	case n == 0 && id.Partition > 0:
		return broker.TopicName{}, fmt.Errorf("%s is not partitioned; %d:%d names a message of it", name.Short(), id.Ledger, id.Entry)
	case n == 0:
		return name, nil
	case id.Partition < 0:
		return broker.TopicName{}, fmt.Errorf("%s has %d partitions; %s:0 names a message of the first", name.Short(), n, id)
	case id.Partition >= n:
		return broker.TopicName{}, fmt.Errorf("%s has %d partitions, counted from 0; %s names the partition %d", name.Short(), n, id, id.Partition)
	}
	return name.Of(id.Partition), nil
}

// eachPart does one thing to a topic, or to each of its partitions in turn.
func (a *Admin) eachPart(ctx context.Context, name broker.TopicName, do func(broker.TopicName) error) error {
	n, err := a.partitions(ctx, name)
	if err != nil {
		return err
	}
	if n == 0 {
		return do(name)
	}
	for i := range n {
		if err := do(name.Of(i)); err != nil {
			return err
		}
	}
	return nil
}
