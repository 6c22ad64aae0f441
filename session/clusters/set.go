package clusters

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"pulsh/session/broker"
	"pulsh/session/snapshot"
	"pulsh/session/spec"
)

// Link is an open cluster.
type Link struct {
	Broker broker.Broker                             // the Go client
	Wire   broker.Broker                             // the wire engine, nil if there is none
	Admin  broker.Admin                              // nil if there is no admin URL
	Probe  func(ctx context.Context) (Answer, error) // asks whether the cluster answers now
}

// closeEngines closes all connections.
func (l Link) closeEngines() {
	if l.Wire != nil {
		l.Wire.Close()
	}
	l.Broker.Close()
}

// Answer is a cluster's answer to a probe.
type Answer struct {
	Version string // "" if it is unknown
	SizeMax int    // of a message, in bytes; 0 if it is unknown
}

// Dial opens a cluster.
type Dial func(ctx context.Context, t broker.Target, clock broker.Clock) (Link, error)

// Host is the session as its clusters see it. Any goroutine may call its functions.
type Host struct {
	Dial   Dial
	Clock  broker.Clock
	Say    func(format string, args ...any)
	Mark   func(kind snapshot.MarkKind, text string)
	Latest func() *snapshot.Snapshot
	Groups func(cluster string) []Group // lists the active groups on a cluster
}

// Set holds the clusters of a session. Connect, Add, Remove and Close are for one
// goroutine at a time; any may call the others.
type Set struct {
	host Host

	mu    sync.Mutex // guards the fields below; held for moments only
	own   *Connection
	named []*Connection // in the order in which they were added
}

// New returns a set without clusters.
func New(host Host) *Set { return &Set{host: host} }

// Connect opens the session's own cluster and closes the one before it, which no group
// may use any more.
func (s *Set) Connect(ctx context.Context, t broker.Target) error {
	c, err := open(ctx, s, spec.OwnCluster, t, false)
	if err != nil {
		return err
	}
	s.mu.Lock()
	old := s.own
	s.own = c
	s.mu.Unlock()
	if old != nil {
		old.close(ctx)
	}
	return nil
}

// Add opens another cluster under a name of its own. With away it may be one that does
// not answer now.
func (s *Set) Add(ctx context.Context, name string, t broker.Target, away bool) error {
	if err := s.CheckNew(name); err != nil {
		return err
	}
	c, err := open(ctx, s, name, t, away)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.named = append(s.named, c)
	return nil
}

// CheckNew refuses a name that another cluster cannot have.
func (s *Set) CheckNew(name string) error {
	if err := spec.CheckClusterName(name); err != nil {
		return err
	}
	if name == spec.OwnCluster {
		return &broker.Error{Message: fmt.Sprintf("%s is the session's own cluster, which connect chooses", name), Try: "cluster list"}
	}
	if s.find(name) != nil {
		return &broker.Error{Message: fmt.Sprintf("there is a cluster %s already", name), Try: "cluster list"}
	}
	if s.count() == spec.ClustersMax {
		return &broker.Error{Message: fmt.Sprintf("a session has at most %d clusters beside its own", spec.ClustersMax), Try: "cluster list"}
	}
	return nil
}

// Remove closes a cluster that was added. No group may use it any more.
func (s *Set) Remove(ctx context.Context, name string) error {
	if err := s.Check(name); err != nil {
		return err
	}
	c := s.find(name)
	if c == nil || c.label == spec.OwnCluster {
		return &broker.Error{Message: fmt.Sprintf("%s is the session's own cluster; it stays", spec.OwnCluster), Try: "cluster list"}
	}
	s.mu.Lock()
	s.named = slices.DeleteFunc(s.named, func(one *Connection) bool { return one == c })
	s.mu.Unlock()
	c.close(ctx)
	return nil
}

// Check refuses the name of a cluster that there is not. The session's own one may be
// without a connection still.
func (s *Set) Check(name string) error {
	if name == "" || name == spec.OwnCluster || s.find(name) != nil {
		return nil
	}
	names := s.Names()
	return &broker.Error{Category: broker.Gone, Message: fmt.Sprintf("no cluster %q (%s)", name, strings.Join(names, ", ")), Try: "cluster list"}
}

// Of returns the cluster of a name; "" is the session's own.
func (s *Set) Of(name string) (*Connection, error) {
	if err := s.Check(name); err != nil {
		return nil, err
	}
	if c := s.find(name); c != nil {
		return c, nil
	}
	return nil, &broker.Error{Category: broker.Disconnected, Message: "not connected to a cluster", Try: "local start"}
}

// Own returns the session's own cluster, nil before Connect.
func (s *Set) Own() *Connection { return s.find(spec.OwnCluster) }

// find returns the cluster of a name, nil if there is none.
func (s *Set) find(name string) *Connection {
	s.mu.Lock()
	defer s.mu.Unlock()
	if name == "" || name == spec.OwnCluster {
		return s.own
	}
	if i := slices.IndexFunc(s.named, func(c *Connection) bool { return c.label == name }); i >= 0 {
		return s.named[i]
	}
	return nil
}

// count returns how many clusters were added.
func (s *Set) count() int { return len(s.Added()) }

// Added lists the clusters beside the session's own, in the order in which they were
// added.
func (s *Set) Added() []*Connection {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.named)
}

// Names lists the names of all clusters, the session's own first.
func (s *Set) Names() []string {
	names := []string{spec.OwnCluster}
	for _, c := range s.Added() {
		names = append(names, c.label)
	}
	return names
}

// Now returns the state of the session's own cluster and of the others.
func (s *Set) Now() (own snapshot.Cluster, others []snapshot.Cluster) {
	own = snapshot.Cluster{Label: spec.OwnCluster, State: snapshot.Unconnected}
	if c := s.Own(); c != nil {
		own = c.Now()
	}
	for _, c := range s.Added() {
		others = append(others, c.Now())
	}
	return own, others
}

// Close closes all clusters side by side, within ctx.
func (s *Set) Close(ctx context.Context) {
	all := s.Added()
	if own := s.Own(); own != nil {
		all = append(all, own)
	}
	var closing sync.WaitGroup
	for _, c := range all {
		closing.Go(func() { c.close(ctx) })
	}
	closing.Wait()
}
