package broker

import (
	"fmt"
	"time"
)

// Policies are what a cluster is told to do with the messages of a topic, by the
// topic, its namespace or the broker: the first of them that says something.
type Policies struct {
	TTL             time.Duration // after which an unacknowledged message is acknowledged by the broker; 0 for never
	Quota           int64         // bytes of the largest backlog; 0 for no bound
	QuotaPolicy     string        // at the quota: producer_request_hold, producer_exception or consumer_backlog_eviction
	UnackedConsumer int           // unacknowledged messages at which a consumer gets no more; 0 for no bound
	UnackedTotal    int           // the same of a subscription
	SizeMax         int           // bytes of the largest message; 0 if the broker's own bound holds
}

// Eviction is the policy of a backlog quota that removes the oldest messages.
const Eviction = "consumer_backlog_eviction"

// Expiry says why the broker expires messages.
func (p Policies) Expiry() string {
	if p.TTL == 0 {
		return "expired by an administrator"
	}
	return fmt.Sprintf("expired: messageTTL %.0fs", p.TTL.Seconds())
}
