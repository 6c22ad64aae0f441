package brokerstats

import (
	"math"
	"time"

	"pulsh/session/broker"
	"pulsh/session/snapshot"
)

// spread compares the partitions of all topics: by the rate in, or by the backlog
// of a subscription. apart is the time since the statistics before, 0 if there
// are none.
func (a StatsByTopic) spread(before StatsByTopic, subscription string, apart time.Duration) snapshot.Spread {
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
				value = backlogOf(part, subscription)
			}
			s.Take(name, value)
		}
	}
	return s
}

// backlogOf estimates the backlog of a subscription in a partition, in messages.
func backlogOf(part broker.TopicStats, subscription string) float64 {
	return math.Round(float64(part.Subscriptions[subscription].BacklogEntries) * max(part.MessagesPerEntry, 1))
}
