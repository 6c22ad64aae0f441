package session

import (
	"context"
	"time"

	"pulsh/session/broker"
)

func (g *producer) happened(e event) { g.shards.Failures.Add(1, e.category, e.text) }

func (g *producer) topics() []string { return []string{g.settings().Topic} }

// learn takes what the broker says. The two counts can be held against each
// other while nobody else sends to the topic.
func (g *producer) learn(ctx context.Context, from broker.Admin, own answers) []event {
	events := g.truth.learn(own, "", time.Now())
	if g.truth.limitsDue(time.Now()) {
		g.truth.explain(ctx, from, g.settings().Topic)
	}
	at, _ := g.session.Snapshot().Group(g.name)
	if at.Producer == nil || own.sum("").Producers != g.current.count() || at.Running < 2*rateWindow {
		return events
	}
	if note := g.truth.compare(g.name, at.Producer.Rate); note != "" {
		g.session.notes.say("%s", note)
	}
	return events
}
