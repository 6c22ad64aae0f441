package session

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"pulsh/session/broker"
	"pulsh/session/group"
	"pulsh/session/snapshot"
)

// How the cluster is probed. A probe is one short connection, so a session whose
// messages are answered anyway sends none.
const (
	probeIdle    = 5 * time.Second // between two probes while no group is active
	probeTimeout = 2 * time.Second // after which a silent broker counts as unreachable
	patienceMax  = 10 * time.Second
	retryEvery   = 500 * time.Millisecond // between two attempts of ConnectWithin
)

// connection is an open cluster and the state of its health.
type connection struct {
	Link
	target broker.Target

	mu      sync.Mutex // guards cluster; held for moments only
	cluster snapshot.Cluster

	cancel context.CancelFunc
	done   chan struct{}
}

// open dials, probes the cluster once, and starts to watch it.
func open(ctx context.Context, s *Session, t broker.Target) (*connection, error) {
	link, err := s.dial(ctx, t, s.clock)
	if err != nil {
		return nil, err
	}
	probing, cancel := context.WithTimeout(ctx, max(probeTimeout, t.Patience))
	answer, err := link.Probe(probing)
	cancel()
	if err != nil {
		link.closeEngines()
		return nil, err
	}
	watching, cancel := context.WithCancel(context.Background())
	c := &connection{
		Link:   link,
		target: t,
		cluster: snapshot.Cluster{
			URL: t.URL, AdminURL: t.AdminURL, Name: t.Name, Version: answer.Version, SizeMax: answer.SizeMax,
			State: snapshot.Up, Since: time.Now(),
		},
		cancel: cancel,
		done:   make(chan struct{}),
	}
	if c.cluster.Name == "" {
		c.cluster.Name = host(t.URL)
		if broker.IsEmbedded(answer.Version) { // the port tells which one
			c.cluster.Name = "embedded" + c.cluster.Name[max(0, strings.LastIndex(c.cluster.Name, ":")):]
		}
	}
	go c.watch(watching, s) // owned by the connection: close ends it and waits
	return c, nil
}

// ConnectWithin connects as Session.Connect does, and tries again for as long as wait
// while the fault may pass, as it does when a cluster is starting. tell is called after
// each attempt that failed. A longer wait also lets a distant or busy broker take up to
// patienceMax for one answer. With a wait of 0 there is one attempt.
func ConnectWithin(ctx context.Context, s *Session, t broker.Target, wait time.Duration, tell func(why error)) error {
	end := time.Now().Add(wait)
	t.Patience = min(wait, patienceMax)
	for {
		err := s.Connect(ctx, t)
		var fault interface{ Passing() bool }
		left := time.Until(end)
		if err == nil || ctx.Err() != nil || left <= 0 || !errors.As(err, &fault) || !fault.Passing() {
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
func (c *connection) watch(ctx context.Context, s *Session) {
	defer close(c.done)
	var before int64
	wait := snapshot.ProbeEvery
	for {
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return
		}
		wait = snapshot.ProbeEvery
		totals := s.Snapshot().Totals
		if now := totals.Acked + totals.Received; now != before && c.state() == snapshot.Up {
			before = now
			continue
		}
		probing, cancel := context.WithTimeout(ctx, max(probeTimeout, c.target.Patience))
		_, err := c.Probe(probing)
		cancel()
		if ctx.Err() != nil {
			return
		}
		c.observe(err, s)
		if err == nil && !anyActive(s.Snapshot()) {
			wait = probeIdle
		}
	}
}

func anyActive(s *snapshot.Snapshot) bool {
	return slices.ContainsFunc(s.Groups, func(g snapshot.Group) bool { return g.State.Active() })
}

func (c *connection) state() snapshot.ClusterState {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.cluster.State
}

// observe takes the outcome of a probe, and tells the user if the state changes.
func (c *connection) observe(err error, s *Session) {
	c.mu.Lock()
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
		s.Mark(snapshot.MarkReconnect, "broker back after "+away.String())
		s.Say("broker reachable again after %s", away)
	default:
		s.Mark(snapshot.MarkError, "broker unreachable")
		s.Say("%s", err)
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

// now returns the state of the cluster at this moment.
func (c *connection) now() snapshot.Cluster {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.cluster
}

// setAdmin sets since when the admin API has not answered, and why.
func (c *connection) setAdmin(since time.Time, why string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.cluster.AdminSince, c.cluster.AdminWhy = since, why
}

// close ends the watch and the connections. With a silent broker the client may
// take longer than ctx to close, and then does so in the background.
func (c *connection) close(ctx context.Context) {
	c.cancel()
	<-c.done
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

// forGroups returns the connection as groups see it.
func (c *connection) forGroups() *group.Cluster {
	return &group.Cluster{Broker: c.Broker, Wire: c.Wire, Admin: c.Admin, Target: c.target, Now: c.now}
}
