package spec

import (
	"fmt"
	"strconv"

	"pulsh/session/broker"
)

// ConnectionsMax bounds the connections of a group to one broker: more than a broker
// has threads for them gain nothing.
const ConnectionsMax = 100

// ClustersMax is the largest number of clusters beside the session's own: each costs two
// engines, a watch and a poll.
const ClustersMax = 16

// Sharing says which cluster the producers or consumers of a group connect to, and how
// they share connections.
type Sharing struct {
	Cluster     string // "" is the session's own
	Connections int    // to each broker; 0 is 1
	Isolated    bool
}

// Of returns what an engine is told for a group of this name.
func (s Sharing) Of(name string) broker.Sharing {
	return broker.Sharing{Group: name, Connections: max(s.Connections, 1), Isolated: s.Isolated}
}

// sharingSettings returns the settings about connections; what is producers or
// consumers.
func sharingSettings[S any](what string, of func(*S) *Sharing) []Setting[S] {
	return []Setting[S]{
		{Name: "cluster", Kind: "CLUSTER", Doc: "cluster of the " + what + ", as cluster add named it; default is the session's own; it changes while the group is stopped",
			Read:  func(s *S) string { return ClusterName(of(s).Cluster) },
			Write: func(s *S, text string) error { return readCluster(&of(s).Cluster, text) }},
		{Name: "connections", Kind: "COUNT", Doc: "connections to each broker, which the group's " + what + " share",
			Read: func(s *S) string { return strconv.Itoa(max(of(s).Connections, 1)) },
			Write: func(s *S, text string) error {
				return readCount(&of(s).Connections, text, "connections", 1, ConnectionsMax)
			}},
		{Name: "isolated", Kind: "WORD", Words: switchWords(),
			Doc:   "on: each of the " + what + " has a connection of its own; each costs a socket at either end and 30 KiB here (100 KiB with the Go client), and small messages a third more CPU",
			Read:  func(s *S) string { return writeSwitch(of(s).Isolated) },
			Write: func(s *S, text string) error { return readSwitch(&of(s).Isolated, text) }},
	}
}

// check refuses connections that isolated=on leaves without a use. name is the
// group's, for the advice in the error.
func (s Sharing) check(name string) error {
	if !s.Isolated || s.Connections <= 1 {
		return nil
	}
	return &broker.Error{
		Message: fmt.Sprintf("isolated=on gives each its own connection, so connections=%d would have no effect", s.Connections),
		Try:     "set " + name + " connections=1 isolated=on",
	}
}
