package session

import (
	"context"
	"time"

	"pulsh/session/broker"
)

func (g *consumer) happened(e event) {
	if e.category != broker.Gone || g.settings().Durable {
		g.shards.Failures.Add(1, e.category, e.text)
	}
}

func (g *consumer) learn(_ context.Context, _ broker.Admin, own answers) []event {
	spec := g.settings()
	partitions := 0
	for _, s := range own {
		partitions += len(s.Partitions)
	}
	g.figures.partitions.Store(int64(partitions))
	if _, ok := own.sum(spec.Subscription).Subscriptions[spec.Subscription]; !ok {
		return nil
	}
	return g.truth.learn(own, spec.Subscription, time.Now())
}
