package brokerstats

import (
	"maps"

	"pulsh/session/broker"
)

// Together returns the statistics with several subscriptions added up as one of the name
// as. One subscription is left as it is.
func (a StatsByTopic) Together(subscriptions []string, as string) StatsByTopic {
	if len(subscriptions) == 1 {
		return a
	}
	all := make(StatsByTopic, len(a))
	for topic, stats := range a {
		all[topic] = Together(stats, subscriptions, as)
	}
	return all
}

// Together is StatsByTopic.Together for one topic.
func Together(stats broker.TopicStats, subscriptions []string, as string) broker.TopicStats {
	if len(subscriptions) == 1 {
		return stats
	}
	var sum broker.SubscriptionStats
	found := 0
	for _, name := range subscriptions {
		one, ok := stats.Subscriptions[name]
		if !ok {
			continue
		}
		found++
		consumers, hashes := sum.Consumers+one.Consumers, maps.Clone(sum.Hashes)
		sum = addSubscription(sum, one)
		sum.Consumers = consumers // each subscription has its own
		if hashes != nil {
			maps.Copy(hashes, one.Hashes)
			sum.Hashes = hashes
		}
	}
	if found == len(subscriptions) {
		stats.Subscriptions = maps.Clone(stats.Subscriptions)
		stats.Subscriptions[as] = sum
	}
	if len(stats.Partitions) > 0 {
		parts := make(map[string]broker.TopicStats, len(stats.Partitions))
		for name, part := range stats.Partitions {
			parts[name] = Together(part, subscriptions, as)
		}
		stats.Partitions = parts
	}
	return stats
}
