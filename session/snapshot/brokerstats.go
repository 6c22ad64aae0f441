package snapshot

import (
	"fmt"
	"slices"
	"time"
)

// SenderClock is what a consumer group knows about the clocks of the hosts that
// send its messages. Messages of the session's own groups are stamped and
// received by one clock, and tell nothing.
//
// A stamp has the time when a message was sent, by the sender's clock; our
// clock has the time when it arrived. The difference, the transit, is the time
// that the message really took minus how far the sender's clock is ahead. The
// message took no less than zero, so the clock is ahead by at least the negated
// shortest transit: that is Low, and it holds without any assumption.
//
// An upper bound needs to know how long the fastest message can have taken,
// which is no longer than the mean one took. By Little's law (J. D. C. Little,
// A proof for the queuing formula L = λW, Operations Research 9 (1961)) the
// mean time in the broker and in our queues is the mean backlog divided by the
// rate. clockPath is added for the way to the broker, which no backlog
// includes. The sum minus the shortest transit is High. It is known while the
// admin API reports the backlog and the group keeps up with it: after a seek
// messages have waited longer than any backlog explains. It is too low if
// messages wait long at their sender, behind a full send queue.
//
// A clock that is ahead shows at once if it is ahead by more than messages
// take. A clock that is behind makes messages look late: it shows if they would
// have to wait longer than the backlog explains.
type SenderClock struct {
	Producers int           // producers of other processes, with recent messages
	Differs   bool          // the clocks differ, if High is right in case only High shows it
	Low       time.Duration // the sender's clock is ahead by at least this; negative is behind
	High      time.Duration // and by at most this, if Bounded
	Bounded   bool
}

// String describes the difference in a sentence. It is "" without a difference.
func (c SenderClock) String() string {
	switch {
	case !c.Differs:
		return ""
	case c.High < 0:
		return fmt.Sprintf("a sender's clock is behind this one by %s to %s: e2e is that much too long", span(-c.High), span(-c.Low))
	case c.Bounded:
		return fmt.Sprintf("a sender's clock is ahead of this one by %s to %s: e2e is that much too short", span(c.Low), span(c.High))
	}
	return fmt.Sprintf("a sender's clock is ahead of this one by %s at least: e2e is that much too short", span(c.Low))
}

// span writes a difference of clocks to a hundredth of its unit.
func span(d time.Duration) string {
	switch {
	case d < time.Millisecond:
		return fmt.Sprintf("%.0f µs", float64(d)/float64(time.Microsecond))
	case d < time.Second:
		return fmt.Sprintf("%.2f ms", float64(d)/float64(time.Millisecond))
	}
	return fmt.Sprintf("%.2f s", d.Seconds())
}

// Spread is how unevenly the partitions of a topic are used: in messages per
// second for a producer group, in messages of backlog for a consumer group. The
// zero value is a topic without partitions, or one that is not known yet.
type Spread struct {
	Partitions  int
	Least, Most Part
}

// Part is the value of one partition.
type Part struct {
	Partition string // short name
	Value     float64
}

// Take adds a partition.
func (s *Spread) Take(partition string, value float64) {
	share := Part{partition, value}
	if s.Partitions == 0 || value < s.Least.Value || value == s.Least.Value && partition < s.Least.Partition {
		s.Least = share
	}
	if s.Partitions == 0 || value > s.Most.Value || value == s.Most.Value && partition < s.Most.Partition {
		s.Most = share
	}
	s.Partitions++
}

// BrokerStats is the broker's statistics for the topic of a group, polled once
// a second. Rates are differences of the broker's counters between two polls,
// because the broker's own rates are averages over a minute.
type BrokerStats struct {
	At              time.Time // of the last poll; zero before the first
	InPerSecond     float64   // messages published to the topic, by all clients
	OutPerSecond    float64   // messages delivered to the group's subscription
	Messages        int64     // published since the broker loaded the topic
	Storage         int64     // bytes
	Producers       int       // of all clients
	BacklogEntries  int64     // of the group's subscription
	BacklogMessages int64     // an estimate: entries × messages per entry
	Unacked         int64
	Replicated      bool   // the topic is copied from or to other clusters
	BacklogFull     bool   // the topic has reached its backlog quota
	Throttled       bool   // the broker has throttled publishers since the previous poll
	Limit           string // the publish limit, as a part of a sentence
	Apart           string // a lasting difference from pulsh's own count, as a sentence
	Spread          Spread // over the partitions

	// Of the group's subscription.
	Blocked       bool    // the broker holds deliveries back: too many messages are unacknowledged
	BlockedBy     string  // the bound that is reached, while Blocked
	DispatchLimit string  // the dispatch rate that held deliveries back since the previous poll, or ""
	Removed       Removed // what was taken from the backlog without being delivered
}

// Removed counts messages that left a backlog without being delivered, since the
// last seek. Both counts are estimates.
type Removed struct {
	Expired int64  // by the broker
	Moved   int64  // because somebody moved the subscription on
	Why     string // why they were expired or moved, for a sentence
}

// Sum returns how many messages were removed.
func (r Removed) Sum() int64 { return r.Expired + r.Moved }

// fromAdmin lists the figures that only the admin API knows.
var fromAdmin = []string{"backlog", "entries", "unacked", "broker.in", "broker.out", "storage"}

// ofLoss lists the figures that nobody knows while others receive from the
// subscription.
var ofLoss = []string{"lost", "missing", "gaps", "notreceived"}

// WhyUnknown returns why a metric has no value, "" if there is nothing to say.
func (s *Snapshot) WhyUnknown(m Metric) string {
	g, ok := s.Group(m.Group)
	if ok && g.Consumer != nil && !g.Consumer.Judged() && slices.Contains(ofLoss, m.Figure) {
		return "the subscription has other consumers: " + SomeOf(g.Consumer.Others)
	}
	c := s.Cluster
	if ok {
		c = s.ClusterOf(g.Cluster)
	}
	if c.AdminSince.IsZero() || m.Group == TotalGroup || m.Group == ProcessGroup || !slices.Contains(fromAdmin, m.Figure) {
		return ""
	}
	return fmt.Sprintf("no answer from the admin API for %.0f s", s.At.Sub(c.AdminSince).Seconds())
}

// Waiting returns the backlog that says how long messages have waited: none of a topic
// that is replicated, whose messages wait on the way between the clusters too. Then only
// a lower bound of the senders' clocks is known.
func (t BrokerStats) Waiting() Backlog {
	b := t.Backlog()
	b.Known = b.Known && !t.Replicated
	return b
}

// Backlog returns the backlog of a consumer group.
func (t BrokerStats) Backlog() Backlog {
	return Backlog{Known: !t.At.IsZero(), Entries: t.BacklogEntries, Messages: t.BacklogMessages, Unacked: t.Unacked, At: t.At}
}
