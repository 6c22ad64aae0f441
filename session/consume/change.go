package consume

import (
	"context"
	"time"

	"pulsh/session/broker"
	"pulsh/session/group"
	"pulsh/session/pacing"
	"pulsh/session/snapshot"
	"pulsh/session/spec"
)

// Scale changes the number of workers. Removed workers close their consumers.
func (g *Group) Scale(ctx context.Context, workers int) error {
	if err := g.Settings().CheckScale(g.Name(), workers); err != nil {
		return err
	}
	unlock, err := g.lockOp(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	return g.scale(ctx, workers)
}

// scale needs opLock.
func (g *Group) scale(ctx context.Context, workers int) error {
	settings := g.Settings()
	from := settings.Workers
	settings.Workers = workers
	if g.Active() && settings.Sticky && workers != from {
		return g.Unchanged(g.resubscribe(ctx, settings, nil)) // the key ranges of all workers change
	}
	if g.Active() {
		if err := g.workers.add(ctx, settings); err != nil {
			return g.Unchanged(err)
		}
		if err := g.workers.remove(ctx, workers); err != nil {
			g.Say("scaling from %d to %d: %s", from, workers, err)
		}
	}
	g.Update(func(s *spec.Consumer) { s.Workers = workers })
	return nil
}

// Apply puts other settings in force. Some take effect at once; those that the
// client takes only when it creates a consumer replace all consumers.
func (g *Group) Apply(ctx context.Context, settings spec.Consumer) (group.Rebuild, error) {
	unlock, err := g.lockOp(ctx)
	if err != nil {
		return group.Rebuild{}, err
	}
	defer unlock()
	old := g.Settings()
	if !g.Active() {
		if settings.OtherCursor(old) {
			g.accounts.begin()
		}
		g.Replace(settings)
		return group.Rebuild{}, nil
	}
	if settings.SameConsumers(old) {
		if err := g.applyPolicy(ctx, settings); err != nil {
			return group.Rebuild{}, g.Unchanged(err)
		}
		workers := settings.Workers
		settings.Workers = old.Workers
		g.Replace(settings)
		return group.Rebuild{}, g.scale(ctx, workers)
	}
	begin := time.Now()
	err = g.resubscribe(ctx, settings, nil)
	return group.Rebuild{Done: err == nil, Gap: time.Since(begin)}, g.Unchanged(err)
}

// subscribeTime bounds subscribing again after a change: measured, a thousand
// consumers take half a second.
const subscribeTime = 10 * time.Second

// cursorMove moves a subscription while it has no consumers.
type cursorMove struct {
	do     func() error
	inPart bool // in one of several partitions
}

// resubscribe closes all consumers, does the move if there is one, and subscribes
// with other settings. It needs opLock.
//
// The workers finish their runs first, and the client sends its grouped
// acknowledgements. Messages that the broker had pushed to a closed consumer are
// gone with it, so none of them comes late. If the next messages are not those that
// would have come next, the audit begins a new period. A paused group stays paused.
//
// An error leaves the old settings in force. Even then the group has its workers
// again. Those for which no consumer could be subscribed get one from the
// supervisor, once the cluster is back.
func (g *Group) resubscribe(ctx context.Context, settings spec.Consumer, move *cursorMove) error {
	if err := g.CheckReachable(); err != nil {
		return err
	}
	topics, err := g.subscription.list(ctx, settings)
	if err != nil {
		return err
	}
	if g.State() != snapshot.Paused {
		if err := g.flushAcks(ctx); err != nil {
			return err
		}
		defer g.gate.Open()
	}
	if err = g.workers.remove(ctx, 0); err == nil && move != nil {
		defer g.accounts.holdOthers(ctx)()
		if err = move.do(); err == nil || group.IsOutage(err) { // the move may be done though its answer is missing
			g.accounts.newPeriod(move.inPart)
		}
	}
	again, cancel := context.WithTimeout(context.WithoutCancel(ctx), subscribeTime) // Ctrl-C must not leave a group without consumers
	defer cancel()
	if err != nil {
		g.restore(again, g.Settings(), g.subscription.all(), err)
		return err
	}
	if move != nil {
		g.subscription.set(topics)
		if err := g.workers.add(again, settings); err != nil {
			g.workers.addFailed(settings, err) // no error: the move is done
		}
		return nil
	}
	return g.subscribe(again, settings, topics)
}

// subscribe puts other settings in force for a group without workers, and restores
// the old ones if it cannot.
func (g *Group) subscribe(ctx context.Context, settings spec.Consumer, topics []string) error {
	old, oldTopics := g.Settings(), g.subscription.all()
	err, back := error(nil), func() {}
	if settings.Reader != old.Reader {
		back, err = g.subscription.reader.Begin(g.Name(), settings)
	}
	if err == nil {
		err = g.applyPolicy(ctx, settings)
	}
	if err == nil {
		if settings.OtherCursor(old) {
			g.accounts.begin()
			g.accounts.join(settings, topics)
			g.accounts.look(ctx, settings, topics)
		}
		g.Replace(settings)
		g.subscription.set(topics)
		err = g.workers.add(ctx, settings)
	}
	if err != nil {
		back()
		g.restore(ctx, old, oldTopics, err)
	}
	return err
}

// restore subscribes with the old settings after a change that failed, or leaves
// that to the supervisor.
func (g *Group) restore(ctx context.Context, old spec.Consumer, topics []string, why error) {
	g.Replace(old)
	g.subscription.set(topics)
	g.accounts.join(old, topics)
	err := g.applyPolicy(ctx, old)
	if err == nil {
		err = g.workers.add(ctx, old)
	}
	if err != nil {
		g.workers.addFailed(old, why)
	}
}

// flushAcks closes the gate and lets the client send its grouped acknowledgements.
// After an error the gate is open.
func (g *Group) flushAcks(ctx context.Context) error {
	if err := g.closeGate(ctx); err != nil {
		return err
	}
	select {
	case <-time.After(2 * broker.StandardGrouping().Delay):
		return nil
	case <-ctx.Done():
		g.gate.Open()
		return group.Unanswered(ctx, g.Name(), "flushing acknowledgements")
	}
}

// ChangeRate changes how many messages the group takes in a second, from now on or
// from the next start on. See pacing.Schedule.Change for what becomes of a shape.
func (g *Group) ChangeRate(ctx context.Context, change pacing.Change) (pacing.Changed, error) {
	change, err := group.LoadChange(change, g.Name())
	if err != nil {
		return pacing.Changed{}, err
	}
	settings := g.Settings()
	changed := pacing.Changed{Before: settings.Rate}
	if p := g.policy.Load(); g.Active() && p != nil && p.schedule != nil && !isMax(settings.Rate) {
		changed, err = p.schedule.Change(change)
	} else {
		changed.After, err = change.ApplyTo(settings.Rate, settings.Rate.At(0, 0))
	}
	if err != nil {
		return pacing.Changed{}, err
	}
	settings.Rate = changed.After
	_, err = g.Apply(ctx, settings)
	return changed, err
}

// isMax reports whether a shape takes all messages at all times.
func isMax(shape pacing.Shape) bool {
	rate, constant := shape.IsHold()
	return constant && rate.IsMax()
}
