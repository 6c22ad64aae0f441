// Package session holds a load session: producer groups and consumer groups on one
// cluster or several, a sampler that publishes a Snapshot of them ten times a second, their
// history, and notes for the user.
//
// Data flows one way. A command changes a group, its workers send or receive
// messages, recorders count them, the sampler reads the recorders and publishes.
// A reader of snapshots takes no lock that a worker takes.
package session

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"pulsh/session/broker"
	"pulsh/session/chaos"
	"pulsh/session/clusters"
	"pulsh/session/delivery"
	"pulsh/session/group"
	"pulsh/session/metrics"
	"pulsh/session/pacing"
	"pulsh/session/payload"
	"pulsh/session/snapshot"
	"pulsh/session/spec"
)

// What opens a cluster, as package clusters has it.
type (
	Link   = clusters.Link
	Answer = clusters.Answer
	Dial   = clusters.Dial
)

// Session is one run of pulsh. Methods that change something, except Say, Mark and
// SetPreferences, are for one goroutine at a time. Any goroutine may call the others.
type Session struct {
	base      time.Time // at which it began
	notes     *notes
	timeline  *timeline
	groups    groups
	endings   endings
	observers observers

	Clusters *clusters.Set // the session's own, and those that were added

	history *history
	latest  atomic.Pointer[snapshot.Snapshot]
	recent  recent

	preferences atomic.Pointer[spec.Preferences] // nil for the defaults

	Chaos *chaos.Chaos // faults that are caused on purpose

	// BrokerCPU says what the embedded broker uses of this process's CPU; nil if none runs.
	BrokerCPU atomic.Pointer[func() metrics.Part]

	host    *group.Host // the session as its groups see it
	sampler *sampler
}

// New returns a session that is not connected. Close ends it.
func New(dial Dial) *Session {
	s := &Session{
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
	s.Clusters = clusters.New(clusters.Host{Dial: dial, Clock: s.clock, Say: s.notes.say, Mark: s.Mark, Latest: s.Snapshot, Groups: s.groups.polled})
	s.Chaos = chaos.New(chaos.Host{Say: s.notes.say, Mark: s.Mark, Latest: s.Snapshot})
	s.sampler = startSampler(s)
	return s
}

// clock returns the nanoseconds since the session began.
func (s *Session) clock() int64 { return int64(time.Since(s.base)) }

// Connect opens the session's own cluster and closes the one before it. It is an error if
// a group on it is active.
func (s *Session) Connect(ctx context.Context, t broker.Target) error {
	for _, g := range s.Snapshot().Groups {
		if g.State.Active() && g.Cluster == spec.OwnCluster {
			return fmt.Errorf("%s is %s: stop all groups of this cluster first (or: cluster add)", g.Name, g.State)
		}
	}
	if names := s.Chaos.Off(""); len(names) > 0 {
		s.Say("chaos is off: it was for the cluster before")
	}
	return s.Clusters.Connect(ctx, t)
}

// ConnectWithin connects as Session.Connect does, and tries again for as long as wait, as
// clusters.Within has it.
func ConnectWithin(ctx context.Context, s *Session, t broker.Target, wait time.Duration, tell func(why error)) error {
	return clusters.Within(ctx, t, wait, tell, func(t broker.Target) error { return s.Connect(ctx, t) })
}

// Target returns the cluster that the session is connected to. ok is false before
// Connect.
func (s *Session) Target() (t broker.Target, ok bool) {
	if c := s.Clusters.Own(); c != nil {
		return c.Target(), true
	}
	return broker.Target{}, false
}

// Cluster returns the state of the session's own cluster at this moment.
func (s *Session) Cluster() snapshot.Cluster {
	own, _ := s.Clusters.Now()
	return own
}

// Admin returns the admin API of the session's own cluster, nil if there is none.
func (s *Session) Admin() broker.Admin {
	if c := s.Clusters.Own(); c != nil {
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
// connections. The snapshot stays readable.
func (s *Session) Close(ctx context.Context) {
	s.Chaos.Close() // first: a suspended server answers no group
	if err := s.groups.stop(ctx); err != nil {
		s.Say("%v", err)
	}
	s.sampler.stop()
	s.endings.stops.Wait()
	s.Clusters.Close(ctx)
}
