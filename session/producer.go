package session

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"pulsh/session/metrics"
	"pulsh/session/pacing"
	"pulsh/session/payload"
	"pulsh/session/snapshot"
	"pulsh/session/spec"
)

// producer is a producer group: workers that take due messages from one
// schedule and hand them to the lanes of the current generation.
type producer struct {
	name    string
	session *Session
	shards  *metrics.SendShards
	current currentLanes
	figures producerBooks // the sampler's
	truth   truths
	keeper  *laneKeeper
	crew    sync.WaitGroup // the workers, those on their way out included
	leaving atomic.Bool    // from a stop to the next start

	mu      sync.Mutex // guards what follows; held for moments only
	spec    spec.Producer
	life    life
	link    *connection
	workers []*sender

	schedule  *pacing.Schedule // of the present or the last run
	recorders []*metrics.SendRecorder
	abandoned []*lane // closed with messages that had no answer

	keyTable *payload.KeyTable
	keysMade payload.Keys // what keyTable was made from
}

func newProducer(name string, spec spec.Producer, s *Session) *producer {
	g := &producer{
		name:     name,
		session:  s,
		schedule: pacing.NewSchedule(s.clock),
		shards:   metrics.NewSendShards(time.Now),
		spec:     spec,
		life:     life{state: snapshot.Ready},
	}
	g.figures = newProducerBooks()
	g.keeper = newLaneKeeper(g)
	g.current.clock = s.clock
	return g
}

func (g *producer) label() string { return g.name }

func (g *producer) settings() spec.Producer {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.spec
}

// start opens the lanes, then lets the schedule run from that moment on.
func (g *producer) start(ctx context.Context, link *connection) error {
	if err := g.begin(link); err != nil {
		return err
	}
	g.restart()
	spec := g.settings()
	lanes, err := g.open(ctx, spec, 1)
	if err != nil {
		g.failed(err)
		return err
	}
	g.leaving.Store(false)
	g.current.swap(lanes)
	g.mu.Lock()
	g.life.enter(snapshot.Running)
	g.mu.Unlock()
	g.hire(spec.Workers)
	g.plan().Set(spec.Rate)
	g.keeper.start()
	g.warn(spec)
	return nil
}

func (g *producer) begin(link *connection) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.life.state.Active() {
		return fmt.Errorf("%s is already %s", g.name, g.life.state)
	}
	g.link = link
	g.schedule = pacing.NewSchedule(g.session.clock)
	g.life.enter(snapshot.Starting)
	return nil
}

// plan is the schedule of the present or the last run.
func (g *producer) plan() *pacing.Schedule {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.schedule
}

func (g *producer) failed(err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.life.fail(err)
}

// warn tells of settings that hold the rate down by themselves.
func (g *producer) warn(settings spec.Producer) {
	lanes := g.current.count()
	most := pacing.Rate(float64(settings.Pending) / settings.Delay.Seconds())
	if settings.Batch > 1 && settings.Pending < settings.Batch*lanes && most < settings.Rate.Peak(0) {
		g.session.notes.say("%s: pending=%d ÷ delay=%s holds it to %s/s; try: set %s pending=%d",
			g.name, settings.Pending, settings.Delay, most, g.name, min(3*settings.Batch*lanes, spec.PendingMax))
	}
}

// stop lets the workers finish, flushes and closes the lanes within ctx.
func (g *producer) stop(ctx context.Context) error {
	if !g.end() {
		return nil
	}
	g.leaving.Store(true)
	g.keeper.stop()
	g.current.abandon()
	cut := context.AfterFunc(ctx, g.current.release)
	g.handOut(ctx)
	g.dismiss(0)
	g.crew.Wait()
	cut()
	var err error
	if last := g.current.now.Load(); last != nil {
		err = closeLanes(ctx, last.lanes)
		g.current.swap(nil)
		g.retired(last.lanes)
	}
	g.current.past.Wait()
	g.mu.Lock()
	g.life.enter(snapshot.Stopped)
	g.mu.Unlock()
	return err
}

// lastSlots is how long a stop waits for the workers to take what is due: a
// group that keeps up needs a few milliseconds, one that is behind gives up.
const lastSlots = 100 * time.Millisecond

// handOut stops the schedule and lets the workers take what has fallen due.
func (g *producer) handOut(ctx context.Context) {
	plan := g.plan()
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

// end enters Stopping, or says that there is nothing to stop.
func (g *producer) end() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.life.state.Active() {
		return false
	}
	g.life.enter(snapshot.Stopping)
	return true
}

// scale changes the number of workers, and of lanes where that follows it.
func (g *producer) scale(ctx context.Context, workers int) error {
	spec := g.settings()
	spec.Workers = workers
	defer g.aside()()
	if g.running() {
		if err := g.resize(ctx, spec); err != nil {
			return err
		}
		g.hire(workers)
		g.dismiss(workers)
	}
	g.mu.Lock()
	g.spec.Workers = workers
	g.mu.Unlock()
	return nil
}

// set applies a whole new specification: what differs decides what is done.
func (g *producer) set(ctx context.Context, spec spec.Producer) (done Rebuild, err error) {
	old := g.settings()
	if g.running() && spec.NeedsProducers(old) {
		defer g.aside()()
		if done, err = g.rebuild(ctx, spec); err != nil {
			return done, err
		}
	}
	if spec.Workers != old.Workers {
		if err := g.scale(ctx, spec.Workers); err != nil {
			return done, err
		}
	}
	if spec.Rate.String() != old.Rate.String() {
		g.setRate(spec.Rate)
	}
	g.mu.Lock()
	g.spec = spec
	g.mu.Unlock()
	return done, nil
}

func (g *producer) setRate(shape pacing.Shape) {
	g.mu.Lock()
	g.spec.Rate = shape
	active := g.life.state.Active()
	g.mu.Unlock()
	if active {
		g.plan().Set(shape)
	}
}

func (g *producer) burst(factor float64, d time.Duration) error {
	if state := g.state(); state != snapshot.Running {
		return fmt.Errorf("%s is %s", g.name, state)
	}
	g.plan().Burst(factor, d)
	return nil
}

func (g *producer) pause() error {
	return g.turn(snapshot.Running, snapshot.Paused, (*pacing.Schedule).Pause)
}

func (g *producer) resume() error {
	return g.turn(snapshot.Paused, snapshot.Running, (*pacing.Schedule).Resume)
}

// turn goes from one state to another, and does nothing if it is there already.
func (g *producer) turn(from, to snapshot.State, act func(*pacing.Schedule)) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	switch g.life.state {
	case to:
	case from:
		act(g.schedule)
		g.life.enter(to)
	default:
		return fmt.Errorf("%s is %s", g.name, g.life.state)
	}
	return nil
}

func (g *producer) reset() { g.figures.reset.Store(true) }

func (g *producer) state() snapshot.State {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.life.state
}

// running says whether there are lanes.
func (g *producer) running() bool { return g.state().Active() }
