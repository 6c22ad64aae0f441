package brokerstats

import (
	"context"
	"fmt"
	"math"

	"pulsh/session/broker"
	"pulsh/session/snapshot"
)

// removal finds out how many messages leave the backlog of a subscription without
// being delivered. The broker counts the entries that it expires. It does not count
// what is skipped, cleared or evicted; that shows in the balance of its counters
// between two polls:
//
//	backlog before + published − delivered − expired − backlog now
//
// where delivered messages that are not acknowledged are part of the backlog.
type removal struct {
	began   bool // there were statistics before these
	sum     snapshot.Removed
	expired int64 // entries, by the broker's counter
	sub     broker.SubscriptionStats
	in      int64
	ratio   float64 // messages per entry
	stored  int64   // bytes
}

// movedMin is the least number of messages that counts as moved, beside those that
// flow between two polls: the broker's counters are not read at one instant.
const movedMin = 500

// observe takes the sum of a subscription's statistics. restarted says that the
// broker's counters have begun again. It reports whether messages were expired or
// moved since the last time.
func (r *removal) observe(s broker.TopicStats, subscription string, restarted bool) (expired, moved int64) {
	sub, ratio := s.Subscriptions[subscription], max(s.MessagesPerEntry, 1)
	before := *r
	r.began, r.sub, r.in, r.ratio, r.stored = true, sub, s.MessagesIn, ratio, s.StorageBytes
	if !before.began {
		return 0, 0
	}
	entries := sub.Expired - before.sub.Expired
	if restarted || entries < 0 {
		entries = sub.Expired
	}
	expired = int64(math.Round(float64(max(entries, 0)) * max(ratio, before.ratio)))
	gone := before.sub.BacklogEntries - sub.BacklogEntries - entries
	switch {
	case restarted && s.StorageBytes < before.stored/2: // the topic was deleted, with its messages
		moved = int64(math.Round(float64(max(gone, 0)) * max(ratio, before.ratio)))
	case !restarted:
		published, delivered := s.MessagesIn-before.in, sub.MessagesOut-before.sub.MessagesOut
		acked := delivered + before.sub.Unacked - sub.Unacked
		balance := int64(float64(gone)*min(ratio, before.ratio)) + published - acked
		if gone > 0 && balance > movedMin+published+delivered {
			moved = balance
		}
	}
	r.sum.Expired += expired
	r.sum.Moved += moved
	return expired, moved
}

// Removal takes the statistics that Observe has taken, and returns a sentence if
// messages were removed from the backlog and nothing was said of it since the last
// seek.
func (t *Tracker) Removal(ctx context.Context, from broker.Admin, topic, subscription string, own StatsByTopic, restarted bool) string {
	t.mu.Lock()
	was := t.removal.sum
	expired, moved := t.removal.observe(own.Sum(subscription), subscription, restarted)
	known := was.Why != ""
	t.mu.Unlock()
	if expired+moved == 0 {
		t.mu.Lock()
		t.latest.Removed = t.removal.sum
		t.mu.Unlock()
		return ""
	}
	var policies broker.Policies
	if from != nil && !known {
		policies, _ = from.Policies(ctx, topic) // without them the reason is less exact
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if !known {
		switch {
		case expired > 0:
			t.removal.sum.Why = policies.Expiry()
		case restarted:
			t.removal.sum.Why = "deleted with the topic"
		case policies.QuotaPolicy == broker.Eviction:
			t.removal.sum.Why = fmt.Sprintf("evicted: backlog quota %d MiB, %s", policies.Quota>>20, broker.Eviction)
		default:
			t.removal.sum.Why = "the subscription was moved on, not by this group"
		}
	}
	t.latest.Removed = t.removal.sum
	if known {
		return ""
	}
	return fmt.Sprintf("about %d messages left the backlog of %s undelivered (%s)", expired+moved, subscription, t.removal.sum.Why)
}

// ForgetRemoved begins a new count of removed messages, after a seek.
func (t *Tracker) ForgetRemoved() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.removal, t.latest.Removed = removal{}, snapshot.Removed{}
}

// Blocked returns a sentence when the broker begins to hold deliveries back because
// too many messages are unacknowledged.
func (t *Tracker) Blocked(ctx context.Context, from broker.Admin, topic string) string {
	t.mu.Lock()
	blocked, unacked, known := t.latest.Blocked, t.latest.Unacked, t.blockedBy != ""
	if !blocked {
		t.blockedBy = ""
	}
	t.latest.BlockedBy = t.blockedBy
	t.mu.Unlock()
	if !blocked || known {
		return ""
	}
	by := "maxUnackedMessagesPerConsumer"
	if from != nil {
		policies, _ := from.Policies(ctx, topic) // without them the reason is less exact
		switch {
		case policies.UnackedTotal > 0 && unacked >= int64(policies.UnackedTotal):
			by = fmt.Sprintf("maxUnackedMessagesPerSubscription %d", policies.UnackedTotal)
		case policies.UnackedConsumer > 0:
			by = fmt.Sprintf("maxUnackedMessagesPerConsumer %d", policies.UnackedConsumer)
		}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.blockedBy, t.latest.BlockedBy = by, by
	return fmt.Sprintf("the broker delivers no more: %d messages are unacknowledged (%s)", unacked, by)
}
