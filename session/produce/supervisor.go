package produce

import (
	"context"
	"errors"
	"fmt"
	"time"

	"pulsh/session/broker"
	"pulsh/session/group"
	"pulsh/session/snapshot"
)

// stuckChecks is the number of checks in a row after which a producer is replaced
// that has messages in flight and gets no answers, though the cluster answers
// probes: a terminated topic is silent until the send timeout.
const stuckChecks = 10

// supervisor keeps a producer group alive while it runs: it replaces producers
// that were lost, or get no answers although the cluster answers.
type supervisor struct {
	*group.Supervisor
	group *Group

	// The supervisor's goroutine alone uses the fields below.
	progress map[uint64]progress // by stream
	fullAt   time.Time           // when the user was last told that the backlog quota is reached
}

// progress is how far a producer was answered at the last check, and the number
// of checks since that have seen no change.
type progress struct {
	answered uint64
	checks   int
}

func newSupervisor(g *Group) *supervisor {
	s := &supervisor{group: g, progress: map[uint64]progress{}}
	s.Supervisor = group.NewSupervisor(s.check)
	return s
}

func (s *supervisor) check(ctx context.Context, tick bool) {
	s.Attempt(ctx, s.trouble(tick), group.Repair{
		Report: s.report,
		Failed: s.failed,
		Do:     s.replaceProducers,
		Done:   func(time.Duration) { s.group.Say("sending again through new producers") },
	})
	if tick {
		s.reportBacklogFull()
	}
}

// trouble returns why a producer must be replaced, or nil. tick counts the check.
func (s *supervisor) trouble(tick bool) error {
	g := s.group
	if g.Cluster().Now().State != snapshot.Up {
		return nil
	}
	latest := map[uint64]progress{}
	for _, p := range g.current.list() {
		if cause := p.lost.Load(); cause != nil {
			return *cause
		}
		is := s.progress[p.stream]
		answered := p.Answered()
		switch {
		case answered != is.answered || p.InFlight() == 0 || g.stats.Latest().Throttled:
			is = progress{answered: answered}
		case tick:
			is.checks = min(is.checks+1, stuckChecks)
		}
		latest[p.stream] = is
		if is.checks == stuckChecks {
			s.progress[p.stream] = is // it stays in trouble between two ticks
			return &broker.Error{Category: broker.Silent, Message: fmt.Sprintf("no message was acknowledged for %d s although the cluster answers", is.checks)}
		}
	}
	s.progress = latest
	return nil
}

// replaceProducers swaps in another set of producers.
func (s *supervisor) replaceProducers(ctx context.Context) error {
	g := s.group
	fresh, err := g.opener.open(ctx, g.Settings(), g.current.set.Load().number+1)
	if err != nil {
		return err
	}
	g.closeLater(g.current.swap(fresh).producers)
	return nil
}

// report notes a trouble, and tells the user if it is new.
func (s *supervisor) report(err error, isNew bool) {
	g := s.group
	g.shards.Failures.Add(0, broker.Classify(err), err.Error()) // failed messages are counted by their producers
	if !isNew {
		return
	}
	try := "errors " + g.Name()
	switch broker.Classify(err) {
	case broker.TopicTerminated:
		try = "set " + g.Name() + " topic=" + g.Settings().TopicName(0) + "-2"
	case broker.Gone:
		try = "topics" + g.On()
	case broker.Moved:
		try = "topic unload " + g.Settings().TopicName(0) + g.On()
	}
	g.MarkError(err.Error())
	g.Say("%s; trying again; try: %s", err, try)
}

// failed notes an error of opening producers in the place of lost ones, which may tell
// why these were lost.
func (s *supervisor) failed(err error, isNew bool) {
	if cause, ok := errors.AsType[*broker.Error](err); ok {
		for _, p := range s.group.current.list() {
			if told, can := p.Producer.(broker.Explainer); can && p.lost.Load() != nil {
				told.Explain(cause)
			}
		}
	}
	s.report(err, isNew)
}

// fullEvery is the time between two notes of a full backlog while it lasts.
const fullEvery = time.Minute

// reportBacklogFull tells the user that the broker refuses messages because the
// backlog has reached its quota.
func (s *supervisor) reportBacklogFull() {
	g := s.group
	if time.Since(g.shards.Failures.Last(broker.BacklogFull)) > group.CheckEvery || time.Since(s.fullAt) < fullEvery {
		return
	}
	s.fullAt = time.Now()
	topic := g.Settings().TopicName(0)
	g.MarkError("backlog full")
	g.Say("the backlog of %s has reached its quota, and the broker refuses messages until it shrinks; try: subs %s%s", topic, topic, g.On())
}

// producerLost notes that a producer cannot send any more. The client's goroutine
// calls it.
func (g *Group) producerLost(p *producerHandle, cause error) {
	p.lost.Store(&cause)
	g.supervisor.Wake()
	if g.stopping.Load() {
		g.current.releaseIfLost()
	}
}

// pauseSupervisor stops the supervisor while a command changes the producers. The
// function it returns starts it again.
func (g *Group) pauseSupervisor() (resume func()) {
	g.supervisor.Stop()
	return func() {
		if g.Active() {
			g.supervisor.Start()
		}
	}
}
