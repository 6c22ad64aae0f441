package produce

import (
	"context"
	"time"

	"pulsh/session/broker"
	"pulsh/session/brokerstats"
	"pulsh/session/group"
	"pulsh/session/snapshot"
	"pulsh/session/spec"
)

// Topics returns the topics whose statistics the broker is asked for: those that the
// group sends to, or none if they are more than spec.PolledTopicsMax. The broker's figures are
// then unknown.
func (g *Group) Topics() []string {
	settings := g.Settings()
	if settings.TopicCount() > spec.PolledTopicsMax {
		return nil
	}
	return settings.TopicNames()
}

// Incident counts something that happened to the topic among the failures.
func (g *Group) Incident(e brokerstats.Incident) { g.shards.Failures.Add(0, e.Category, e.Text) }

// Unanswered notes that the broker's statistics were asked for in vain.
func (g *Group) Unanswered() { g.stats.Unanswered() }

// Observe takes the broker's statistics and returns what happened to the topic.
// While only this group sends to the topic, it compares the broker's rate with
// its own.
func (g *Group) Observe(ctx context.Context, from broker.Admin, own brokerstats.StatsByTopic) []brokerstats.Incident {
	incidents := g.stats.Observe(own, "", time.Now())
	if g.stats.LimitsDue(time.Now()) {
		g.stats.Explain(ctx, from, g.Settings().TopicName(0))
	}
	at, _ := g.Host().Sample(g.Name())
	if at.Producer != nil {
		g.findEnd(ctx, from, at.Producer)
	}
	if at.Producer == nil || own.Sum("").Producers != len(g.current.list()) || at.Running < 2*group.RateWindow {
		g.stats.Skip()
		return incidents
	}
	if difference := g.stats.Compare(g.shards.Lifetime().Acked, time.Now()); difference != "" {
		g.Say("%s", difference)
	}
	return incidents
}

// findEnd asks whether the topic is terminated while nothing is acked: the broker may
// leave the sends of that moment unanswered for ever.
func (g *Group) findEnd(ctx context.Context, from broker.Admin, p *snapshot.Producer) {
	if p.Rate > 0 || p.InFlight == 0 {
		g.terminated.Store(false)
		return
	}
	settings := g.Settings()
	if settings.TopicCount() != 1 {
		return
	}
	topic := settings.TopicName(0)
	ended, err := from.Terminated(ctx, topic)
	if err != nil || !ended || g.terminated.Swap(true) {
		return
	}
	said := terminatedSentence(topic)
	g.MarkError(said)
	if time.Since(g.shards.Failures.Last(broker.TopicTerminated)) < troubleFor {
		return // the supervisor has said so
	}
	g.Say("%s; try: set %s topic=%s-2", said, g.Name(), topic)
}

func terminatedSentence(topic string) string {
	return "topic " + broker.ShortTopic(topic) + " is terminated and accepts no more messages"
}
