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
	Producers []ProducerAccount // of the present period regardless of resets; the worst first
}

// ProducerAccount is the delivery account of one Pulsar producer.
type ProducerAccount struct {
	// Name is the group and the producer's number if it sends now in this
	// session, else the end of its Pulsar name.
	Name string
	delivery.ProducerAccount
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
