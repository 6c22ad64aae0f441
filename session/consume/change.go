package consume

import (
	"context"
	"errors"
	"time"

	"pulsh/session/broker"
	"pulsh/session/group"
	"pulsh/session/snapshot"
	"pulsh/session/spec"
)

// Scale changes the number of workers. Removed workers close their consumers.
func (g *Group) Scale(ctx context.Context, workers int) error {
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
		return g.resubscribe(ctx, settings, false, nil) // the key ranges of all workers change
	}
	if g.Active() {
		if err := g.workers.add(ctx, settings); err != nil {
			return err
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
			g.newPeriod(false)
		}
		g.Replace(settings)
		return group.Rebuild{}, nil
	}
	if settings.SameConsumers(old) {
		if err := g.applyPolicy(ctx, settings); err != nil {
			return group.Rebuild{}, err
		}
		workers := settings.Workers
		settings.Workers = old.Workers
		g.Replace(settings)
		return group.Rebuild{}, g.scale(ctx, workers)
	}
	begin := time.Now()
	err = g.resubscribe(ctx, settings, false, nil)
	return group.Rebuild{Done: true, Gap: time.Since(begin)}, err
}

// subscribeTime bounds subscribing again after a change: measured, a thousand
// consumers take half a second.
const subscribeTime = 10 * time.Second

// resubscribe closes all consumers, calls move if there is one, and subscribes
// with other settings. It needs opLock.
//
// The workers finish their runs first, and the client sends its grouped
// acknowledgements. Messages that the broker had pushed to a closed consumer are
// gone with it, so none of them comes late. If other messages come from now on
// than would have come, the audit begins a new period. A paused group stays
// paused.
func (g *Group) resubscribe(ctx context.Context, settings spec.Consumer, sought bool, move func() error) error {
	old := g.Settings()
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
	if err := g.workers.remove(ctx, 0); err != nil {
		return err
	}
	if move != nil {
		err = move()
	}
	if err == nil {
		err = g.applyPolicy(ctx, settings)
	}
	again, cancel := context.WithTimeout(context.WithoutCancel(ctx), subscribeTime) // Ctrl-C must not leave a group without consumers
	defer cancel()
	if err == nil {
		if move != nil || settings.OtherCursor(old) {
			g.newPeriod(sought)
		}
		g.Replace(settings)
		g.subscription.set(topics)
		if err = g.workers.add(again, settings); err == nil {
			return nil
		}
	}
	return errors.Join(err, g.restore(again, old))
}

// restore subscribes with the old settings after a change that failed.
func (g *Group) restore(ctx context.Context, old spec.Consumer) error {
	g.Replace(old)
	err := g.subscription.refresh(ctx, old)
	if err == nil {
		err = g.applyPolicy(ctx, old)
	}
	if err == nil {
		err = g.workers.add(ctx, old)
	}
	if err != nil {
		g.fail(ctx, err)
	}
	return err
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
		return group.TookTooLong(ctx, g.Name()+": flushing its acknowledgements")
	}
}
