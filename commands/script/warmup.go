package script

import (
	"context"
	"time"

	"pulsh/commands/conditions"
	"pulsh/commands/host"
	"pulsh/commands/lang"
	"pulsh/graphs"
	"pulsh/session/pacing"
	"pulsh/session/snapshot"
)

// Warmup runs the command warmup: leave out what is measured during a time.
func Warmup(ctx context.Context, c *host.Call) error {
	d, _ := host.Value[time.Duration](c, "duration")
	return warmUp(ctx, c, func() error { return c.Pass(ctx, d) })
}

// WarmupUntil runs the command warmup until: leave out what is measured until a
// condition is true.
func WarmupUntil(ctx context.Context, c *host.Call) error {
	condition, err := typedCondition(ctx, c)
	if err != nil {
		return err
	}
	limit, ok := host.Value[time.Duration](c, "timeout")
	if !ok {
		limit = waitMax
	}
	return warmUp(ctx, c, func() error {
		t := newTrial(c, condition, limit)
		c.Until(limit+t.hold, func() string { return conditions.Current(condition, c.Env.Session.Snapshot()) })
		if err := c.Watch(ctx, t.look); err != nil {
			return err
		}
		if !t.passed {
			return c.Fail(conditions.AdviceOn(t.broken.Metric), "%s not reached within %s; %s", condition, pacing.FormatDuration(limit), conditions.Current(condition, c.Env.Session.Snapshot()))
		}
		return nil
	})
}

// warmUp runs pass with all guards suspended. If that succeeds it resets the figures of
// all groups and lets the reports begin there.
func warmUp(ctx context.Context, c *host.Call, pass func() error) error {
	guards := conditions.GuardsOf(c.Host)
	guards.Suspend(true)
	defer guards.Suspend(false)
	begin := c.Env.Now()
	c.Env.Session.Mark(snapshot.MarkCommand, "warm-up begins")
	if err := pass(); err != nil {
		return err
	}
	names := host.GroupNames(c.Fresh(ctx))
	for _, name := range names {
		if err := c.Env.Session.Reset(name); err != nil {
			return err
		}
	}
	now := c.Env.Now()
	host.MeasureFrom(c.Host, now)
	c.Changed.Store(now.UnixNano())
	c.Fresh(ctx) // the next line must not see figures of the warm-up
	c.Env.Session.Mark(snapshot.MarkCommand, "warm-up ends")
	if len(names) == 0 {
		c.Say("warmed up for %s: no groups", graphs.Seconds(now.Sub(begin)))
		return nil
	}
	c.Say("warmed up for %s: %s from here on", graphs.Seconds(now.Sub(begin)), lang.And(names))
	return nil
}
