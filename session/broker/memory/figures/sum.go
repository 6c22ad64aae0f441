package figures

// Sum adds up the figures of the partitions of a topic, by their names, and keeps
// them one by one.
func Sum(parts map[string]*Topic) *Topic {
	sum := &Topic{
		Publishers: []Publisher{}, Subscriptions: map[string]Subscription{}, Replication: map[string]any{}, QuotaSize: -1, QuotaTime: -1,
		Parts: parts, Metadata: &Partitions{Count: len(parts)}, Dedup: "Disabled",
	}
	for _, s := range parts {
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
	if sum.MessagesIn > 0 {
		sum.AverageSize = float64(sum.BytesIn) / float64(sum.MessagesIn)
	}
	return sum
}

// plus adds the figures of one more partition to those of a subscription.
func plus(a, b Subscription) Subscription {
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
