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
	Producers []ProducerAccount // of the present period regardless of resets; the worst first
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
const removedSlack = 1.25

// SetAside takes removed messages out of the missing ones, as far as these are
// neither in the backlog nor on their way, and returns how many. Those that left the
// audit's window go first: the oldest messages are removed first.
func (r Removed) SetAside(t *delivery.Totals, waiting int64) (removed int64) {
	if r.Sum() == 0 {
		return 0
	}
	removed = min(max(int64(t.Missing())-waiting, 0), int64(removedSlack*float64(r.Sum())))
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
