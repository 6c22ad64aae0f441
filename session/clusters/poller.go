package clusters

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

// Group is a group whose topics are polled.
type Group interface {
	Name() string
	Topics() []string
	Observe(ctx context.Context, from broker.Admin, own brokerstats.StatsByTopic) []brokerstats.Incident
	Unanswered()
	Incident(e brokerstats.Incident)
}

// poller asks the admin API for the statistics of the topics of a cluster's groups.
type poller struct {
	cluster *Connection
	silence silence
}

// silenceSlack is how many requests more must be in vain before the user is told: the
// probe needs as long to find out that the cluster is away altogether.
const silenceSlack = 3

// silence is how long the admin API has not answered a single request.
type silence struct {
	polls    int       // in a row
	answered time.Time // the last poll with an answer, or the first one of all
	told     bool
}

// poll polls until ctx ends.
func (c *Connection) poll(ctx context.Context) {
	if c.Admin == nil {
		return
	}
	p := poller{cluster: c, silence: silence{answered: time.Now()}}
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
	c := p.cluster
	active := c.set.host.Groups(c.label)
	var topics []string
	for _, g := range active {
		for _, topic := range brokerstats.Asked(g.Topics()) {
			if full := broker.FullTopic(topic); !slices.Contains(topics, full) {
				topics = append(topics, full)
			}
		}
	}
	stats, failed := brokerstats.Fetch(ctx, c.Admin, topics)
	if ctx.Err() != nil {
		return
	}
	p.listen(len(topics) > len(failed), failed)
	incidents := map[brokerstats.Incident][]Group{}
	for _, g := range active {
		own, ok := stats.Of(brokerstats.Asked(g.Topics()), failed)
		if !ok {
			g.Unanswered()
			continue
		}
		for _, e := range g.Observe(ctx, c.Admin, own) {
			incidents[e] = append(incidents[e], g)
		}
	}
	p.report(incidents, c.Now())
}

// listen notes whether the admin API answered. It tells the user when figures become
// unknown because it does not, and when it answers again.
func (p *poller) listen(answered bool, failed map[string]error) {
	c, q := p.cluster, &p.silence
	if answered {
		c.setAdmin(time.Time{}, "") // also after an outage of the whole cluster
		if q.told {
			away := time.Since(q.answered).Round(100 * time.Millisecond)
			p.cluster.mark(snapshot.MarkReconnect, "admin API back after "+away.String())
			p.cluster.say("the admin API answers again, after %s: backlogs are known again", away)
		}
		*q = silence{answered: time.Now()}
		return
	}
	if len(failed) == 0 {
		return // nothing was asked
	}
	q.polls++
	why := ""
	for _, err := range failed {
		why = err.Error()
	}
	if q.told || q.polls >= brokerstats.StaleAfter {
		c.setAdmin(q.answered, why)
	}
	if q.told || q.polls < brokerstats.StaleAfter+silenceSlack || c.state() != snapshot.Up {
		return // a cluster that is away altogether was told of already
	}
	q.told = true
	p.cluster.mark(snapshot.MarkError, "admin API silent")
	p.cluster.say("backlogs are unknown: %s", why)
}

// report counts incidents for the groups they concern, and tells the user each
// once.
func (p *poller) report(incidents map[brokerstats.Incident][]Group, cluster snapshot.Cluster) {
	for e, concerned := range incidents {
		name := ""
		for _, g := range concerned {
			g.Incident(e)
			name = g.Name()
		}
		settling := cluster.State != snapshot.Up || cluster.Restored && time.Since(cluster.Since) < settleTime
		if e.Category == broker.Moved && settling {
			continue
		}
		p.cluster.mark(snapshot.MarkError, e.Text)
		p.cluster.say("%s; try: show %s", e.Text, name)
	}
}
