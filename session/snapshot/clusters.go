package snapshot

import (
	"slices"

	"pulsh/session/spec"
)

// AllClusters lists the session's own cluster and those that were added.
func (s *Snapshot) AllClusters() []Cluster { return append([]Cluster{s.Cluster}, s.Clusters...) }

// ClusterOf returns the cluster of a label, one that is not connected if there is none.
func (s *Snapshot) ClusterOf(label string) Cluster {
	all := s.AllClusters()
	if i := slices.IndexFunc(all, func(c Cluster) bool { return c.Label == label }); i >= 0 {
		return all[i]
	}
	return Cluster{Label: label, Name: label, State: Unconnected}
}

// ClusterSum adds up the groups on one cluster.
type ClusterSum struct {
	Groups, Running       int
	ProduceRate, RecvRate float64
	Sent, Acked, Received int64
	Backlog               int64 // of all subscriptions, in messages; an estimate
	BacklogKnown          bool  // of each running consumer group
}

// SumOf adds up the groups on a cluster. Groups that share a subscription share its
// backlog.
func (s *Snapshot) SumOf(label string) ClusterSum {
	sum := ClusterSum{BacklogKnown: true}
	consumers := 0
	for _, g := range s.Groups {
		if g.Cluster != label {
			continue
		}
		sum.Groups++
		if g.State.Active() {
			sum.Running++
		}
		if p := g.Producer; p != nil {
			sum.ProduceRate += p.Rate
			sum.Sent, sum.Acked = sum.Sent+p.Sent, sum.Acked+p.Acked
		}
		if c := g.Consumer; c != nil {
			sum.RecvRate += c.Rate
			sum.Received += c.Received
			if g.State.Active() && c.SharedWith == "" {
				consumers++
				sum.Backlog += c.Backlog.Messages
				sum.BacklogKnown = sum.BacklogKnown && c.Backlog.Known
			}
		}
	}
	sum.BacklogKnown = sum.BacklogKnown && consumers > 0
	return sum
}

// Several reports whether there is a cluster beside the session's own.
func (s *Snapshot) Several() bool {
	return len(s.Clusters) > 0 || slices.ContainsFunc(s.Groups, func(g Group) bool { return g.Elsewhere() })
}

// Elsewhere reports whether a group is not on the session's own cluster.
func (g Group) Elsewhere() bool { return g.Cluster != "" && g.Cluster != spec.OwnCluster }
