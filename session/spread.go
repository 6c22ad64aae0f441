package session

import (
	"math"
	"time"

	"pulsh/session/broker"
)

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

// take adds a partition.
func (s *Spread) take(partition string, value float64) {
	share := Part{partition, value}
	if s.Partitions == 0 || value < s.Least.Value || value == s.Least.Value && partition < s.Least.Partition {
		s.Least = share
	}
	if s.Partitions == 0 || value > s.Most.Value || value == s.Most.Value && partition < s.Most.Partition {
		s.Most = share
	}
	s.Partitions++
}

// spread compares the partitions of all topics in the answers; apart is the time
// since the answers before, 0 if there are none.
func (a answers) spread(before answers, subscription string, apart time.Duration) Spread {
	var s Spread
	for topic, stats := range a {
		var flow Flow
		if subscription == "" {
			was, ok := before[topic]
			if !ok || apart <= 0 {
				return Spread{}
			}
			flow = FlowBetween(was, stats, apart)
		}
		for name, part := range stats.Partitions {
			value := flow.Partitions[name].In
			if subscription != "" {
				value = waitingIn(part, subscription)
			}
			s.take(name, value)
		}
	}
	return s
}

// waitingIn estimates the messages that wait for a subscription in a partition.
func waitingIn(part broker.TopicStats, subscription string) float64 {
	return math.Round(float64(part.Subscriptions[subscription].BacklogEntries) * max(part.MessagesPerEntry, 1))
}
