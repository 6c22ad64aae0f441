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
	"pulsh/session/payload"
	"pulsh/session/snapshot"
	"pulsh/session/spec"
)

// Group is a producer group: workers that take due messages from one
// schedule and hand them to the lanes of the current generation.
type Group struct {
	name        string
	host        *group.Host
	shards      *metrics.SendShards
	current     currentSet
	sampled     sampleState // the sampler's
	stats       brokerstats.Tracker
	supervisor  *supervisor
	workersDone sync.WaitGroup // the workers, those on their way out included
	leaving     atomic.Bool    // from a stop to the next start

	mu      sync.Mutex // guards what follows; held for moments only
	spec    spec.Producer
	life    group.Life
	cluster *group.Cluster
	workers []*sender

	schedule  *pacing.Schedule // of the present or the last run
	recorders []*metrics.SendRecorder
	abandoned []*producerHandle // closed with messages that had no answer

	keyTable *payload.KeyTable
	keysMade payload.Keys // what keyTable was made from
}

// New returns a ready group that has no producers yet.
func New(name string, spec spec.Producer, host *group.Host) *Group {
	g := &Group{
		name:     name,
		host:     host,
		schedule: pacing.NewSchedule(pacing.Clock(host.Clock)),
		shards:   metrics.NewSendShards(time.Now),
		spec:     spec,
		life:     group.Life{State: snapshot.Ready},
	}
	g.sampled = newSampleState()
	g.supervisor = newSupervisor(g)
	g.current.clock = host.Clock
	return g
}

func (g *Group) Label() string { return g.name }

func (g *Group) Settings() spec.Producer {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.spec
}

// Start opens the lanes, then lets the schedule run from that moment on.
func (g *Group) Start(ctx context.Context, cluster *group.Cluster) error {
	if err := g.enterStarting(cluster); err != nil {
		return err
	}
	g.resetFigures()
	spec := g.Settings()
	lanes, err := g.open(ctx, spec, 1)
	if err != nil {
		g.failed(err)
		return err
	}
	g.leaving.Store(false)
	g.current.swap(lanes)
	g.mu.Lock()
	g.life.Enter(snapshot.Running)
	g.mu.Unlock()
	g.addWorkers(spec.Workers)
	g.Schedule().Set(spec.Rate)
	g.supervisor.Start()
	g.warnOfLimits(spec)
	return nil
}

func (g *Group) enterStarting(cluster *group.Cluster) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.life.State.Active() {
		return fmt.Errorf("%s is already %s", g.name, g.life.State)
	}
	g.cluster = cluster
	g.schedule = pacing.NewSchedule(pacing.Clock(g.host.Clock))
	g.life.Enter(snapshot.Starting)
	return nil
}

// Schedule is the schedule of the present or the last run.
func (g *Group) Schedule() *pacing.Schedule {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.schedule
}

func (g *Group) failed(err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.life.Fail(err)
}

// warnOfLimits tells of settings that hold the rate down by themselves.
func (g *Group) warnOfLimits(settings spec.Producer) {
	lanes := g.current.count()
	most := pacing.Rate(float64(settings.Pending) / settings.Delay.Seconds())
	if settings.Batch > 1 && settings.Pending < settings.Batch*lanes && most < settings.Rate.Peak(0) {
		g.host.Say("%s: pending=%d ÷ delay=%s holds it to %s/s; try: set %s pending=%d",
			g.name, settings.Pending, settings.Delay, most, g.name, min(3*settings.Batch*lanes, spec.PendingMax))
	}
}

// Stop lets the workers finish, flushes and closes the lanes within ctx.
func (g *Group) Stop(ctx context.Context) error {
	if !g.enterStopping() {
		return nil
	}
	g.leaving.Store(true)
	g.supervisor.Stop()
	g.current.abandon()
	cut := context.AfterFunc(ctx, g.current.release)
	g.handOutDue(ctx)
	g.removeWorkers(0)
	g.workersDone.Wait()
	cut()
	var err error
	if last := g.current.now.Load(); last != nil {
		err = closeProducers(ctx, last.producers)
		g.current.swap(nil)
		g.noteUnanswered(last.producers)
	}
	g.current.closing.Wait()
	g.mu.Lock()
	g.life.Enter(snapshot.Stopped)
	g.mu.Unlock()
	return err
}

// lastSlots is how long a stop waits for the workers to take what is due: a
// group that keeps up needs a few milliseconds, one that is behind gives up.
const lastSlots = 100 * time.Millisecond

// handOutDue stops the schedule and lets the workers take what has fallen due.
func (g *Group) handOutDue(ctx context.Context) {
	plan := g.Schedule()
	plan.Pause()
	ctx, cancel := context.WithTimeout(ctx, lastSlots)
	defer cancel()
	look := time.NewTicker(time.Millisecond)
	defer look.Stop()
	for plan.HandedOut()+plan.Missed() < plan.Due() && ctx.Err() == nil {
		select {
		case <-look.C:
		case <-ctx.Done():
		}
	}
}

// enterStopping enters Stopping, or says that there is nothing to stop.
func (g *Group) enterStopping() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.life.State.Active() {
		return false
	}
	g.life.Enter(snapshot.Stopping)
	return true
}

// Scale changes the number of workers, and of lanes where that follows it.
func (g *Group) Scale(ctx context.Context, workers int) error {
	spec := g.Settings()
	spec.Workers = workers
	defer g.pauseSupervisor()()
	if g.running() {
		if err := g.resize(ctx, spec); err != nil {
			return err
		}
		g.addWorkers(workers)
		g.removeWorkers(workers)
	}
	g.mu.Lock()
	g.spec.Workers = workers
	g.mu.Unlock()
	return nil
}

// Apply applies a whole new specification: what differs decides what is done.
func (g *Group) Apply(ctx context.Context, spec spec.Producer) (done group.Rebuild, err error) {
	old := g.Settings()
	if g.running() && spec.NeedsProducers(old) {
		defer g.pauseSupervisor()()
		if done, err = g.rebuild(ctx, spec); err != nil {
			return done, err
		}
	}
	if spec.Workers != old.Workers {
		if err := g.Scale(ctx, spec.Workers); err != nil {
			return done, err
		}
	}
	if spec.Rate.String() != old.Rate.String() {
		g.SetRate(spec.Rate)
	}
	g.mu.Lock()
	g.spec = spec
	g.mu.Unlock()
	return done, nil
}

func (g *Group) SetRate(shape pacing.Shape) {
	g.mu.Lock()
	g.spec.Rate = shape
	active := g.life.State.Active()
	g.mu.Unlock()
	if active {
		g.Schedule().Set(shape)
	}
}

func (g *Group) Burst(factor float64, d time.Duration) error {
	if state := g.State(); state != snapshot.Running {
		return fmt.Errorf("%s is %s", g.name, state)
	}
	g.Schedule().Burst(factor, d)
	return nil
}

func (g *Group) Pause() error {
	return g.changeState(snapshot.Running, snapshot.Paused, (*pacing.Schedule).Pause)
}

func (g *Group) Resume() error {
	return g.changeState(snapshot.Paused, snapshot.Running, (*pacing.Schedule).Resume)
}

// changeState goes from one state to another, and does nothing if it is there already.
func (g *Group) changeState(from, to snapshot.State, act func(*pacing.Schedule)) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	switch g.life.State {
	case to:
	case from:
		act(g.schedule)
		g.life.Enter(to)
	default:
		return fmt.Errorf("%s is %s", g.name, g.life.State)
	}
	return nil
}

func (g *Group) Reset() { g.sampled.reset.Store(true) }

func (g *Group) State() snapshot.State {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.life.State
}

// running says whether there are lanes.
func (g *Group) running() bool { return g.State().Active() }
