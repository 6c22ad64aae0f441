package clusters

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"time"

	"pulsh/session/broker"
	"pulsh/session/group"
	"pulsh/session/snapshot"
	"pulsh/session/spec"
)

// How the cluster is probed. A probe is one short connection, so a session whose
// messages are answered anyway sends none.
const (
	probeIdle    = 5 * time.Second // between two probes while no group is active
	probeTimeout = 2 * time.Second // after which a silent broker counts as unreachable
	patienceMax  = 10 * time.Second
	retryEvery   = 500 * time.Millisecond // between two attempts of Within
)

// Connection is an open cluster and the state of its health. Any goroutine may call its
// methods.
type Connection struct {
	Link
	set    *Set
	label  string
	target broker.Target

	mu      sync.Mutex // guards cluster; held for moments only
	cluster snapshot.Cluster

	cancel  context.CancelFunc
	running sync.WaitGroup // the watch and the poll
}

// open dials, probes the cluster once, and starts to watch it. With away it may be one
// that does not answer now.
func open(ctx context.Context, s *Set, label string, t broker.Target, away bool) (*Connection, error) {
	link, err := s.host.Dial(ctx, t, s.host.Clock)
	if err != nil {
		return nil, err
	}
	probing, cancel := context.WithTimeout(ctx, max(probeTimeout, t.Patience))
	answer, err := link.Probe(probing)
	cancel()
	if err != nil && (!away || !passing(err) || ctx.Err() != nil) {
		link.closeEngines()
		return nil, err
	}
	watching, cancel := context.WithCancel(context.Background())
	c := &Connection{
		Link:   link,
		set:    s,
		label:  label,
		target: t,
		cluster: snapshot.Cluster{
			Label: label, URL: t.URL, AdminURL: t.AdminURL, Name: t.Name, Version: answer.Version, SizeMax: answer.SizeMax, MemoryLimit: t.MemoryLimit,
			State: snapshot.Up, Since: time.Now(),
		},
		cancel: cancel,
	}
	if c.cluster.Name == "" {
		c.cluster.Name = host(t.URL)
		if broker.IsEmbedded(answer.Version) { // the port tells which one
			c.cluster.Name = "embedded" + c.cluster.Name[max(0, strings.LastIndex(c.cluster.Name, ":")):]
		}
	}
	if err != nil {
		c.cluster.State, c.cluster.Detail, c.cluster.Why, c.cluster.Tries = snapshot.Reconnecting, err.Error(), brief(err), 1
	}
	c.running.Go(func() { c.watch(watching) }) // owned by the connection: close ends it and waits
	c.running.Go(func() { c.poll(watching) })  // likewise
	return c, nil
}

// Within calls attempt, and calls it again for as long as wait while the fault may pass,
// as it does when a cluster is starting. tell is called after each attempt that failed.
// A longer wait also lets a distant or busy broker take up to patienceMax for one
// answer. With a wait of 0 there is one attempt.
func Within(ctx context.Context, t broker.Target, wait time.Duration, tell func(why error), attempt func(broker.Target) error) error {
	end := time.Now().Add(wait)
	t.Patience = min(wait, patienceMax)
	for {
		err := attempt(t)
		left := time.Until(end)
		if err == nil || ctx.Err() != nil || left <= 0 || !passing(err) {
			return err
		}
		tell(err)
		select {
		case <-time.After(min(left, retryEvery)):
		case <-ctx.Done():
			return err
		}
	}
}

// passing reports whether a fault may pass, as that of a cluster that is starting.
func passing(err error) bool {
	var fault interface{ Passing() bool }
	return errors.As(err, &fault) && fault.Passing()
}

// Label returns the name by which groups choose the cluster.
func (c *Connection) Label() string { return c.label }

// Target returns the place of the cluster, and how it is entered.
func (c *Connection) Target() broker.Target { return c.target }

// say shows the user a line, which tells the cluster where there are several.
func (c *Connection) say(format string, args ...any) {
	c.set.host.Say("%s", c.prefix()+fmt.Sprintf(format, args...))
}

// mark puts an event on the time axis.
func (c *Connection) mark(kind snapshot.MarkKind, text string) {
	c.set.host.Mark(kind, c.prefix()+text)
}

func (c *Connection) prefix() string {
	if c.label == spec.OwnCluster && c.set.count() == 0 {
		return ""
	}
	return c.label + ": "
}

// host returns the first host of a URL with its port.
func host(raw string) string {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" {
		return raw
	}
	name, _, _ := strings.Cut(u.Host, ",")
	return name
}

// watch probes the cluster until ctx ends, unless messages were answered since the
// last time.
func (c *Connection) watch(ctx context.Context) {
	var before int64
	wait := snapshot.ProbeEvery
	for {
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return
		}
		wait = snapshot.ProbeEvery
		if now := c.answered(); now != before && c.state() == snapshot.Up {
			before = now
			continue
		}
		probing, cancel := context.WithTimeout(ctx, max(probeTimeout, c.target.Patience))
		answer, err := c.Probe(probing)
		cancel()
		if ctx.Err() != nil {
			return
		}
		c.observe(answer, err)
		if err == nil && len(c.set.host.Groups(c.label)) == 0 {
			wait = probeIdle
		}
	}
}

// answered counts what shows that the cluster answers: receipts and messages of its
// groups.
func (c *Connection) answered() (n int64) {
	for _, g := range c.set.host.Latest().Groups {
		switch {
		case g.Cluster != c.label:
		case g.Producer != nil:
			n += g.Producer.Acked
		case g.Consumer != nil:
			n += g.Consumer.Received
		}
	}
	return n
}

func (c *Connection) state() snapshot.ClusterState {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.cluster.State
}

// observe takes the outcome of a probe, and tells the user if the state changes.
func (c *Connection) observe(answer Answer, err error) {
	c.mu.Lock()
	if err == nil && c.cluster.Version == "" { // it was away when it was added
		c.cluster.Version, c.cluster.SizeMax = answer.Version, answer.SizeMax
	}
	was, since := c.cluster.State, c.cluster.Since
	now := snapshot.Up
	if err != nil {
		now = snapshot.Reconnecting
		c.cluster.Detail, c.cluster.Why = err.Error(), brief(err)
		c.cluster.Tries++
	}
	if now != was {
		c.cluster.State, c.cluster.Since = now, time.Now()
		c.cluster.Restored = now == snapshot.Up
	}
	if now == snapshot.Up {
		c.cluster.Tries = 0
	}
	c.mu.Unlock()
	switch {
	case now == was:
	case now == snapshot.Up:
		away := time.Since(since).Round(100 * time.Millisecond)
		c.mark(snapshot.MarkReconnect, "broker back after "+away.String())
		c.say("broker reachable again after %s", away)
	default:
		c.mark(snapshot.MarkError, "broker unreachable")
		c.say("%s", err)
	}
}

// brief returns an error in a few words.
func brief(err error) string {
	var short interface{ Brief() string }
	if errors.As(err, &short) {
		return short.Brief()
	}
	return "unreachable"
}

// Now returns the state of the cluster at this moment.
func (c *Connection) Now() snapshot.Cluster {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.cluster
}

// setAdmin sets since when the admin API has not answered, and why.
func (c *Connection) setAdmin(since time.Time, why string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.cluster.AdminSince, c.cluster.AdminWhy = since, why
}

// close ends the watch, the poll and the connections. With a silent broker the client
// may take longer than ctx to close, and then does so in the background.
func (c *Connection) close(ctx context.Context) {
	c.cancel()
	c.running.Wait()
	closed := make(chan struct{})
	go func() {
		c.closeEngines()
		close(closed)
	}()
	select {
	case <-closed:
	case <-ctx.Done():
	}
}

// ForGroups returns the cluster as groups see it.
func (c *Connection) ForGroups() *group.Cluster {
	return &group.Cluster{Name: c.label, Broker: c.Broker, Wire: c.Wire, Admin: c.Admin, Target: c.target, Now: c.Now}
}

// Engine returns the connection of an engine: ClientEngine or WireEngine.
func (c *Connection) Engine(of broker.Engine) (broker.Broker, error) {
	switch {
	case of != broker.WireEngine:
		return c.Broker, nil
	case c.Wire == nil:
		return nil, &broker.Error{Message: "this connection has no wire engine", Try: "set session engine=client"}
	}
	return c.Wire, nil
}

// Looking returns the connection with which people look at messages: the wire engine,
// which shows what the Go client throws away as damaged, such as a message without body
// and properties, and one that is encrypted with a key that is not here.
func (c *Connection) Looking() broker.Broker {
	if c.Wire != nil {
		return c.Wire
	}
	return c.Broker
}
