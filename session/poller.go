package session

import (
	"context"
	"slices"
	"time"

	"pulsh/session/broker"
	"pulsh/session/brokerstats"
	"pulsh/session/snapshot"
)

// settleTime is how long the cluster must have answered before a reloaded topic is
// worth a note: after a restart of the broker all topics are reloaded.
const settleTime = 10 * time.Second

// poller asks the admin API for the statistics of the groups' topics.
type poller struct{ session *Session }

func (p *poller) run(ctx context.Context) {
	ticker := time.NewTicker(brokerstats.PollEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			p.poll(ctx)
		case <-ctx.Done():
			return
		}
	}
}

// poll asks for the topics of all active groups, once for each topic.
func (p *poller) poll(ctx context.Context) {
	c := p.session.connected()
	if c == nil || c.Admin == nil || c.state() != snapshot.Up {
		return
	}
	active := p.session.groups.active()
	var topics []string
	for _, g := range active {
		for _, topic := range g.Topics() {
			if full := broker.FullTopic(topic); !slices.Contains(topics, full) {
				topics = append(topics, full)
			}
		}
	}
	stats, failed := brokerstats.Fetch(ctx, c.Admin, topics)
	incidents := map[brokerstats.Incident][]anyGroup{}
	for _, g := range active {
		own, ok := stats.Of(g.Topics(), failed)
		if !ok {
			continue // the last statistics stay, with their time
		}
		for _, e := range g.Observe(ctx, c.Admin, own) {
			incidents[e] = append(incidents[e], g)
		}
	}
	p.report(incidents, c.now())
}

// report counts incidents for the groups they concern, and tells the user each
// once.
func (p *poller) report(incidents map[brokerstats.Incident][]anyGroup, cluster snapshot.Cluster) {
	for e, concerned := range incidents {
		name := ""
		for _, g := range concerned {
			g.Incident(e)
			name = g.Name()
		}
		if e.Category == broker.Moved && cluster.Restored && time.Since(cluster.Since) < settleTime {
			continue
		}
		p.session.Mark(snapshot.MarkError, e.Text)
		p.session.Say("%s; try: show %s", e.Text, name)
	}
}
