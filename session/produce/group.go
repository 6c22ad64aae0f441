package produce

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"pulsh/session/brokerstats"
	"pulsh/session/group"
	"pulsh/session/metrics"
	"pulsh/session/pacing"
	"pulsh/session/snapshot"
	"pulsh/session/spec"
)

// Group is a producer group. Its commands (Start, Stop, Scale, Apply, SetRate,
// Burst, Pause and Resume) are for one goroutine at a time; all other methods
// are for any.
type Group struct {
	group.Base[spec.Producer]
	group.Sampling

	shards  *metrics.SendShards
	sampled sampleState
	stats   brokerstats.Tracker

	transactions group.Transactions

	opener     *opener
	workers    workers
	current    currentSet
	closing    sync.WaitGroup // the closing of replaced producers
	unanswered unanswered
	supervisor *supervisor
	stopping   atomic.Bool // from a stop to the next start
	terminated atomic.Bool // the topic, while it leaves sends unanswered
	nextBroken int         // index of the producer that Disconnect broke last; the supervisor's goroutine alone uses it

	schedule atomic.Pointer[pacing.Schedule] // of the present or the last run
}

// New returns a ready group that has no producers yet.
func New(name string, settings spec.Producer, host *group.Host) *Group {
	g := &Group{
		Base:    group.NewBase(name, settings, host),
		shards:  metrics.NewSendShards(time.Now),
		sampled: sampleState{rates: newRates()},
		current: currentSet{clock: host.Clock},
	}
	g.transactions = group.NewTransactions(g.shards.Failures)
	g.Sampling = group.NewSampling(g.transactions.Distributions(map[string]*metrics.Distribution{
		"latency": g.shards.Latency, "service": g.shards.Service, "lag": g.shards.Lag,
	}))
	g.opener = &opener{group: g, lost: g.producerLost}
	g.opener.recorders.Attach = g.shards.Attach
	g.supervisor = newSupervisor(g)
	g.schedule.Store(g.newSchedule())
	return g
}

func (g *Group) newSchedule() *pacing.Schedule {
	return pacing.NewSchedule(pacing.Clock(g.Host().Clock))
}

// Schedule returns the schedule of the present or the last run.
func (g *Group) Schedule() *pacing.Schedule { return g.schedule.Load() }

// Start opens the producers, then lets the schedule run from that moment on.
func (g *Group) Start(ctx context.Context, cluster *group.Cluster) error {
	if err := g.allow(g.Settings().Rate.Peak(0)); err != nil {
		return err
	}
	if err := g.beginRun(cluster); err != nil {
		return err
	}
	settings := g.Settings()
	set, err := g.opener.open(ctx, settings, 1)
	if err != nil {
		g.Host().Bodies.Give(g.Name())
		g.Fail(err)
		return err
	}
	g.stopping.Store(false)
	g.current.swap(set)
	g.Enter(snapshot.Running)
	g.workers.add(g, settings.Workers)
	g.Schedule().Set(settings.Rate)
	g.supervisor.Start()
	g.warnOfLimits(settings)
	return nil
}

// warnOfLimits tells the user if the settings alone keep the rate down.
func (g *Group) warnOfLimits(settings spec.Producer) {
	producers := len(g.current.list())
	most := pacing.Rate(float64(settings.Pending) / settings.Delay.Seconds())
	if settings.Batch > 1 && settings.Pending < settings.Batch*producers && most < settings.Rate.Peak(0) {
		g.Say("pending=%d ÷ delay=%s limits it to %s/s; try: set %s pending=%d",
			settings.Pending, settings.Delay, most, g.Name(), min(3*settings.Batch*producers, spec.PendingMax))
	}
}

// Stop lets the workers send what is due, flushes and closes the producers
// within ctx.
//
// This is subtle: a worker may be blocked, waiting for a free place in the queue of
// a producer. Answers free places. If none come, the end of ctx releases all
// producers. A lost producer gets no answers, and nothing replaces it during a
// stop; so the whole set is released at once if a producer is lost already, or
// else when the client reports the loss.
func (g *Group) Stop(ctx context.Context) error {
	if !g.End() {
		return nil
	}
	g.stopping.Store(true)
	g.supervisor.Stop()
	g.current.releaseIfLost()
	cancel := context.AfterFunc(ctx, g.current.release)
	g.sendDue(ctx)
	g.workers.remove(0)
	g.workers.running.Wait()
	cancel()
	var err error
	if last := g.current.list(); last != nil {
		err = closeProducers(ctx, last)
		g.current.swap(nil)
		g.noteClosed(last)
	}
	g.closing.Wait()
	g.Host().Bodies.Give(g.Name())
	g.Enter(snapshot.Stopped)
	return err
}

// dueTime bounds how long a stop waits for the workers to take what is due: a
// group that keeps up needs a few milliseconds, and one that is behind would
// need too long.
const dueTime = 100 * time.Millisecond

// sendDue stops the schedule and lets the workers take what has fallen due.
func (g *Group) sendDue(ctx context.Context) {
	schedule := g.Schedule()
	schedule.Pause()
	ctx, cancel := context.WithTimeout(ctx, dueTime)
	defer cancel()
	poll := time.NewTicker(time.Millisecond)
	defer poll.Stop()
	for schedule.HandedOut()+schedule.Missed() < schedule.Due() && !g.Ending().Spent() && ctx.Err() == nil {
		select {
		case <-poll.C:
		case <-ctx.Done():
		}
	}
}

// Scale changes the number of workers, and that of producers if it follows. The
// rate stays. An error changes nothing.
func (g *Group) Scale(ctx context.Context, workers int) error {
	settings := g.Settings()
	settings.Workers = workers
	defer g.pauseSupervisor()()
	if g.Active() {
		if err := g.resize(ctx, settings); err != nil {
			return g.Unchanged(err)
		}
		g.workers.add(g, workers)
		g.workers.remove(workers)
	}
	g.Update(func(s *spec.Producer) { s.Workers = workers })
	return nil
}

// Apply puts other settings in force. It replaces the producers if one of the
// settings needs that, and keeps the old settings if the new producers cannot
// be opened.
func (g *Group) Apply(ctx context.Context, settings spec.Producer) (done group.Rebuild, err error) {
	old := g.Settings()
	if g.Active() && settings.Rate.String() != old.Rate.String() {
		if err := g.allow(settings.Rate.Peak(g.Schedule().Base())); err != nil {
			return done, err
		}
	}
	if g.Active() && settings.NeedsProducers(old) {
		defer g.pauseSupervisor()()
		if done, err = g.rebuild(ctx, settings); err != nil {
			return done, g.Unchanged(err)
		}
	}
	if settings.Workers != old.Workers {
		if err := g.Scale(ctx, settings.Workers); err != nil {
			return done, err
		}
	}
	if settings.Rate.String() != old.Rate.String() {
		g.SetRate(settings.Rate)
	}
	g.Replace(settings)
	return done, nil
}

// SetRate changes the rate from now on.
func (g *Group) SetRate(shape pacing.Shape) {
	g.Update(func(s *spec.Producer) { s.Rate = shape })
	if g.Active() {
		g.Schedule().Set(shape)
	}
}

// Burst multiplies the rate for a while. It is an error unless the group runs.
func (g *Group) Burst(factor float64, d time.Duration) error {
	if state := g.State(); state != snapshot.Running {
		return fmt.Errorf("%s is %s", g.Name(), state)
	}
	if err := g.allow(pacing.Rate(float64(g.Schedule().Base()) * factor)); err != nil {
		return err
	}
	g.Schedule().Burst(factor, d)
	return nil
}

// Pause stops sending. The producers stay connected.
func (g *Group) Pause() error {
	return g.Switch(snapshot.Running, snapshot.Paused, func() error {
		g.Schedule().Pause()
		return nil
	})
}

// Resume goes on where Pause left off.
func (g *Group) Resume() error {
	return g.Switch(snapshot.Paused, snapshot.Running, func() error {
		g.Schedule().Resume()
		return nil
	})
}
