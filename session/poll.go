package session

import (
	"context"
	"slices"
	"time"

	"pulsh/session/broker"
	"pulsh/session/snapshot"
)

// settled is how long the cluster must have answered before a topic that was
// loaded anew is news: after a broker's restart all of them are.
const settled = 10 * time.Second

// tell counts what happened to the groups' topics, and says each once.
func (s *Session) tell(events map[event][]asking) {
	link := s.connected()
	if link == nil {
		return
	}
	cluster := link.now()
	for e, groups := range events {
		name := ""
		for _, g := range groups {
			g.happened(e)
			name = g.label()
		}
		if e.category == broker.Moved && cluster.Restored && time.Since(cluster.Since) < settled {
			continue
		}
		s.Mark(snapshot.MarkError, e.text)
		s.notes.say("%s; try: show %s", e.text, name)
	}
}

// poll asks about the topics of all active groups, once each.
func (p *sampler) poll() {
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			p.session.poll(p.quit)
		case <-p.quit.Done():
			return
		}
	}
}

// asking is a group that wants to know what the broker says of its topics.
type asking interface {
	group
	topics() []string
	state() snapshot.State
	learn(ctx context.Context, from broker.Admin, own answers) []event
	happened(e event)
}

func (s *Session) poll(ctx context.Context) {
	link, groups := s.askers()
	if link == nil || link.Admin == nil || link.state() != snapshot.Up {
		return
	}
	var topics []string
	for _, g := range groups {
		for _, topic := range g.topics() {
			if full := broker.FullTopic(topic); !slices.Contains(topics, full) {
				topics = append(topics, full)
			}
		}
	}
	got, failed := ask(ctx, link.Admin, topics)
	events := map[event][]asking{}
	for _, g := range groups {
		own, ok := got.of(g.topics(), failed)
		if !ok {
			continue // the last answer stands, with its time
		}
		for _, e := range g.learn(ctx, link.Admin, own) {
			events[e] = append(events[e], g)
		}
	}
	s.tell(events)
}

func (s *Session) askers() (*connection, []asking) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var active []asking
	for _, g := range s.groups {
		if a, ok := g.(asking); ok && a.state().Active() {
			active = append(active, a)
		}
	}
	return s.link, active
}
