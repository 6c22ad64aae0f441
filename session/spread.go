package session

import (
	"math"
	"time"

	"pulsh/session/broker"
	"pulsh/session/snapshot"
)

// spread compares the partitions of all topics in the answers; apart is the time
// since the answers before, 0 if there are none.
func (a answers) spread(before answers, subscription string, apart time.Duration) snapshot.Spread {
	var s snapshot.Spread
	for topic, stats := range a {
		var flow Flow
		if subscription == "" {
			was, ok := before[topic]
			if !ok || apart <= 0 {
				return snapshot.Spread{}
			}
			flow = FlowBetween(was, stats, apart)
		}
		for name, part := range stats.Partitions {
			value := flow.Partitions[name].In
			if subscription != "" {
				value = waitingIn(part, subscription)
			}
			s.Take(name, value)
		}
	}
	return s
}

// waitingIn estimates the messages that wait for a subscription in a partition.
func waitingIn(part broker.TopicStats, subscription string) float64 {
	return math.Round(float64(part.Subscriptions[subscription].BacklogEntries) * max(part.MessagesPerEntry, 1))
}
