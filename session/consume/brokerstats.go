package consume

import (
	"context"
	"slices"
	"time"

	"pulsh/session/broker"
	"pulsh/session/brokerstats"
	"pulsh/session/metrics"
	"pulsh/session/snapshot"
)

// Incident counts something that happened to a topic among the failures. A
// non-durable subscription is deleted with its last consumer, which is no failure.
func (g *Group) Incident(e brokerstats.Incident) {
	if e.Category != broker.Gone || g.Settings().Durable {
		g.shards.Failures.Add(1, e.Category, e.Text)
	}
}

// Observe takes the broker's statistics and returns what happened to the topics.
func (g *Group) Observe(ctx context.Context, from broker.Admin, own brokerstats.StatsByTopic) []brokerstats.Incident {
	settings := g.Settings()
	name := settings.SubscriptionText()
	partitions := 0
	for _, stats := range own {
		partitions += len(stats.Partitions)
	}
	g.SetPartitions(partitions)
	g.accounts.meet(own)
	own = own.Together(settings.SubscriptionNames(), name)
	if _, ok := own.Sum(name).Subscriptions[name]; !ok {
		g.stats.Unanswered() // the subscription is not there
		return nil
	}
	incidents := g.stats.Observe(own, name, time.Now())
	if g.Settings().Reader.Is { // its subscription ends with each consumer
		incidents = slices.DeleteFunc(incidents, func(e brokerstats.Incident) bool { return e.Category == broker.Gone })
	}
	topic := g.Topics()[0]
	if g.stats.LimitsDue(time.Now()) {
		g.stats.Explain(ctx, from, topic)
	}
	if said := g.stats.Blocked(ctx, from, topic); said != "" {
		g.MarkError(said)
		g.Say("%s; try: ack %s now", said, g.Name())
	}
	told, again := brokerstats.Told{Restarted: len(incidents) > 0, Restored: restored(g), Disturbed: disturbed(g)}, int64(0)
	if now, ok := g.Host().Sample(g.Name()); ok && now.Consumer != nil {
		told.Missing, told.Awaited, told.Aborted, again = now.Consumer.Unreachable, now.Consumer.Awaited, int64(now.Consumer.Delivery.Aborted), withoutReason(now.Consumer)
	}
	if said := g.stats.Removal(ctx, from, topic, name, own, told); said != "" {
		g.Host().Mark(snapshot.MarkNote, said)
		g.Say("%s; try: delivery %s", said, g.Name())
	}
	if said := g.stats.MovedBack(name, again, told.Restarted || told.Restored, told.Disturbed); said != "" {
		g.Host().Mark(snapshot.MarkNote, g.Name()+": "+said)
		g.Say("%s; try: delivery %s", said, g.Name())
	}
	return incidents
}

// withoutReason returns how many messages came again although the group did nothing that
// makes the broker redeliver them, and the broker counts no redelivery.
func withoutReason(c *snapshot.Consumer) int64 {
	counted := int64(c.Delivery.Redelivered - c.Delivery.RedeliveredByBroker)
	return min(counted, c.Outcomes[metrics.RedeliveredUnknown]+c.Outcomes[metrics.RedeliveredDisconnect])
}

// disturbedTime is how long after its end an outage makes messages come again.
const disturbedTime = 10 * time.Second

// restored reports whether the cluster was away lately.
func restored(g *Group) bool {
	c := g.Cluster().Now()
	return c.State != snapshot.Up || c.Restored && time.Since(c.Since) < disturbedTime
}

// disturbed reports whether connections broke or consumers closed lately: what comes
// again then was not moved by anybody.
func disturbed(g *Group) bool {
	last, closed := g.Links().Latest(), g.accounts.closed()
	return time.Since(time.Unix(0, closed)) < disturbedTime || last.Number > 0 && (last.Ended == 0 || g.Host().Clock()-last.Ended < int64(disturbedTime))
}

// Unanswered notes that the broker's statistics were asked for in vain.
func (g *Group) Unanswered() { g.stats.Unanswered() }

// TopicAnswers asks for the statistics of each topic of the group, and adds them
// up as if the topics were one. Deleted topics are left out.
func (g *Group) TopicAnswers(ctx context.Context, from broker.Admin) (each []snapshot.TopicAnswer, sum broker.TopicStats, err error) {
	topics, settings := g.subscription.all(), g.Settings()
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
			stats = brokerstats.Together(stats, settings.SubscriptionNames(), settings.SubscriptionText())
			each = append(each, snapshot.TopicAnswer{Topic: topic, Stats: stats})
			own[broker.FullTopic(topic)] = stats
		}
	}
	return each, own.Sum(settings.SubscriptionText()), nil
}
