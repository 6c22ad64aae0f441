// Package session holds what is running: a Session owns named producer and
// consumer groups, samples them every 100 ms, and publishes Snapshots.
//
// Data flows one way: a command changes a group, its workers move messages
// through lanes and subscribers, recorders count, the sampler reads the
// recorders and publishes. Nobody who paints takes a lock that a worker takes.
package session

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"pulsh/session/broker"
	"pulsh/session/consume"
	"pulsh/session/delivery"
	"pulsh/session/group"
	"pulsh/session/metrics"
	"pulsh/session/produce"
	"pulsh/session/snapshot"
	"pulsh/session/spec"
)

// Link is an open cluster. Admin is nil where there is no admin URL. Probe
// asks whether the cluster answers right now.
type Link struct {
	Broker broker.Broker
	Admin  broker.Admin
	Probe  func(ctx context.Context) (Answer, error)
}

// Answer is what a cluster says of itself.
type Answer struct {
	Version string // "" if it does not say
	SizeMax int    // of a message, in bytes; 0 if it does not say
}

// Dial opens a cluster.
type Dial func(ctx context.Context, t broker.Target, clock broker.Clock) (Link, error)

// Session is one run of pulsh. Its methods may be called from one goroutine at
// a time, but for Snapshot, Since, History, Extremes, Distribution, Intervals,
// Preferences, Notes, Say, Mark and Abort, which any may call.
type Session struct {
	dial  Dial
	base  time.Time
	notes *notes
	line  *timeline

	mu     sync.Mutex // guards what follows; held for moments only
	groups []anyGroup
	link   *connection

	history *history
	latest  atomic.Pointer[snapshot.Snapshot]
	recent  recent

	preferences atomic.Pointer[spec.Preferences] // nil are the defaults

	host    *group.Host // what groups see of this session
	sampler *sampler
}

// anyGroup is what the session asks of a producer or a consumer group. Its
// methods are called by one command at a time, but for sample, which the
// sampler calls beside them.
type anyGroup interface {
	Label() string
	Start(ctx context.Context, cluster *group.Cluster) error
	Stop(ctx context.Context) error
	Sample(at group.Instant) snapshot.Group
}

// New makes a session that is not connected. Close ends it.
func New(dial Dial) *Session {
	s := &Session{
		dial:    dial,
		base:    time.Now(),
		notes:   newNotes(),
		line:    &timeline{},
		history: newHistory(),
	}
	s.host = &group.Host{Clock: s.clock, Base: s.base, Say: s.notes.say, Mark: s.Mark, Audits: &delivery.Registry{},
		Sample: func(name string) (snapshot.Group, bool) { return s.Snapshot().Group(name) }}
	s.sampler = startSampler(s)
	return s
}

// clock is nanoseconds since the session began.
func (s *Session) clock() int64 { return int64(time.Since(s.base)) }

// Connect opens a cluster, and replaces the one before it if no group runs.
func (s *Session) Connect(ctx context.Context, t broker.Target) error {
	for _, g := range s.Snapshot().Groups {
		if g.State.Active() {
			return fmt.Errorf("%s is %s; a session has one cluster at a time", g.Name, g.State)
		}
	}
	link, err := s.open(ctx, t)
	if err != nil {
		return err
	}
	s.mu.Lock()
	old := s.link
	s.link = link
	s.mu.Unlock()
	if old != nil {
		old.close(ctx)
	}
	return nil
}

// Target is the cluster the session is connected to; ok is false before Connect.
func (s *Session) Target() (t broker.Target, ok bool) {
	if link := s.connected(); link != nil {
		return link.target, true
	}
	return broker.Target{}, false
}

// Cluster is what is known of the cluster right now.
func (s *Session) Cluster() snapshot.Cluster {
	if link := s.connected(); link != nil {
		return link.now()
	}
	return snapshot.Cluster{State: snapshot.Unconnected}
}

// Admin is the admin API, or nil.
func (s *Session) Admin() broker.Admin {
	if link := s.connected(); link != nil {
		return link.Admin
	}
	return nil
}

func (s *Session) connected() *connection {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.link
}

// AddProducer makes a ready group that is not started.
func (s *Session) AddProducer(name string, spec spec.Producer) error {
	if err := spec.Check(); err != nil {
		return err
	}
	return s.add(produce.New(name, spec, s.host))
}

// AddConsumer makes a ready group that is not started.
func (s *Session) AddConsumer(name string, spec spec.Consumer) error {
	if err := spec.Check(name); err != nil {
		return err
	}
	return s.add(consume.New(name, spec, s.host))
}

func (s *Session) add(g anyGroup) error {
	if err := spec.CheckName(g.Label()); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.find(g.Label()) >= 0 {
		return fmt.Errorf("there is already a group %q", g.Label())
	}
	if len(s.groups) == spec.GroupsMax {
		return fmt.Errorf("a session has at most %d groups", spec.GroupsMax)
	}
	s.groups = append(s.groups, g)
	return nil
}

// find needs the lock.
func (s *Session) find(name string) int {
	return slices.IndexFunc(s.groups, func(g anyGroup) bool { return g.Label() == name })
}

// named finds a group of the wanted kind.
func named[G anyGroup](s *Session, name string) (G, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var none G
	i := s.find(name)
	if i < 0 {
		return none, fmt.Errorf("no group %q", name)
	}
	g, ok := s.groups[i].(G)
	if !ok {
		return none, fmt.Errorf("%s is not %s group", name, kindOf(none))
	}
	return g, nil
}

func kindOf(g any) string {
	switch g.(type) {
	case *produce.Group:
		return "a producer"
	case *consume.Group:
		return "a consumer"
	}
	return "such a"
}

// Start starts a ready or stopped group.
func (s *Session) Start(ctx context.Context, name string) error {
	g, err := named[anyGroup](s, name)
	if err != nil {
		return err
	}
	link := s.connected()
	if link == nil {
		return &broker.Error{Category: broker.Disconnected, Message: "not connected to a cluster", Try: "local start"}
	}
	if consumer, ok := g.(*consume.Group); ok {
		if err := s.createPartitions(ctx, link.Admin, consumer); err != nil {
			return err
		}
	}
	return g.Start(ctx, link.forGroups())
}

// Snapshot is the latest sample.
func (s *Session) Snapshot() *snapshot.Snapshot { return s.latest.Load() }

// History gives the past of one figure as n columns that end at end, NaN where
// nothing is known.
func (s *Session) History(m snapshot.Metric, end time.Time, window time.Duration, n int) []float64 {
	return s.history.columns(m, end, window, n)
}

// Extremes gives the lowest and the highest value of each of the columns that
// History gives, nil for figures whose columns hold their worst value already.
func (s *Session) Extremes(m snapshot.Metric, end time.Time, window time.Duration, n int) (low, high []float64) {
	return s.history.extremes(m, end, window, n)
}

// Distribution is the latency distribution of one figure of a group, for its
// bars: latency, service, lag, e2e or processing. It is nil where there is none.
func (s *Session) Distribution(name, figure string) []metrics.Bar {
	g, err := named[interface {
		anyGroup
		Bars(figure string) []metrics.Bar
	}](s, name)
	if err != nil {
		return nil
	}
	return g.Bars(figure)
}

// Notes are lines for the user. The channel is bounded: when nobody reads, new
// ones are dropped and counted in the next that fits.
func (s *Session) Notes() <-chan snapshot.Note { return s.notes.lines }

// Mark puts an event on the timeline.
func (s *Session) Mark(kind snapshot.MarkKind, text string) { s.line.add(kind, text) }

// Close ends all groups within ctx, takes the last sample, and ends the
// connection. The snapshot stays readable.
func (s *Session) Close(ctx context.Context) {
	if err := s.stopEach(ctx); err != nil {
		s.notes.say("%v", err)
	}
	s.sampler.stop()
	if link := s.connected(); link != nil {
		link.close(ctx)
	}
}
