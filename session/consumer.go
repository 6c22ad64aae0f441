package session

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"pulsh/session/broker"
	"pulsh/session/delivery"
	"pulsh/session/metrics"
	"pulsh/session/snapshot"
	"pulsh/session/spec"
)

// consumer is a consumer group: workers that take deliveries from seats, enter
// them in the ledger and acknowledge them.
type consumer struct {
	name    string
	session *Session
	shards  *metrics.ReceiveShards
	ledger  *delivery.Audit
	gate    *gate
	figures consumerBooks // the sampler's
	truth   truths
	drain   atomic.Pointer[snapshot.Drain]
	keeper  *keeper
	ways    atomic.Pointer[Ways]
	kept    atomic.Int64 // messages on the shelves of all seats
	churned atomic.Int64 // consumers closed and subscribed again
	returns Returns

	// Why messages come again, where their entry does not say: the epoch began
	// with a seek; consumers have closed in it; an exclusive one gave back.
	sought, parted, gaveBack atomic.Bool

	// What follows up to mu belongs to the command that has the floor.
	floor      chan struct{} // holds one token while a command or a churn is at work
	forwarders map[forwarding]broker.Forwarder
	churner    *churner

	mu      sync.Mutex // guards what follows; held for moments only
	spec    spec.Consumer
	life    life
	link    *connection
	workers []*receiver
	covered []string // the topics that the consumers are subscribed to

	recorders []*metrics.ReceiveRecorder
}

func newConsumer(name string, spec spec.Consumer, s *Session) *consumer {
	g := &consumer{
		name:    name,
		session: s,
		shards:  metrics.NewReceiveShards(time.Now),
		ledger:  delivery.NewAudit(delivery.DefaultWindow),
		gate:    newGate(),
		floor:   make(chan struct{}, 1),

		forwarders: map[forwarding]broker.Forwarder{},

		spec: spec,
		life: life{state: snapshot.Ready},
	}
	g.figures = newConsumerBooks()
	g.keeper = newKeeper(g)
	return g
}

func (g *consumer) label() string { return g.name }

func (g *consumer) settings() spec.Consumer {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.spec
}

func (g *consumer) state() snapshot.State {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.life.state
}

func (g *consumer) enter(to snapshot.State) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.life.enter(to)
}

// start subscribes all workers, or none.
func (g *consumer) start(ctx context.Context, link *connection) error {
	g.mu.Lock()
	if g.life.state.Active() {
		defer g.mu.Unlock()
		return fmt.Errorf("%s is already %s", g.name, g.life.state)
	}
	g.link = link
	again := !g.life.since.IsZero()
	g.life.enter(snapshot.Starting)
	g.mu.Unlock()
	if again && !g.settings().Durable {
		g.newEpoch(false)
	}
	g.parted.Store(true) // what was not acknowledged in an earlier run comes again
	settings := g.settings()
	err := g.cover(ctx, settings)
	if err == nil {
		g.tellWhere(ctx)
		err = g.adopt(ctx, settings)
	}
	if err == nil {
		err = g.hire(ctx, settings)
	}
	if err != nil {
		g.failed(err)
		g.churnBy(spec.Churn{})
		g.closeForwarders(ctx)
		return err
	}
	g.enter(snapshot.Running)
	g.keeper.start()
	return nil
}

// tellWhere says that a subscription is there already: Pulsar begins at the
// wanted position only where it makes a new one.
func (g *consumer) tellWhere(ctx context.Context) {
	if g.link.Admin == nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, pollTimeout)
	defer cancel()
	spec := g.settings()
	full := broker.FullTopics(g.topics())
	got, _ := ask(ctx, g.link.Admin, full)
	sum := got.sum(spec.Subscription)
	behind := float64(sum.Subscriptions[spec.Subscription].BacklogEntries) * max(sum.MessagesPerEntry, 1)
	if behind > 0 {
		g.session.notes.say("%s: the subscription %s is there already, and goes on %.0f messages behind; try: seek %s latest",
			g.name, spec.Subscription, behind, g.name)
	}
}

// stop ends the workers and closes their consumers within ctx.
func (g *consumer) stop(ctx context.Context) error {
	g.mu.Lock()
	if !g.life.state.Active() {
		g.mu.Unlock()
		return nil
	}
	g.life.enter(snapshot.Stopping)
	g.mu.Unlock()
	g.keeper.stop()
	g.churnBy(spec.Churn{})
	err := g.dismiss(ctx, 0)
	g.closeForwarders(ctx)
	g.gate.open() // for the next start
	g.enter(snapshot.Stopped)
	return err
}

// scale changes the number of workers; those that leave close their consumers.
func (g *consumer) scale(ctx context.Context, workers int) error {
	yield, err := g.take(ctx)
	if err != nil {
		return err
	}
	defer yield()
	return g.staff(ctx, workers)
}

// staff is scale for whoever has the floor.
func (g *consumer) staff(ctx context.Context, workers int) error {
	spec := g.settings()
	from := spec.Workers
	spec.Workers = workers
	if g.state().Active() && spec.Sticky && workers != from {
		return g.anew(ctx, spec, false, nil) // who serves which keys changes for all
	}
	if g.state().Active() {
		if err := g.hire(ctx, spec); err != nil {
			return err
		}
		if err := g.dismiss(ctx, workers); err != nil {
			g.session.notes.say("%s: scaling from %d to %d: %s", g.name, from, workers, err)
		}
	}
	g.mu.Lock()
	g.spec.Workers = workers
	g.mu.Unlock()
	return nil
}

// set applies a whole new specification: what the workers do at once, and what
// the client takes at creation only by closing the consumers and making them
// again.
func (g *consumer) set(ctx context.Context, spec spec.Consumer) (Rebuild, error) {
	yield, err := g.take(ctx)
	if err != nil {
		return Rebuild{}, err
	}
	defer yield()
	old := g.settings()
	if !g.state().Active() {
		if spec.OtherCursor(old) {
			g.newEpoch(false)
		}
		g.replace(spec)
		return Rebuild{}, nil
	}
	if spec.SameConsumers(old) {
		if err := g.adopt(ctx, spec); err != nil {
			return Rebuild{}, err
		}
		g.replace(spec)
		return Rebuild{}, g.staff(ctx, spec.Workers)
	}
	begin := time.Now()
	err = g.anew(ctx, spec, false, nil)
	return Rebuild{Done: true, Gap: time.Since(begin)}, err
}

// take waits for the floor, so that neither a churn nor the keeper is at work
// beside a command.
func (g *consumer) take(ctx context.Context) (yield func(), err error) {
	g.keeper.interrupt()
	select {
	case g.floor <- struct{}{}:
		g.keeper.stop()
		return func() {
			if g.state().Active() {
				g.keeper.start()
			}
			<-g.floor
		}, nil
	case <-ctx.Done():
		g.keeper.stop()
		if g.state().Active() {
			g.keeper.start()
		}
		return nil, waitFor(ctx, g.name+": waiting for a churn to end")
	}
}

func (g *consumer) replace(spec spec.Consumer) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.spec = spec
}

// anew lets the workers finish, lets their acknowledgements leave, closes all
// consumers, acts if there is something to do meanwhile, and subscribes again.
// What a closed consumer had been pushed ahead is gone with it, so nothing of
// it comes late. Where the cursor moves or another one is followed, the ledger
// opens a new epoch. A paused group stays paused.
func (g *consumer) anew(ctx context.Context, spec spec.Consumer, sought bool, act func() error) error {
	old := g.settings()
	covered, err := g.expand(ctx, spec)
	if err != nil {
		return err
	}
	if g.state() != snapshot.Paused {
		if err := g.quiet(ctx); err != nil {
			return err
		}
		defer g.gate.open()
	}
	if err := g.dismiss(ctx, 0); err != nil {
		return err
	}
	if act != nil {
		err = act()
	}
	if err == nil {
		err = g.adopt(ctx, spec)
	}
	again, cancel := context.WithTimeout(context.WithoutCancel(ctx), hireTime) // Ctrl-C must not leave a group without consumers
	defer cancel()
	if err == nil {
		if act != nil || spec.OtherCursor(old) {
			g.newEpoch(sought)
		}
		g.replace(spec)
		g.setCovers(covered)
		if err = g.hire(again, spec); err == nil {
			return nil
		}
	}
	return errors.Join(err, g.back(again, old))
}

// back subscribes as before after a change that could not be made.
func (g *consumer) back(ctx context.Context, old spec.Consumer) error {
	g.replace(old)
	err := g.cover(ctx, old)
	if err == nil {
		err = g.adopt(ctx, old)
	}
	if err == nil {
		err = g.hire(ctx, old)
	}
	if err != nil {
		g.failed(err)
		g.churnBy(spec.Churn{})
		g.closeForwarders(ctx)
	}
	return err
}

// hireTime bounds subscribing again after a change: measured, a thousand
// consumers take half a second.
const hireTime = 10 * time.Second

func (g *consumer) failed(err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.life.fail(err)
}

// quiet holds the workers back and lets grouped acknowledgements leave.
func (g *consumer) quiet(ctx context.Context) error {
	if err := g.gate.close(ctx); err != nil {
		return waitFor(ctx, g.name+": waiting for its workers")
	}
	select {
	case <-time.After(2 * broker.StandardGrouping().Delay):
		return nil
	case <-ctx.Done():
		g.gate.open()
		return waitFor(ctx, g.name+": flushing its acknowledgements")
	}
}

func (g *consumer) pause() error {
	return g.turn(snapshot.Running, snapshot.Paused, func(ctx context.Context) error {
		if err := g.gate.close(ctx); err != nil {
			return waitFor(ctx, g.name+": waiting for its workers")
		}
		if plan := g.ways.Load().plan; plan != nil {
			plan.Pause()
		}
		return nil
	})
}

func (g *consumer) resume() error {
	return g.turn(snapshot.Paused, snapshot.Running, func(context.Context) error {
		if plan := g.ways.Load().plan; plan != nil {
			plan.Resume()
		}
		g.gate.open()
		return nil
	})
}

// turn goes from one state to another, and does nothing if it is there already.
func (g *consumer) turn(from, to snapshot.State, act func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(context.Background(), gateTime)
	defer cancel()
	yield, err := g.take(ctx)
	if err != nil {
		return err
	}
	defer yield()
	switch state := g.state(); state {
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

func (g *consumer) reset() { g.figures.reset.Store(true) }
