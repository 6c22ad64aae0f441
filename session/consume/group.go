package consume

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"pulsh/session/broker"
	"pulsh/session/brokerstats"
	"pulsh/session/gate"
	"pulsh/session/group"
	"pulsh/session/metrics"
	"pulsh/session/snapshot"
	"pulsh/session/spec"
)

// Group is a consumer group. Its commands are for one goroutine at a time; all
// other methods are for any.
//
// The states of a group, and the commands that lead from one to another:
//
//	state             command      next                         group gate
//	ready, stopped,   Start        starting, then running       open
//	failed                         or failed
//	running           Pause        paused                       closed
//	paused            Resume       running                      open
//	running           Seek …       seeking, then running        closed meanwhile
//	paused            Seek …       paused                       stays closed
//	running, paused   Apply,       the same                     closed meanwhile if the
//	                  Scale                                     consumers are replaced
//	running, paused   Stop         stopping, then stopped       open, for the next start
//
// Seek stands for SeekTime, SeekID, MoveBy and ClearBacklog. In all other states
// Stop does nothing, Apply and Scale change settings alone, and the rest are
// errors. A Start that fails leads to failed. Any other command that fails leaves
// the group in the state it was in.
//
// Three parties open and close consumers: a command, a round of the churner and a
// check of the supervisor. Each holds opLock meanwhile. A command interrupts the
// supervisor and stops it until the command is done; it waits for the end of a
// round. Start and Stop take no opLock: Start begins before the other two, and Stop
// ends them first.
//
// The locks, in the order in which one goroutine may take several:
//
//	lock                held by
//	opLock              a command, the churner or the supervisor, as above
//	slot.gate           a worker inside, for one run; closed while the consumer is replaced
//	gate                a worker inside, for one run; closed as the table says
//	slot.receiveLock    a worker, for one Receive and its recording
//	ackOrder.ackLock    a worker, for one cumulative acknowledgement
//	mutexes             any goroutine, for moments
type Group struct {
	group.Base[spec.Consumer]
	group.Sampling

	shards   *metrics.ReceiveShards
	accounts *accounts
	sampled  sampleState
	stats    brokerstats.Tracker

	transactions group.Transactions

	opLock       gate.Lock
	gate         gate.Gate
	interrupt    *gate.Interrupt
	policy       atomic.Pointer[policy]
	workers      workers
	subscription subscription
	pending      atomic.Int64 // messages processed and not yet acknowledged, of all consumers

	forwarders forwarders
	churner    churner
	supervisor *supervisor
	unread     group.Unread
}

// New returns a ready group that has no consumers yet.
func New(name string, settings spec.Consumer, host *group.Host) *Group {
	g := &Group{
		Base:      group.NewBase(name, settings, host),
		shards:    metrics.NewReceiveShards(time.Now),
		sampled:   sampleState{rates: newRates()},
		opLock:    gate.NewLock(),
		interrupt: gate.NewInterrupt(),
	}
	g.transactions = group.NewTransactions(g.shards.Failures)
	g.Sampling = group.NewSampling(g.transactions.Distributions(map[string]*metrics.Distribution{"e2e": g.shards.E2E, "processing": g.shards.Processing}))
	g.Alias("latency", "e2e")
	g.accounts = newAccounts(g, settings)
	g.gate.Interrupt = g.interrupt
	g.workers = workers{group: g}
	g.workers.recorders.Attach = g.shards.Attach
	g.subscription.group = g
	g.forwarders = forwarders{group: g, open: map[forwarding]broker.Forwarder{}}
	g.churner = churner{group: g}
	g.supervisor = newSupervisor(g)
	return g
}

// Start subscribes all workers, or none.
func (g *Group) Start(ctx context.Context, cluster *group.Cluster) error {
	moved := g.Moves(cluster)
	again, err := g.Begin(cluster)
	if err != nil {
		return err
	}
	if moved {
		g.stats.Move()
	}
	settings := g.Settings()
	g.Ending().Begin(settings.Ends)
	if again && (moved || !settings.Durable) {
		g.accounts.begin()
	}
	g.accounts.consumersClosed() // messages that an earlier run did not acknowledge are redelivered
	if _, err = g.subscription.reader.Begin(g.Name(), settings); err == nil {
		err = g.subscription.refresh(ctx, settings)
	}
	if err == nil {
		g.accounts.join(settings, g.subscription.all())
		if !again || moved || settings.Reader.Is {
			g.accounts.look(ctx, settings, g.subscription.all())
		}
		g.subscription.findPlace(ctx)
		err = g.applyPolicy(ctx, settings)
	}
	if err == nil {
		err = g.workers.add(ctx, settings)
	}
	if err != nil {
		g.fail(ctx, err)
		return err
	}
	g.Enter(snapshot.Running)
	g.supervisor.Start()
	return nil
}

// fail enters Failed. The group has no workers then.
func (g *Group) fail(ctx context.Context, err error) {
	g.Fail(err)
	g.accounts.leave()
	g.churner.set(spec.Churn{})
	g.forwarders.close(ctx)
}

// Stop ends the workers and closes their consumers within ctx.
//
// This is subtle: a worker may be blocked. It may wait for a message, for its rate,
// for room or for the end of its simulated work; all of these end when the
// interrupt fires. Or it waits for a dead broker to take an acknowledgement, which
// nothing interrupts. Then the end of ctx leaves the worker to itself, and its
// consumer open, since the client must not close a consumer that is in use.
func (g *Group) Stop(ctx context.Context) error {
	if !g.End() {
		return nil
	}
	g.supervisor.Stop()
	g.churner.set(spec.Churn{})
	err := g.workers.remove(ctx, 0)
	g.forwarders.close(ctx)
	g.accounts.leave()
	g.gate.Open() // for the next start
	g.Enter(snapshot.Stopped)
	return err
}

// Finish is Stop for a group that has reached its end. Unlike a command it can come
// while another command changes the group, and waits for the end of that.
func Finish(ctx context.Context, g *Group) error {
	unlock, err := g.lockOp(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	return g.Stop(ctx)
}

// lockOp takes opLock from the supervisor or the churner. The supervisor stays
// stopped until unlock is called.
func (g *Group) lockOp(ctx context.Context) (unlock func(), err error) {
	g.supervisor.Interrupt()
	err = g.opLock.Lock(ctx)
	g.supervisor.Stop()
	supervise := func() {
		if state := g.State(); state.Active() && state != snapshot.Stopping {
			g.supervisor.Start()
		}
	}
	if err != nil {
		supervise()
		return nil, group.Unanswered(ctx, g.Name(), "consumers were replaced (churn)")
	}
	return func() {
		supervise()
		g.opLock.Unlock()
	}, nil
}

// notRunning is the refusal of a command that needs a running group.
func (g *Group) notRunning() error {
	return &broker.Error{Message: fmt.Sprintf("%s is %s", g.Name(), g.State()), Try: g.Settings().Verb() + " start " + g.Name()}
}

// workersTime bounds how long a pause waits for workers that process messages: an
// acknowledgement to a dead broker can block for as long as it is away.
const workersTime = 5 * time.Second

// Pause stops receiving. The consumers stay connected.
func (g *Group) Pause() error {
	return g.switchState(snapshot.Running, snapshot.Paused, func(ctx context.Context) error {
		if err := g.closeGate(ctx); err != nil {
			return err
		}
		if schedule := g.policy.Load().schedule; schedule != nil {
			schedule.Pause()
		}
		return nil
	})
}

// Resume goes on where Pause left off.
func (g *Group) Resume() error {
	return g.switchState(snapshot.Paused, snapshot.Running, func(context.Context) error {
		if schedule := g.policy.Load().schedule; schedule != nil {
			schedule.Resume()
		}
		g.gate.Open()
		return nil
	})
}

// switchState is Switch under opLock.
func (g *Group) switchState(from, to snapshot.State, act func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(context.Background(), workersTime)
	defer cancel()
	unlock, err := g.lockOp(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	return g.Switch(from, to, func() error { return act(ctx) })
}

// closeGate closes the gate. After an error the gate is open again.
func (g *Group) closeGate(ctx context.Context) error {
	if g.gate.Close(ctx) != nil {
		g.gate.Open()
		return group.Unanswered(ctx, g.Name(), "its workers were stopping")
	}
	return nil
}
