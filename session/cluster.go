package session

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"sync"
	"time"

	"pulsh/session/broker"
	"pulsh/session/group"
	"pulsh/session/snapshot"
)

// How the cluster is watched. A probe is one short connection, so a session
// that sees answers anyway does not send any.
const (
	probeIdle    = 5 * time.Second // while no group runs, or receipts arrive
	probeTimeout = 2 * time.Second // a broker that is silent for so long is not there
)

// connection is an open cluster with what is known of its health.
type connection struct {
	Link
	target broker.Target

	mu      sync.Mutex
	cluster snapshot.Cluster

	cancel context.CancelFunc
	done   chan struct{}
}

// open dials, asks once whether the cluster answers, and starts to watch it.
func (s *Session) open(ctx context.Context, t broker.Target) (*connection, error) {
	link, err := s.dial(ctx, t, s.clock)
	if err != nil {
		return nil, err
	}
	asking, cancel := context.WithTimeout(ctx, probeTimeout)
	answer, err := link.Probe(asking)
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
	}
	go c.watch(watching, s) // owned by the connection: close ends it and waits
	return c, nil
}

func host(raw string) string {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" {
		return raw
	}
	name, _, _ := strings.Cut(u.Host, ",")
	return name
}

// watch probes the cluster until ctx ends, faster while it does not answer and
// while groups run without any message being answered.
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
		if now := s.progress(); now != before && c.state() == snapshot.Up {
			before = now
			continue
		}
		asking, cancel := context.WithTimeout(ctx, probeTimeout)
		_, err := c.Probe(asking)
		cancel()
		if ctx.Err() != nil {
			return
		}
		c.judge(err, s)
		if err == nil && !s.running() {
			wait = probeIdle
		}
	}
}

// progress counts all answers of the cluster so far.
func (s *Session) progress() int64 {
	t := s.Snapshot().Totals
	return t.Acked + t.Received
}

// running says whether a group expects answers.
func (s *Session) running() bool {
	for _, g := range s.Snapshot().Groups {
		if g.State.Active() {
			return true
		}
	}
	return false
}

func (c *connection) state() snapshot.ClusterState {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.cluster.State
}

// judge takes the outcome of a probe and tells of a change.
func (c *connection) judge(err error, s *Session) {
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
		s.notes.say("%s answers again after %s", c.target.URL, away)
	default:
		s.Mark(snapshot.MarkError, "broker unreachable")
		s.notes.say("%s", err)
	}
}

// brief is a refusal in a few words.
func brief(err error) string {
	var short interface{ Brief() string }
	if errors.As(err, &short) {
		return short.Brief()
	}
	return "unreachable"
}

// now is the cluster's state for a snapshot.
func (c *connection) now() snapshot.Cluster {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.cluster
}

// close ends the watch and the connections; the client's own close may outlive
// ctx with a silent broker and then ends by itself.
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

// forGroups is the connection as groups see it.
func (c *connection) forGroups() *group.Cluster {
	return &group.Cluster{Broker: c.Broker, Wire: c.Wire, Admin: c.Admin, Target: c.target, Now: c.now}
}
