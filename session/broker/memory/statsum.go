package memory

import "pulsh/session/broker/memory/log"

// Sum adds up the statistics of the partitions of a topic, and keeps them one by
// one.
func Sum(parts []*Topic) *TopicStats {
	sum := &TopicStats{
		Publishers: []PublisherStats{}, Subscriptions: map[string]SubscriptionStats{}, Replication: map[string]any{}, QuotaSize: -1, QuotaTime: -1,
		Partitions: map[string]*TopicStats{}, Metadata: &PartitionMetadata{Partitions: len(parts)}, Dedup: "Disabled",
	}
	for _, t := range parts {
		s := t.Stats()
		sum.Partitions[t.name.Full] = s
		sum.RateIn += s.RateIn
		sum.ThroughputIn += s.ThroughputIn
		sum.RateOut += s.RateOut
		sum.ThroughputOut += s.ThroughputOut
		sum.BytesIn += s.BytesIn
		sum.MessagesIn += s.MessagesIn
		sum.BytesOut += s.BytesOut
		sum.MessagesOut += s.MessagesOut
		sum.Storage += s.Storage
		sum.BacklogSize += s.BacklogSize
		sum.Throttled += s.Throttled
		sum.Waiting += s.Waiting
		sum.Dedup, sum.QuotaSize, sum.QuotaTime = s.Dedup, s.QuotaSize, s.QuotaTime
		sum.Publishers = append(sum.Publishers, s.Publishers...)
		for name, sub := range s.Subscriptions {
			sum.Subscriptions[name] = plus(sum.Subscriptions[name], sub)
		}
	}
	sum.AverageSize = mean(sum.BytesIn, sum.MessagesIn)
	return sum
}

// plus adds the figures of one more partition to those of a subscription.
func plus(a, b SubscriptionStats) SubscriptionStats {
	if a.Consumers == nil {
		return b
	}
	a.RateOut += b.RateOut
	a.ThroughputOut += b.ThroughputOut
	a.BytesOut += b.BytesOut
	a.MessagesOut += b.MessagesOut
	a.RateRedeliver += b.RateRedeliver
	a.Backlog += b.Backlog
	a.BacklogSize += b.BacklogSize
	a.NoDelayed += b.NoDelayed
	a.Delayed += b.Delayed
	a.Unacked += b.Unacked
	a.Blocked = a.Blocked || b.Blocked
	a.RateExpired += b.RateExpired
	a.Expired += b.Expired
	a.Dropped += b.Dropped
	a.Replay += b.Replay
	a.Draining += b.Draining
	a.Ranges += b.Ranges
	a.ThrottledByTopic += b.ThrottledByTopic
	a.ThrottledBySelf += b.ThrottledBySelf
	a.Consumers = append(a.Consumers, b.Consumers...)
	if b.Type != "None" {
		a.Type = b.Type
	}
	return a
}

// LastPosition is where the last entry of the topic is.
func (t *Topic) LastPosition() log.Position {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.log.Position(t.log.Next() - 1)
}
