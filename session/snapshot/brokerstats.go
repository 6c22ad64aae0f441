package snapshot

import (
	"fmt"
	"time"
)

// SenderClock is what a consumer group knows of the clocks of other hosts, whose
// pulsh send what it receives. Messages of the session's own groups are stamped
// and received by one clock and tell nothing.
//
// A stamp tells when a message left by its sender's clock, our clock tells when
// it came. Of the difference, the transit, one part is the way that the message
// really took, which is never negative, and the other is what the sender's
// clock is ahead of ours. So the clock is ahead by at least the shortest
// transit with its sign turned: that is Low, and it holds without any
// assumption. One way alone gives no other bound. An upper one needs to know
// how long the quickest message can have taken, which is no longer than the
// mean one took. By Little's law (J. D. C. Little, A proof for the queuing
// formula L = λW, Operations Research 9 (1961)) the mean time in the broker and
// with us is the mean backlog divided by the rate; clockPath is allowed for the
// way to the broker, which no backlog shows. That is High. It is known while
// the admin API tells the backlog and while we keep up with it, as after a
// seek messages come that have waited longer than any backlog explains. It is
// too low where messages wait long at their sender, behind a queue that is full.
//
// A clock that is ahead shows at once when it is ahead by more than messages
// take. A clock that is behind looks like messages that wait: it shows when
// they would have to wait longer than the backlog explains.
type SenderClock struct {
	Producers int           // that others send, and that were heard lately
	Differs   bool          // the clocks differ for certain, or as far as High is right
	Low       time.Duration // the sender's clock is ahead by this at least; negative is behind
	High      time.Duration // and by this at most, if Bounded
	Bounded   bool
}

// String says what is known as a sentence, or "" while nothing differs.
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

// Spread is how unevenly a topic's partitions are used: messages a second that
// come in for a producer group, messages that wait for a consumer group. The
// zero value is a topic without partitions, or one that is not known yet.
type Spread struct {
	Partitions  int
	Least, Most Part
}

// Part is what is of one partition.
type Part struct {
	Partition string // its short name
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

// BrokerStats is what the broker says of a group's topic, asked once a second.
// Rates are derived from its counters between two answers; its own are averages
// over a minute.
type BrokerStats struct {
	At              time.Time // of the answer; zero while there is none
	InPerSecond     float64   // messages published to the topic, by anybody
	OutPerSecond    float64   // messages delivered to the group's subscription
	Messages        int64     // published since the topic was loaded
	Storage         int64     // bytes
	Producers       int       // of all clients
	BacklogEntries  int64     // of the group's subscription
	BacklogMessages int64     // an estimate: entries × messages per entry
	Unacked         int64
	Throttled       bool   // the broker has held publishers back since the answer before
	Limit           string // the publish limit that does it, as a part of a sentence
	Apart           string // a standing disagreement with pulsh's own count, as a sentence
	Spread          Spread // over the partitions: what comes in for a producer group, what waits for a consumer group
}

// Backlog is the truth of a consumer group in the form of its own snapshot.
func (t BrokerStats) Backlog() Backlog {
	return Backlog{Known: !t.At.IsZero(), Entries: t.BacklogEntries, Messages: t.BacklogMessages, Unacked: t.Unacked, At: t.At}
}
