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

// position is a message ID in the JSON of the admin API. Batch -1 means the whole
// entry.
type position struct {
	Ledger    int64 `json:"ledgerId"`
	Entry     int64 `json:"entryId"`
	Partition int   `json:"partitionIndex"`
	Batch     int   `json:"batchIndex"`
}

// The two ends of a topic: MessageId.earliest and MessageId.latest of Pulsar.
var (
	first = position{Ledger: -1, Entry: -1, Partition: -1, Batch: -1}
	last  = position{Ledger: math.MaxInt64, Entry: math.MaxInt64, Partition: -1, Batch: -1}
)

// on parses the names of a topic and of a subscription of it.
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

// stored is like on, for calls about stored messages.
func stored(topic, subscription string) (broker.TopicName, error) {
	name, err := on(topic, subscription)
	if err == nil {
		err = checkStored(name)
	}
	return name, err
}

// checkStored refuses a non-persistent topic. The broker has no calls about stored
// messages for one and fails with a Java class cast.
func checkStored(name broker.TopicName) error {
	if name.Domain == broker.NonPersistent {
		return &broker.Error{Message: fmt.Sprintf("nothing is stored on %s: it is a non-persistent topic", name), Try: "tail " + name.String()}
	}
	return nil
}

// Subscriptions returns the names of a topic's subscriptions, sorted.
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

// CreateSubscription creates a subscription with an initial position. If it
// exists, broker.IsThere reports true for the error.
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

// DeleteSubscription deletes a subscription with its backlog. Without force, Pulsar
// refuses while consumers are connected; broker.IsBusy reports true for that error.
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

// SkipEntries skips the oldest n entries (batches, not messages) of a
// subscription's backlog, on each partition of the topic.
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

// ClearBacklog skips a subscription's whole backlog.
func (a *Admin) ClearBacklog(ctx context.Context, topic, subscription string) error {
	name, err := stored(topic, subscription)
	if err != nil {
		return err
	}
	return a.change(ctx, call{method: http.MethodPost, at: subscriptionPath(name, subscription, "skip_all"),
		doing: fmt.Sprintf("clear the backlog of %s on %s", subscription, name.Short())})
}

// Expire starts to skip the messages of a subscription's backlog that are older
// than age. Pulsar counts the age in whole seconds, at least one. If an earlier
// expiry is running, broker.IsThere reports true for the error.
func (a *Admin) Expire(ctx context.Context, topic, subscription string, age time.Duration) error {
	name, err := stored(topic, subscription)
	if err != nil {
		return err
	}
	seconds := strconv.Itoa(int(max(age, time.Second) / time.Second))
	return a.change(ctx, call{method: http.MethodPost, at: subscriptionPath(name, subscription, "expireMessages", seconds),
		doing: fmt.Sprintf("expire messages of %s on %s", subscription, name.Short())})
}

// SeekTime moves a subscription to the first message published at a time or
// later. A time before 1970, such as the zero time, means the oldest stored
// message, and one in the future the end of the topic. The broker disconnects the
// consumers of the subscription, which then connect again.
func (a *Admin) SeekTime(ctx context.Context, topic, subscription string, to time.Time) error {
	name, err := stored(topic, subscription)
	if err != nil {
		return err
	}
	ms := strconv.FormatInt(max(0, to.UnixMilli()), 10)
	return a.change(ctx, call{method: http.MethodPost, at: subscriptionPath(name, subscription, "resetcursor", ms),
		doing: fmt.Sprintf("move %s on %s", subscription, name.Short())})
}

// SeekID moves a subscription to a stored message, which it delivers next. On a
// partitioned topic the ID has a partition; the cursors of the others stay.
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

// partOf returns the topic, or the partition of it, that holds a message ID.
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

// eachPart calls do with a topic, or with each of its partitions in turn.
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
