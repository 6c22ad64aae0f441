package session

import (
	"pulsh/session/connections"
	"pulsh/session/snapshot"
)

// linkTeller tells of connections that broke and came back, by cluster. It is the
// sampler's.
type linkTeller struct {
	clusters map[string]*clusterLinks // by their labels
	looked   int64                    // when all were last looked at, 0 for never
}

// clusterLinks is the part of a linkTeller for one cluster.
type clusterLinks struct {
	teller connections.Teller
	down   bool // the cluster was unreachable since all connections were there
}

// look tells what has happened to the connections of groups since the last sample.
func (l *linkTeller) look(s *Session, now *snapshot.Snapshot) {
	if l.clusters == nil {
		l.clusters = map[string]*clusterLinks{}
	}
	all, without := map[string][]connections.Group{}, map[string]int{}
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
		on := sample.Cluster
		all[on] = append(all[on], connections.Group{Name: sample.Name, Member: member, Active: active, Outage: g.Links().Latest()})
		without[on] += sample.Disconnects.Now
		if l.clusters[on] == nil {
			l.clusters[on] = &clusterLinks{teller: connections.Teller{Looked: l.looked}}
		}
	}
	for label, one := range l.clusters {
		one.look(s, now, label, all[label], without[label])
	}
	l.looked = s.clock()
}

// look tells what has happened to the connections of the groups on a cluster. without is
// how many producers and consumers have none.
func (l *clusterLinks) look(s *Session, now *snapshot.Snapshot, label string, groups []connections.Group, without int) {
	away := now.ClusterOf(label).State == snapshot.Reconnecting
	l.down = l.down || away
	prefix := ""
	if now.Several() {
		prefix = label + ": "
	}
	for _, said := range l.teller.Look(s.clock(), groups) {
		s.Say("%s%s", prefix, said.Text)
		switch {
		case !said.Back:
			s.Mark(snapshot.MarkError, prefix+said.Text)
		case !l.down: // the return of the broker has a mark of its own
			s.Mark(snapshot.MarkReconnect, prefix+said.Text)
		}
	}
	if without == 0 && !away {
		l.down = false
	}
}
