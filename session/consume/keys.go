package consume

import (
	"context"

	"pulsh/session/broker"
	"pulsh/session/brokerstats"
	"pulsh/session/snapshot"
)

// KeyShares tells how messages and keys are distributed over the workers.
func (g *Group) KeyShares(ctx context.Context) []snapshot.KeyShare {
	spec := g.Settings()
	var at broker.SubscriptionStats
	g.mu.Lock()
	cluster := g.cluster
	g.mu.Unlock()
	if cluster != nil && cluster.Admin != nil && g.State().Active() {
		got, _ := brokerstats.Fetch(ctx, cluster.Admin, broker.FullTopics(g.Subscribed()))
		at = got.Sum(spec.Subscription).Subscriptions[spec.Subscription]
	}
	var shares []snapshot.KeyShare
	for _, seat := range g.slots() {
		share := snapshot.KeyShare{Worker: seat.number, Consumer: seat.now().name, Received: seat.pulse.taken.Load(), Keys: seat.keys.count()}
		share.Hashes = at.Hashes[share.Consumer]
		if ranges := spec.Ranges(seat.number); ranges != nil {
			share.Sticky, share.Range, share.Hashes = true, ranges[0], ranges[0].Width()
		}
		shares = append(shares, share)
	}
	return shares
}

// TopicAnswers asks about each topic of the group, and about all of them as if
// they were one.
func (g *Group) TopicAnswers(ctx context.Context, from broker.Admin) (each []snapshot.TopicAnswer, sum broker.TopicStats, err error) {
	topics := g.Subscribed()
	if from != nil && len(topics) == 0 {
		if topics, err = g.Settings().Topics().Expand(ctx, from); err != nil {
			return nil, sum, err
		}
	}
	own := brokerstats.StatsByTopic{}
	for _, topic := range topics {
		stats, err := from.Stats(ctx, topic)
		if err != nil && (!brokerstats.IsMissing(err) || len(topics) == 1) {
			return nil, sum, err
		}
		if err == nil {
			each = append(each, snapshot.TopicAnswer{Topic: topic, Stats: stats})
			own[broker.FullTopic(topic)] = stats
		}
	}
	return each, own.Sum(g.Settings().Subscription), nil
}
