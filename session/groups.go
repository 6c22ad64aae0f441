package session

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"pulsh/session/clusters"
	"pulsh/session/connections"
	"pulsh/session/consume"
	"pulsh/session/delivery"
	"pulsh/session/group"
	"pulsh/session/metrics"
	"pulsh/session/produce"
	"pulsh/session/snapshot"
	"pulsh/session/spec"
)

// anyGroup is a producer group or a consumer group. The commands in the first
// block are for one goroutine at a time; the other methods are for any.
type anyGroup interface {
	Start(ctx context.Context, cluster *group.Cluster) error
	Stop(ctx context.Context) error
	Scale(ctx context.Context, workers int) error
	Pause() error
	Resume() error

	Host() *group.Host
	Say(format string, args ...any)
	Active() bool
	Reset()
	Links() *connections.Record
	Ending() *group.Ending
	Turn() *group.Turn
	Finishes(since time.Time, why string) bool

	Sample(at group.Instant) snapshot.Group
	AwaitReset(ctx context.Context) error
	Distribution(figure string) *metrics.Distribution
	Bars(figure string) []metrics.Bar
	Heat(figure string) *metrics.Heat

	clusters.Group
}

// clusterOf returns the name of the cluster that a group has chosen.
func clusterOf(g anyGroup) string {
	switch g := g.(type) {
	case *produce.Group:
		return spec.ClusterName(g.Settings().Cluster)
	case *consume.Group:
		return spec.ClusterName(g.Settings().Cluster)
	}
	return spec.OwnCluster
}

// groups holds the groups of a session, in the order in which they were made. It
// is safe for several goroutines.
type groups struct {
	mu   sync.Mutex // guards the fields; held for moments only
	list []anyGroup

	removedSent, removedReceived int64 // messages of removed groups
}

// all returns a copy of the list.
func (gs *groups) all() []anyGroup {
	gs.mu.Lock()
	defer gs.mu.Unlock()
	return slices.Clone(gs.list)
}

// active returns the groups that are connected.
func (gs *groups) active() []anyGroup {
	return slices.DeleteFunc(gs.all(), func(g anyGroup) bool { return !g.Active() })
}

// polled returns the groups that are connected to a cluster.
func (gs *groups) polled(cluster string) (list []clusters.Group) {
	for _, g := range gs.active() {
		if clusterOf(g) == cluster {
			list = append(list, g)
		}
	}
	return list
}

// add adds a group. It is an error if the name is taken or is no name.
func (gs *groups) add(g anyGroup) error {
	if err := spec.CheckName(g.Name()); err != nil {
		return err
	}
	gs.mu.Lock()
	defer gs.mu.Unlock()
	if gs.index(g.Name()) >= 0 {
		return fmt.Errorf("a group named %q already exists", g.Name())
	}
	if len(gs.list) == spec.GroupsMax {
		return fmt.Errorf("a session has at most %d groups", spec.GroupsMax)
	}
	gs.list = append(gs.list, g)
	return nil
}

func (gs *groups) remove(g anyGroup, last snapshot.Group) {
	gs.mu.Lock()
	defer gs.mu.Unlock()
	gs.list = slices.DeleteFunc(gs.list, func(other anyGroup) bool { return other == g })
	switch {
	case last.Producer != nil:
		gs.removedSent += last.Producer.Sent
	case last.Consumer != nil:
		gs.removedReceived += last.Consumer.Received
	}
}

// removedTotals adds the messages of removed groups.
func (gs *groups) removedTotals(t *snapshot.Totals) {
	gs.mu.Lock()
	defer gs.mu.Unlock()
	t.RemovedSent, t.RemovedReceived = gs.removedSent, gs.removedReceived
}

// index needs the mutex.
func (gs *groups) index(name string) int {
	return slices.IndexFunc(gs.list, func(g anyGroup) bool { return g.Name() == name })
}

// named returns the group with a name.
func (gs *groups) named(name string) (anyGroup, error) {
	gs.mu.Lock()
	defer gs.mu.Unlock()
	if i := gs.index(name); i >= 0 {
		return gs.list[i], nil
	}
	return nil, fmt.Errorf("no group %q", name)
}

// stopLead is how long consumer groups at least receive on while producer groups stop.
const stopLead = 100 * time.Millisecond

// stop stops all groups and returns the first error. Producer groups stop first, and have
// half of the time for it. The audit of a consumer group learns only while the group
// receives which messages were acknowledged, and so are outstanding.
func (gs *groups) stop(ctx context.Context) error {
	var sending, receiving []anyGroup
	for _, g := range gs.all() {
		if _, ok := g.(*produce.Group); ok {
			sending = append(sending, g)
		} else {
			receiving = append(receiving, g)
		}
	}
	sent := make(chan error, 1)
	go func() { sent <- stopThese(ctx, sending) }() // it is received below
	lead := stopLead
	if end, bounded := ctx.Deadline(); bounded {
		lead = max(lead, time.Until(end)/2)
	}
	select {
	case err := <-sent:
		return cmp.Or(err, stopThese(ctx, receiving))
	case <-time.After(lead):
	}
	err := stopThese(ctx, receiving)
	return cmp.Or(<-sent, err)
}

// stopThese stops groups side by side and returns the first error: one after the other,
// each on a cluster that is away could wait for its receipts as long as ctx.
func stopThese(ctx context.Context, these []anyGroup) error {
	errs := make([]error, len(these))
	var stopping sync.WaitGroup
	for i, g := range these {
		stopping.Go(func() { errs[i] = stop(ctx, g) })
	}
	stopping.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// publishAudits publishes the audits of the consumer groups by topic, for producer
// groups to report what must arrive. Without these reports the loss of a producer's
// first or last messages could not be seen, and a send that timed out would count as
// lost. Reports go to other clusters where the topic is replicated.
func (gs *groups) publishAudits(to *delivery.Registry) {
	var receivers []delivery.Receiver
	var senders []delivery.Sender
	all := gs.all()
	for _, g := range all {
		if c, ok := g.(*consume.Group); ok {
			if topics, audits := c.Receives(); len(topics) > 0 {
				receivers = append(receivers, delivery.Receiver{Cluster: c.Cluster().Name, Topics: topics, Audits: audits})
			}
		}
	}
	for _, g := range all {
		elsewhere := func(r delivery.Receiver) bool { return r.Cluster != clusterOf(g) }
		if p, ok := g.(*produce.Group); ok && slices.ContainsFunc(receivers, elsewhere) {
			senders = append(senders, p.Sends()...)
		}
	}
	to.Publish(receivers, senders)
}

// noteShared notes in the samples which groups share a delivery audit with an
// earlier one.
func (gs *groups) noteShared(samples []snapshot.Group) {
	first := map[*delivery.Audit]string{}
	for _, g := range gs.all() {
		c, ok := g.(*consume.Group)
		if !ok {
			continue
		}
		_, audits := c.Receives()
		i := slices.IndexFunc(samples, func(s snapshot.Group) bool { return s.Name == g.Name() })
		allShared := !slices.ContainsFunc(audits, func(a *delivery.Audit) bool { return first[a] == "" })
		if allShared && i >= 0 && samples[i].Consumer != nil {
			samples[i].Consumer.SharedWith = first[audits[0]]
		}
		for _, audit := range audits {
			if first[audit] == "" {
				first[audit] = g.Name()
			}
		}
	}
}

// noteBystanders notes in the samples which producer groups get no answers because
// they share the connection of a group that the broker throttles: it reads nothing
// from a connection that is throttled.
func noteBystanders(samples []snapshot.Group) {
	for _, throttled := range samples {
		if throttled.Producer == nil || throttled.State != snapshot.Running || !throttled.Producer.Broker.Throttled {
			continue
		}
		for i := range samples {
			p := samples[i].Producer
			if p != nil && !p.Broker.Throttled && samples[i].Engine == throttled.Engine && samples[i].Cluster == throttled.Cluster && strings.HasPrefix(p.Limit, "broker: ") {
				p.Limit = "connection: shared with " + throttled.Name + ", which the broker throttles"
			}
		}
	}
}

// producerNames returns the names of the producers in use, by their streams.
func (gs *groups) producerNames() map[uint64]string {
	names := map[uint64]string{}
	for _, g := range gs.all() {
		if p, ok := g.(*produce.Group); ok {
			p.NameStreams(names)
		}
	}
	return names
}
