package session

import (
	"slices"

	"pulsh/session/connections"
	"pulsh/session/snapshot"
)

// linkTeller tells of connections that broke and came back. It is the sampler's.
type linkTeller struct {
	teller connections.Teller
	down   bool // a cluster was unreachable since all connections were there
}

// look tells what has happened to the connections of groups since the last sample.
func (l *linkTeller) look(s *Session, now *snapshot.Snapshot) {
	all := make([]connections.Group, 0, len(now.Groups))
	without := 0
	for _, g := range s.groups.all() {
		sample, ok := now.Group(g.Name())
		if !ok {
			continue
		}
		member := "producer"
		if sample.Kind == snapshot.Consume {
			member = "consumer"
		}
		active := sample.State.Active() && sample.State != snapshot.Stopping
		all = append(all, connections.Group{Name: sample.Name, Member: member, Active: active, Outage: g.Links().Latest()})
		without += sample.Disconnects.Now
	}
	away := slices.ContainsFunc(now.AllClusters(), func(c snapshot.Cluster) bool { return c.State == snapshot.Reconnecting })
	l.down = l.down || away
	for _, said := range l.teller.Look(s.clock(), all) {
		s.Say("%s", said.Text)
		switch {
		case !said.Back:
			s.Mark(snapshot.MarkError, said.Text)
		case !l.down: // the return of the broker has a mark of its own
			s.Mark(snapshot.MarkReconnect, said.Text)
		}
	}
	if without == 0 && !away {
		l.down = false
	}
}
