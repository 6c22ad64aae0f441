package consume

import (
	"context"
	"time"

	"pulsh/session/broker"
	"pulsh/session/brokerstats"
)

func (g *Group) Incident(e brokerstats.Incident) {
	if e.Category != broker.Gone || g.Settings().Durable {
		g.shards.Failures.Add(1, e.Category, e.Text)
	}
}

func (g *Group) Observe(_ context.Context, _ broker.Admin, own brokerstats.StatsByTopic) []brokerstats.Incident {
	spec := g.Settings()
	partitions := 0
	for _, s := range own {
		partitions += len(s.Partitions)
	}
	g.sampled.partitions.Store(int64(partitions))
	if _, ok := own.Sum(spec.Subscription).Subscriptions[spec.Subscription]; !ok {
		return nil
	}
	return g.stats.Observe(own, spec.Subscription, time.Now())
}
