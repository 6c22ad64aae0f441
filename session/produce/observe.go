package produce

import (
	"context"
	"time"

	"pulsh/session/broker"
	"pulsh/session/brokerstats"
	"pulsh/session/group"
)

func (g *Group) Incident(e brokerstats.Incident) { g.shards.Failures.Add(1, e.Category, e.Text) }

func (g *Group) Topics() []string { return []string{g.Settings().Topic} }

// Observe takes what the broker says. The two counts can be held against each
// other while nobody else sends to the topic.
func (g *Group) Observe(ctx context.Context, from broker.Admin, own brokerstats.StatsByTopic) []brokerstats.Incident {
	events := g.stats.Observe(own, "", time.Now())
	if g.stats.LimitsDue(time.Now()) {
		g.stats.Explain(ctx, from, g.Settings().Topic)
	}
	at, _ := g.host.Sample(g.name)
	if at.Producer == nil || own.Sum("").Producers != g.current.count() || at.Running < 2*group.RateWindow {
		return events
	}
	if note := g.stats.Compare(g.name, at.Producer.Rate); note != "" {
		g.host.Say("%s", note)
	}
	return events
}
