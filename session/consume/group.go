package consume

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"pulsh/session/broker"
	"pulsh/session/brokerstats"
	"pulsh/session/delivery"
	"pulsh/session/group"
	"pulsh/session/metrics"
	"pulsh/session/snapshot"
	"pulsh/session/spec"
)

// Group is a consumer group: workers that take deliveries from seats, enter
// them in the ledger and acknowledge them.
type Group struct {
	name         string
	host         *group.Host
	shards       *metrics.ReceiveShards
	audit        *delivery.Audit
	gate         *groupGate
	sampled      sampleState // the sampler's
	stats        brokerstats.Tracker
	drain        atomic.Pointer[snapshot.Drain]
	supervisor   *supervisor
	policy       atomic.Pointer[policy]
	pending      atomic.Int64 // messages on the shelves of all seats
	churned      atomic.Int64 // consumers closed and subscribed again
	redeliveries redeliveries

	// Why messages come again, where their entry does not say: the epoch began
	// with a seek; consumers have closed in it; an exclusive one gave back.
	afterSeek, consumersClosed, nackedAny atomic.Bool

	// What follows up to mu belongs to the command that has the floor.
	opLock     chan struct{} // holds one token while a command or a churn is at work
	forwarders map[forwarding]broker.Forwarder
	churner    *churner

	mu         sync.Mutex // guards what follows; held for moments only
	spec       spec.Consumer
	life       group.Life
	cluster    *group.Cluster
	workers    []*receiver
	subscribed []string // the topics that the consumers are subscribed to

	recorders []*metrics.ReceiveRecorder
}

// New returns a ready group that has no consumers yet.
func New(name string, spec spec.Consumer, host *group.Host) *Group {
	g := &Group{
		name:   name,
		host:   host,
		shards: metrics.NewReceiveShards(time.Now),
		audit:  delivery.NewAudit(delivery.DefaultWindow),
		gate:   newGroupGate(),
		opLock: make(chan struct{}, 1),

		forwarders: map[forwarding]broker.Forwarder{},

		spec: spec,
		life: group.Life{State: snapshot.Ready},
	}
	g.sampled = newSampleState()
	g.supervisor = newSupervisor(g)
	return g
}

func (g *Group) Label() string { return g.name }

func (g *Group) Settings() spec.Consumer {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.spec
}

func (g *Group) State() snapshot.State {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.life.State
}

func (g *Group) enter(to snapshot.State) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.life.Enter(to)
}

// Start subscribes all workers, or none.
func (g *Group) Start(ctx context.Context, cluster *group.Cluster) error {
	g.mu.Lock()
	if g.life.State.Active() {
		defer g.mu.Unlock()
		return fmt.Errorf("%s is already %s", g.name, g.life.State)
	}
	g.cluster = cluster
	again := !g.life.Since.IsZero()
	g.life.Enter(snapshot.Starting)
	g.mu.Unlock()
	if again && !g.Settings().Durable {
		g.newEpoch(false)
	}
	g.consumersClosed.Store(true) // what was not acknowledged in an earlier run comes again
	settings := g.Settings()
	err := g.refreshTopics(ctx, settings)
	if err == nil {
		g.announceBacklog(ctx)
		err = g.applyPolicy(ctx, settings)
	}
	if err == nil {
		err = g.addWorkers(ctx, settings)
	}
	if err != nil {
		g.failed(err)
		g.setChurn(spec.Churn{})
		g.closeForwarders(ctx)
		return err
	}
	g.enter(snapshot.Running)
	g.supervisor.Start()
	return nil
}

// announceBacklog says that a subscription is there already: Pulsar begins at the
// wanted position only where it makes a new one.
func (g *Group) announceBacklog(ctx context.Context) {
	if g.cluster.Admin == nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, brokerstats.FetchTimeout)
	defer cancel()
	spec := g.Settings()
	full := broker.FullTopics(g.Topics())
	got, _ := brokerstats.Fetch(ctx, g.cluster.Admin, full)
	sum := got.Sum(spec.Subscription)
	behind := float64(sum.Subscriptions[spec.Subscription].BacklogEntries) * max(sum.MessagesPerEntry, 1)
	if behind > 0 {
		g.host.Say("%s: the subscription %s is there already, and goes on %.0f messages behind; try: seek %s latest",
			g.name, spec.Subscription, behind, g.name)
	}
}

// Stop ends the workers and closes their consumers within ctx.
func (g *Group) Stop(ctx context.Context) error {
	g.mu.Lock()
	if !g.life.State.Active() {
		g.mu.Unlock()
		return nil
	}
	g.life.Enter(snapshot.Stopping)
	g.mu.Unlock()
	g.supervisor.Stop()
	g.setChurn(spec.Churn{})
	err := g.removeWorkers(ctx, 0)
	g.closeForwarders(ctx)
	g.gate.open() // for the next start
	g.enter(snapshot.Stopped)
	return err
}

// Scale changes the number of workers; those that leave close their consumers.
func (g *Group) Scale(ctx context.Context, workers int) error {
	yield, err := g.lock(ctx)
	if err != nil {
		return err
	}
	defer yield()
	return g.scaleLocked(ctx, workers)
}

// scaleLocked is scale for whoever has the floor.
func (g *Group) scaleLocked(ctx context.Context, workers int) error {
	spec := g.Settings()
	from := spec.Workers
	spec.Workers = workers
	if g.State().Active() && spec.Sticky && workers != from {
		return g.resubscribe(ctx, spec, false, nil) // who serves which keys changes for all
	}
	if g.State().Active() {
		if err := g.addWorkers(ctx, spec); err != nil {
			return err
		}
		if err := g.removeWorkers(ctx, workers); err != nil {
			g.host.Say("%s: scaling from %d to %d: %s", g.name, from, workers, err)
		}
	}
	g.mu.Lock()
	g.spec.Workers = workers
	g.mu.Unlock()
	return nil
}

// Apply applies a whole new specification: what the workers do at once, and what
// the client takes at creation only by closing the consumers and making them
// again.
func (g *Group) Apply(ctx context.Context, spec spec.Consumer) (group.Rebuild, error) {
	yield, err := g.lock(ctx)
	if err != nil {
		return group.Rebuild{}, err
	}
	defer yield()
	old := g.Settings()
	if !g.State().Active() {
		if spec.OtherCursor(old) {
			g.newEpoch(false)
		}
		g.replace(spec)
		return group.Rebuild{}, nil
	}
	if spec.SameConsumers(old) {
		if err := g.applyPolicy(ctx, spec); err != nil {
			return group.Rebuild{}, err
		}
		g.replace(spec)
		return group.Rebuild{}, g.scaleLocked(ctx, spec.Workers)
	}
	begin := time.Now()
	err = g.resubscribe(ctx, spec, false, nil)
	return group.Rebuild{Done: true, Gap: time.Since(begin)}, err
}

// lock waits for the floor, so that neither a churn nor the keeper is at work
// beside a command.
func (g *Group) lock(ctx context.Context) (yield func(), err error) {
	g.supervisor.Interrupt()
	select {
	case g.opLock <- struct{}{}:
		g.supervisor.Stop()
		return func() {
			if g.State().Active() {
				g.supervisor.Start()
			}
			<-g.opLock
		}, nil
	case <-ctx.Done():
		g.supervisor.Stop()
		if g.State().Active() {
			g.supervisor.Start()
		}
		return nil, group.WaitFor(ctx, g.name+": waiting for a churn to end")
	}
}

func (g *Group) replace(spec spec.Consumer) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.spec = spec
}

// resubscribe lets the workers finish, lets their acknowledgements leave, closes all
// consumers, acts if there is something to do meanwhile, and subscribes again.
// What a closed consumer had been pushed ahead is gone with it, so nothing of
// it comes late. Where the cursor moves or another one is followed, the ledger
// opens a new epoch. A paused group stays paused.
func (g *Group) resubscribe(ctx context.Context, spec spec.Consumer, sought bool, act func() error) error {
	old := g.Settings()
	covered, err := g.listTopics(ctx, spec)
	if err != nil {
		return err
	}
	if g.State() != snapshot.Paused {
		if err := g.flushAcks(ctx); err != nil {
			return err
		}
		defer g.gate.open()
	}
	if err := g.removeWorkers(ctx, 0); err != nil {
		return err
	}
	if act != nil {
		err = act()
	}
	if err == nil {
		err = g.applyPolicy(ctx, spec)
	}
	again, cancel := context.WithTimeout(context.WithoutCancel(ctx), hireTime) // Ctrl-C must not leave a group without consumers
	defer cancel()
	if err == nil {
		if act != nil || spec.OtherCursor(old) {
			g.newEpoch(sought)
		}
		g.replace(spec)
		g.setSubscribed(covered)
		if err = g.addWorkers(again, spec); err == nil {
			return nil
		}
	}
	return errors.Join(err, g.restore(again, old))
}

// restore subscribes as before after a change that could not be made.
func (g *Group) restore(ctx context.Context, old spec.Consumer) error {
	g.replace(old)
	err := g.refreshTopics(ctx, old)
	if err == nil {
		err = g.applyPolicy(ctx, old)
	}
	if err == nil {
		err = g.addWorkers(ctx, old)
	}
	if err != nil {
		g.failed(err)
		g.setChurn(spec.Churn{})
		g.closeForwarders(ctx)
	}
	return err
}

// hireTime bounds subscribing again after a change: measured, a thousand
// consumers take half a second.
const hireTime = 10 * time.Second

func (g *Group) failed(err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.life.Fail(err)
}

// flushAcks holds the workers back and lets grouped acknowledgements leave.
func (g *Group) flushAcks(ctx context.Context) error {
	if err := g.gate.close(ctx); err != nil {
		return group.WaitFor(ctx, g.name+": waiting for its workers")
	}
	select {
	case <-time.After(2 * broker.StandardGrouping().Delay):
		return nil
	case <-ctx.Done():
		g.gate.open()
		return group.WaitFor(ctx, g.name+": flushing its acknowledgements")
	}
}

func (g *Group) Pause() error {
	return g.changeState(snapshot.Running, snapshot.Paused, func(ctx context.Context) error {
		if err := g.gate.close(ctx); err != nil {
			return group.WaitFor(ctx, g.name+": waiting for its workers")
		}
		if plan := g.policy.Load().plan; plan != nil {
			plan.Pause()
		}
		return nil
	})
}

func (g *Group) Resume() error {
	return g.changeState(snapshot.Paused, snapshot.Running, func(context.Context) error {
		if plan := g.policy.Load().plan; plan != nil {
			plan.Resume()
		}
		g.gate.open()
		return nil
	})
}

// changeState goes from one state to another, and does nothing if it is there already.
func (g *Group) changeState(from, to snapshot.State, act func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(context.Background(), gateTime)
	defer cancel()
	yield, err := g.lock(ctx)
	if err != nil {
		return err
	}
	defer yield()
	switch state := g.State(); state {
	case to:
		return nil
	case from:
	default:
		return fmt.Errorf("%s is %s", g.name, state)
	}
	if err := act(ctx); err != nil {
		return err
	}
	g.enter(to)
	return nil
}

func (g *Group) Reset() { g.sampled.reset.Store(true) }
