package brokerstats

import (
	"context"
	"fmt"
	"math"
	"slices"

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
	copies int64 // how many subscriptions are added up, 0 for one; each gets every message
	began  bool  // there were statistics before these
	sum    snapshot.Removed
	sub    broker.SubscriptionStats
	in     int64
	marks  int64   // ends of transactions
	parts  int     // topics and partitions that have the subscription
	ratio  float64 // messages per entry
	stored int64   // bytes

	settling     int   // statistics that may still be of the time before the last seek
	suspected    int64 // messages that somebody may have moved over
	suspectedFor int   // polls since then in which the audit could have missed them
	suspectedWhy string
	back         movedBack
	aborted      int64 // messages of aborted transactions
	transacting  int   // statistics in which aborted messages may still leave the backlog

	flow int64 // messages that were stored and delivered between the last two statistics

	// owed is how many messages the active consumer has and has not acknowledged. Brokers
	// count that for the other types alone.
	owed int64

	// redelivered is how many of the messages that the audit misses between others come
	// again: a consumer had them when its connection broke. undisturbed is how many
	// statistics there were since then.
	redelivered int64
	undisturbed int

	full        bool // the backlog has reached its quota
	unexplained int  // polls in which the audit misses messages without a reason
}

// The balance is in messages, and the broker counts backlogs in entries, whose sizes
// differ. So it is a suspicion only. It counts when the delivery audit misses as much.
const (
	// movedMin is the least number of messages that is suspected to have been moved
	// over. flowShare is added of those that flow between two polls, since the broker's
	// counters are not read at one instant, and entryShare of those in the entries that
	// have left the backlog, since their sizes are estimated.
	movedMin   = 5
	flowShare  = 0.02
	entryShare = 0.1
	// queueDefault is how many messages an active consumer may have, before anything is known
	// of it.
	queueDefault = 1000
	// suspectedPolls is for how many polls a suspicion waits for the audit once the
	// backlog is not larger than what is suspected.
	suspectedPolls = 15
	// settlingPolls is how many statistics after a seek are not compared with those
	// before: they may have been asked for before it.
	settlingPolls = 2
	// redeliveredPolls is how many statistics after a broken connection what a consumer had
	// may be missing still.
	redeliveredPolls = 15
	// evictedPolls is for how many polls the audit must miss messages before an
	// eviction explains them: what is on its way has arrived by then.
	evictedPolls = 3
	// transactingPolls is for how many statistics after the end of a transaction nothing is
	// suspected: the messages of an aborted one leave the backlog, and nobody receives them.
	transactingPolls = 3
)

// observe takes the sum of a subscription's statistics in a number of topics and
// partitions. It returns how many messages were expired since the last time.
func (r *removal) observe(s broker.TopicStats, parts int, subscription string, told Told) (expired int64) {
	sub, ratio := s.Subscriptions[subscription], max(s.MessagesPerEntry, 1)
	before := *r
	r.full = r.full || s.BacklogFull
	if r.transacting = max(r.transacting-1, 0); s.Markers != before.marks || told.Aborted != before.aborted {
		r.transacting = transactingPolls
	}
	r.aborted = told.Aborted
	r.began, r.sub, r.in, r.marks = true, sub, s.MessagesIn, s.Markers
	r.ratio, r.stored, r.parts = ratio, s.StorageBytes, parts
	if !before.began {
		r.owed = min(int64(float64(sub.BacklogEntries)*ratio), sub.MessagesOut, queueDefault)
		return 0
	}
	r.flow = max(max(r.copies, 1)*(s.MessagesIn-before.in)+sub.MessagesOut-before.sub.MessagesOut, 0)
	if r.settling = max(r.settling-1, 0); before.settling > 0 || parts != before.parts {
		return 0 // the sums are not of the same messages
	}
	if float64(sub.BacklogEntries)*ratio <= float64(r.suspected) {
		r.suspectedFor++
	}
	if r.suspectedFor > suspectedPolls {
		r.suspected = 0
	}
	entries := sub.Expired - before.sub.Expired
	if told.Restarted || entries < 0 {
		entries = sub.Expired
	}
	expired = int64(math.Round(float64(max(entries, 0)) * max(ratio, before.ratio)))
	r.sum.Expired += expired
	gone := before.sub.BacklogEntries - sub.BacklogEntries - entries
	switch {
	case told.Restarted && s.StorageBytes < before.stored/2: // the topic was deleted, with its messages
		r.suspect(int64(math.Round(float64(max(gone, 0))*max(ratio, before.ratio))), "deleted with the topic")
	case !told.Restarted:
		published, delivered := max(r.copies, 1)*(s.MessagesIn-before.in), sub.MessagesOut-before.sub.MessagesOut
		acked := delivered + before.sub.Unacked - sub.Unacked
		least, most := min(ratio, before.ratio), max(ratio, before.ratio)
		if gone < 0 {
			least, most = most, least
		}
		slack := int64(movedMin + flowShare*float64(published+delivered))
		if most > 1 {
			slack += int64(entryShare * math.Abs(float64(gone)) * max(least, most))
		}
		left := int64(float64(gone)*least) + published
		balance := left - acked
		if sub.Type == broker.Exclusive || sub.Type == broker.Failover {
			balance -= r.owed
			r.owed = min(max(-balance, 0), int64(float64(sub.BacklogEntries)*ratio))
		}
		if !told.Restored && r.transacting == 0 && balance > slack && float64(balance) <= 2*float64(before.sub.BacklogEntries)*max(least, most) { // a skip needs a backlog
			r.suspect(balance, "")
		}
		marks := max(r.copies, 1) * max(s.Markers-before.marks, 0)
		r.back.observe(acked-published-int64(float64(gone)*most), -gone-published-marks, slack)
	}
	return expired
}

func (r *removal) suspect(messages int64, why string) {
	if messages > 0 {
		r.suspected, r.suspectedFor, r.suspectedWhy = r.suspected+messages, 0, why
	}
}

// Told is what a group tells beside the broker's statistics.
type Told struct {
	Restarted bool  // the broker's counters have begun again
	Restored  bool  // the cluster was away lately: what waited meanwhile was sent in larger batches, so that a balance is too far off for a suspicion
	Disturbed bool  // connections broke lately, so that messages between others may come again
	Missing   int64 // messages that the delivery audit misses and that cannot come any more
	Awaited   int64 // all messages that it misses, the removed ones included
	Aborted   int64 // messages of aborted transactions that the audits know
}

// Removal takes the statistics that Observe has taken. It returns a sentence if
// messages were removed from the backlog and nothing was said of it since the last
// seek.
func (t *Tracker) Removal(ctx context.Context, from broker.Admin, topic, subscription string, own StatsByTopic, told Told) string {
	t.mu.Lock()
	r, missing := &t.removal, told.Missing
	expired := r.observe(own.Sum(subscription), own.subscribed(subscription), subscription, told)
	moved := r.confirm(max(r.cannotCome(told), told.Awaited-r.heldAtMost(t.latest.BacklogMessages)))
	why, said, evicting := r.suspectedWhy, r.sum.Why != "", r.mayBeEvicted(missing)
	if !evicting && (said || expired+moved == 0) {
		t.latest.Removed = r.sum
		t.mu.Unlock()
		return ""
	}
	t.mu.Unlock() // the figure is published together with its reason
	var policies broker.Policies
	if from != nil {
		policies, _ = from.Policies(ctx, topic) // without them the reason is less exact
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if evicting && policies.QuotaPolicy == broker.Eviction {
		moved += r.evict(missing)
	}
	defer func() { t.latest.Removed = r.sum }()
	switch {
	case said || expired+moved == 0:
		return ""
	case expired > 0 && (policies.TTL > 0 || policies.QuotaPolicy != broker.Eviction):
		why = policies.Expiry()
	case why != "":
	case policies.QuotaPolicy == broker.Eviction:
		why = fmt.Sprintf("evicted: backlog quota %d MiB, %s", policies.Quota>>20, broker.Eviction)
		if policies.Quota < 1<<20 {
			why = fmt.Sprintf("evicted: backlog quota %d KiB, %s", policies.Quota>>10, broker.Eviction)
		}
	default:
		why = "the subscription was moved on, not by this group"
	}
	r.sum.Why = why
	return fmt.Sprintf("about %s messages left the backlog of %s undelivered (%s)", snapshot.Digits(expired+moved), subscription, why)
}

// cannotCome returns how many messages the audit misses that no consumer had when its
// connection broke.
func (r *removal) cannotCome(told Told) int64 {
	switch r.undisturbed++; {
	case told.Disturbed || told.Restarted:
		r.redelivered, r.undisturbed = told.Missing, 0
	case r.undisturbed > redeliveredPolls:
		r.redelivered = 0
	}
	r.redelivered = min(r.redelivered, told.Missing)
	return told.Missing - r.redelivered
}

// heldAtMost returns how many of the awaited messages the backlog can hold: what is not
// there cannot come any more. The audit and the broker count at different moments, so
// the messages that flow in between are uncertain. In entries of several messages the
// backlog is an estimate, which may be as far off as it is large.
func (r *removal) heldAtMost(backlog int64) int64 {
	if r.ratio > 1 {
		backlog *= 2
	}
	return backlog + r.flow
}

// confirm counts the messages that are suspected to have been moved over, if the audit
// misses as many.
func (r *removal) confirm(missing int64) (moved int64) {
	if r.suspected > 0 && 2*(missing-r.sum.Sum()) >= r.suspected {
		moved = r.suspected
		r.sum.Moved, r.suspected = r.sum.Moved+moved, 0
	}
	return moved
}

// mayBeEvicted reports whether the backlog was full, and the audit has missed messages
// for evictedPolls that nothing else explains. A quota that evicts keeps the backlog at
// its bound in steps that are too small for a suspicion.
func (r *removal) mayBeEvicted(missing int64) bool {
	if !r.full || r.suspected > 0 || missing <= r.sum.Sum() {
		r.unexplained = 0
		return false
	}
	r.unexplained++
	return r.unexplained >= evictedPolls
}

// evict counts the messages that the audit misses as evicted, and returns how many.
func (r *removal) evict(missing int64) int64 {
	moved := max(missing-r.sum.Sum(), 0)
	r.sum.Moved, r.unexplained = r.sum.Moved+moved, 0
	return moved
}

// ForgetRemoved begins a new count of removed messages, after a seek.
func (t *Tracker) ForgetRemoved() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.removal, t.latest.Removed = removal{copies: t.removal.copies, settling: settlingPolls}, snapshot.Removed{}
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
	return fmt.Sprintf("the broker delivers no more: %s messages are unacknowledged (%s)", snapshot.Digits(unacked), by)
}

// Follow names the subscriptions whose statistics come next. What was counted for others
// is no reason to believe that they were deleted.
func (t *Tracker) Follow(subscriptions []string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.removal.copies = int64(len(subscriptions))
	if !slices.Equal(t.followed, subscriptions) {
		t.followed, t.counters = slices.Clone(subscriptions), nil
	}
}
