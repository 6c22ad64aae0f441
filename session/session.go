// Package session holds a load session: producer groups and consumer groups on one
// cluster, a sampler that publishes a Snapshot of them ten times a second, their
// history, and notes for the user.
//
// Data flows one way. A command changes a group, its workers send or receive
// messages, recorders count them, the sampler reads the recorders and publishes.
// A reader of snapshots takes no lock that a worker takes.
package session

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"pulsh/session/broker"
	"pulsh/session/chaos"
	"pulsh/session/delivery"
	"pulsh/session/group"
	"pulsh/session/metrics"
	"pulsh/session/pacing"
	"pulsh/session/payload"
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

// Session is one run of pulsh. Methods that change something, except Say, Mark and
// SetPreferences, are for one goroutine at a time. Any goroutine may call the others.
type Session struct {
	dial      Dial
	base      time.Time // at which it began
	notes     *notes
	timeline  *timeline
	groups    groups
	endings   endings
	observers observers

	mu   sync.Mutex // guards link; held for moments only
	link *connection

	history *history
	latest  atomic.Pointer[snapshot.Snapshot]
	recent  recent

	preferences atomic.Pointer[spec.Preferences] // nil for the defaults

	Chaos *chaos.Chaos // faults that are caused on purpose

	host    *group.Host // the session as its groups see it
	sampler *sampler
}

// New returns a session that is not connected. Close ends it.
func New(dial Dial) *Session {
	s := &Session{
		dial:     dial,
		base:     time.Now(),
		notes:    newNotes(),
		timeline: &timeline{},
		history:  newHistory(),
	}
	s.host = &group.Host{
		Clock:  s.clock,
		Base:   s.base,
		Say:    s.notes.say,
		Mark:   s.Mark,
		Sample: func(name string) (snapshot.Group, bool) { return s.Snapshot().Group(name) },
		Audits: &delivery.Registry{},
		Bodies: payload.NewBudget(metrics.MemoryLimit()),
		Engine: func() broker.Engine { return s.Preferences().Engine },
	}
	s.host.Allow = func(name string, peak pacing.Rate) error { return allowRate(s, name, peak) }
	s.Chaos = chaos.New(chaos.Host{Say: s.notes.say, Mark: s.Mark, Latest: s.Snapshot})
	s.sampler = startSampler(s)
	return s
}

// clock returns the nanoseconds since the session began.
func (s *Session) clock() int64 { return int64(time.Since(s.base)) }

// Connect opens a cluster and closes the one before it. It is an error if a group
// is active.
func (s *Session) Connect(ctx context.Context, t broker.Target) error {
	for _, g := range s.Snapshot().Groups {
		if g.State.Active() {
			return fmt.Errorf("%s is %s: stop all groups first (one cluster per session)", g.Name, g.State)
		}
	}
	if names := s.Chaos.Off(""); len(names) > 0 {
		s.Say("chaos is off: it was for the cluster before")
	}
	link, err := open(ctx, s, t)
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

// connected returns the connection, nil before Connect.
func (s *Session) connected() *connection {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.link
}

// Target returns the cluster that the session is connected to. ok is false before
// Connect.
func (s *Session) Target() (t broker.Target, ok bool) {
	if c := s.connected(); c != nil {
		return c.target, true
	}
	return broker.Target{}, false
}

// Cluster returns the state of the cluster at this moment.
func (s *Session) Cluster() snapshot.Cluster {
	if c := s.connected(); c != nil {
		return c.now()
	}
	return snapshot.Cluster{State: snapshot.Unconnected}
}

// Admin returns the admin API, nil if there is none.
func (s *Session) Admin() broker.Admin {
	if c := s.connected(); c != nil {
		return c.Admin
	}
	return nil
}

// Preferences returns how the session is shown.
func (s *Session) Preferences() spec.Preferences {
	if p := s.preferences.Load(); p != nil {
		return *p
	}
	return spec.DefaultPreferences()
}

// SetPreferences changes how the session is shown.
func (s *Session) SetPreferences(p spec.Preferences) error {
	if err := p.Check(); err != nil {
		return err
	}
	s.preferences.Store(&p)
	return nil
}

// Notes returns the lines for the user. The channel is bounded: while nobody reads,
// further notes are dropped, and the next one that fits tells how many.
func (s *Session) Notes() <-chan snapshot.Note { return s.notes.lines }

// Say shows the user a line. It never blocks.
func (s *Session) Say(format string, args ...any) { s.notes.say(format, args...) }

// Mark puts an event on the time axis.
func (s *Session) Mark(kind snapshot.MarkKind, text string) { s.timeline.add(kind, text) }

// Close ends chaos, stops all groups within ctx, takes the last sample and closes the
// connection. The snapshot stays readable.
func (s *Session) Close(ctx context.Context) {
	s.Chaos.Close() // first: a suspended server answers no group
	if err := s.groups.stop(ctx); err != nil {
		s.Say("%v", err)
	}
	s.sampler.stop()
	s.endings.stops.Wait()
	if c := s.connected(); c != nil {
		c.close(ctx)
	}
}
