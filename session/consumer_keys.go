package session

import (
	"context"

	"pulsh/session/broker"
)

// keyShares tells how messages and keys are distributed over the workers.
func (g *consumer) keyShares(ctx context.Context) []KeyShare {
	spec := g.settings()
	var at broker.SubscriptionStats
	g.mu.Lock()
	cluster := g.cluster
	g.mu.Unlock()
	if cluster != nil && cluster.Admin != nil && g.state().Active() {
		got, _ := ask(ctx, cluster.Admin, broker.FullTopics(g.covers()))
		at = got.sum(spec.Subscription).Subscriptions[spec.Subscription]
	}
	var shares []KeyShare
	for _, seat := range g.seats() {
		share := KeyShare{Worker: seat.number, Consumer: seat.now().name, Received: seat.pulse.taken.Load(), Keys: seat.keys.count()}
		share.Hashes = at.Hashes[share.Consumer]
		if ranges := spec.Ranges(seat.number); ranges != nil {
			share.Sticky, share.Range, share.Hashes = true, ranges[0], ranges[0].Width()
		}
		shares = append(shares, share)
	}
	return shares
}

// topicAnswers asks about each topic of the group, and about all of them as if
// they were one.
func (g *consumer) topicAnswers(ctx context.Context, from broker.Admin) (each []TopicAnswer, sum broker.TopicStats, err error) {
	topics := g.covers()
	if from != nil && len(topics) == 0 {
		if topics, err = g.settings().Topics().Expand(ctx, from); err != nil {
			return nil, sum, err
		}
	}
	own := answers{}
	for _, topic := range topics {
		stats, err := from.Stats(ctx, topic)
		if err != nil && (!missing(err) || len(topics) == 1) {
			return nil, sum, err
		}
		if err == nil {
			each = append(each, TopicAnswer{topic, stats})
			own[broker.FullTopic(topic)] = stats
		}
	}
	return each, own.sum(g.settings().Subscription), nil
}
