package snapshot

import (
	"fmt"
	"strings"

	"pulsh/session/delivery"
)

// Delivery is the delivery audit of a consumer group at one instant.
type Delivery struct {
	Present   delivery.Totals   // of the present period, since its beginning or the last reset
	Previous  delivery.Totals   // of the previous periods, since the last reset
	Removed   int64             // of the present period: removed by the cluster, not in Present; an estimate
	Producers []ProducerAccount // of the present period, since its beginning or the last reset; the worst first
	// Subscriptions are the accounts of several subscriptions, of the present period.
	Subscriptions []SubscriptionAccount
}

// SubscriptionAccount is the delivery account of one of several subscriptions.
type SubscriptionAccount struct {
	Name string
	delivery.Totals
}

// ProducerAccount is the delivery account of one Pulsar producer.
type ProducerAccount struct {
	// Name is the group and the producer's number if it sends now in this
	// session, else the end of its Pulsar name.
	Name string
	delivery.ProducerAccount
}

// removedSlack allows for the estimate of the removed messages, which counts entries
// times the mean number of messages in them.
const removedSlack = 2

// Unreachable returns how many of the missing messages cannot come any more: all of
// them while the backlog is empty, but for those that the replication from another
// cluster may bring, else those between received ones. waiting is the
// number of messages in the group's own hands.
func Unreachable(t delivery.Totals, b Backlog, waiting int64) int64 {
	missing := int64(t.Lost + t.Gaps)
	if b.Known && b.Entries == 0 {
		missing = int64(t.Missing() - t.Replicating)
	}
	return max(missing-waiting, 0)
}

// droppedWhy says why messages of topics that store nothing were not delivered.
const droppedWhy = "dropped by the broker: nothing is stored on a non-persistent topic"

// WhyRemoved says why messages were removed.
func (c *Consumer) WhyRemoved() string {
	if c.Broker.Removed.Why == "" && c.Removed > 0 {
		return droppedWhy
	}
	return c.Broker.Removed.Why
}

// SetAside takes the messages that the cluster has removed, and those that it never
// stored, out of the missing ones, and returns how many.
func (c *Consumer) SetAside(t *delivery.Totals) (removed int64) {
	t.TakeBack(uint64(max(c.Waiting, 0)))
	c.Awaited, c.Unreachable = int64(t.Missing()), Unreachable(*t, c.Backlog, int64(c.Waiting+c.InFlight))
	return c.Broker.Removed.setAside(t, c.Unreachable, c.Backlog) + int64(t.Dropped)
}

// setAside takes removed messages out of the missing ones that cannot come any more,
// and returns how many. Those that left the audit's window go first: the oldest
// messages are removed first. What the backlog cannot hold was removed as well, though
// nothing that was sent after it has come.
func (r Removed) setAside(t *delivery.Totals, unreachable int64, b Backlog) (removed int64) {
	if r.Sum() == 0 {
		return 0
	}
	removed = min(unreachable, removedSlack*r.Sum())
	if b.Known {
		removed = max(removed, min(int64(t.Missing())-b.Messages, r.Sum()))
	}
	rest := uint64(removed)
	for _, part := range []*uint64{&t.Lost, &t.Gaps, &t.NotYetReceived} {
		n := min(*part, rest)
		*part -= n
		rest -= n
	}
	return removed
}

// Judged reports whether loss can be judged: no others receive from the subscription.
func (c *Consumer) Judged() bool { return len(c.Others) == 0 }

// someMax is how many names SomeOf writes.
const someMax = 2

// SomeOf writes the first names of a list, and how many more there are.
func SomeOf(names []string) string {
	if len(names) <= someMax {
		return strings.Join(names, " and ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:someMax], ", "), len(names)-someMax)
}
