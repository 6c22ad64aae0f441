package session

import (
	"context"

	"pulsh/session/broker"
)

// Keys tells how messages and keys are distributed over the workers of a
// consumer group. The hash values are the broker's, where there is an admin API.
func (s *Session) Keys(ctx context.Context, name string) ([]KeyShare, error) {
	g, err := named[*consumer](s, name)
	if err != nil {
		return nil, err
	}
	spec := g.settings()
	var at broker.SubscriptionStats
	if g.link != nil && g.link.Admin != nil && g.state().Active() {
		got, _ := ask(ctx, g.link.Admin, broker.FullTopics(g.covers()))
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
	return shares, nil
}

// TopicAnswer is what the broker says of one topic that a group uses.
type TopicAnswer struct {
	Topic string
	Stats broker.TopicStats
}

// TopicAnswers asks the admin API about each topic of a consumer group, and
// about all of them as if they were one. Topics that have gone are left out.
func (s *Session) TopicAnswers(ctx context.Context, name string) (each []TopicAnswer, sum broker.TopicStats, err error) {
	g, err := named[*consumer](s, name)
	if err != nil {
		return nil, sum, err
	}
	topics := g.covers()
	if link := s.connected(); link != nil && len(topics) == 0 {
		if topics, err = g.settings().Topics().Expand(ctx, link.Admin); err != nil {
			return nil, sum, err
		}
	}
	own := answers{}
	for _, topic := range topics {
		stats, err := s.Admin().Stats(ctx, topic)
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
