package groups

import (
	"context"
	"fmt"
	"time"

	"pulsh/commands/answers"
	"pulsh/commands/host"
	"pulsh/commands/kinds"
	"pulsh/commands/lang"
	"pulsh/graphs"
	"pulsh/session/snapshot"
)

// StopMax bounds a stop: it is the default send timeout, the longest that a pending
// send waits for its receipt.
const StopMax = 30 * time.Second

// CloneName is the kind NAME of a copy.
func CloneName() lang.Kind {
	k := kinds.Name()
	k.Sample = "faster"
	return k
}

// StopGroup returns the command that stops a group of one kind.
func StopGroup(kind snapshot.Kind) func(context.Context, *host.Call) error {
	return func(ctx context.Context, c *host.Call) error {
		g, err := c.Group(ctx, "name")
		if err != nil {
			return err
		}
		if g.Named() != kind {
			return c.Refuse("name", string(g.Named())+" stop "+g.Name, "%s is a %s", g.Name, host.KindName(g.Named()))
		}
		return stop(ctx, c, g)
	}
}

// Stop runs the command stop: stop a group of any kind.
func Stop(ctx context.Context, c *host.Call) error {
	g, err := c.Group(ctx, "name")
	if err != nil {
		return err
	}
	return stop(ctx, c, g)
}

func stop(ctx context.Context, c *host.Call, g snapshot.Group) error {
	if !g.State.Active() {
		return c.Refuse("name", string(g.Named())+" start "+g.Name, "%s is %s", g.Name, g.State)
	}
	bounded, cancel := context.WithTimeout(ctx, StopMax)
	defer cancel()
	host.Settling(c.Host, g.Name)
	err := c.Env.Session.Stop(bounded, g.Name)
	c.Changed.Store(c.Env.Now().UnixNano())
	if after, ok := c.Fresh(ctx).Group(g.Name); ok {
		g = after
	}
	c.Say("%s: stopped · %s", g.Name, answers.Totals(g))
	return err
}

// StopAll runs the command stop all: stop all groups immediately, without waiting for
// pending sends.
func StopAll(ctx context.Context, c *host.Call) error {
	running := 0
	for _, g := range c.Fresh(ctx).Groups {
		if g.State.Active() {
			running++
		}
	}
	host.Settling(c.Host, "")
	err := c.Env.Session.StopAll(ctx)
	if running == 0 {
		c.Say("no group was running")
	} else {
		c.Say("%s stopped", graphs.Plural(running, "group"))
	}
	return err
}

// RemoveGroup runs the command remove: stop a group and remove it.
func RemoveGroup(ctx context.Context, c *host.Call) error {
	g, err := c.Group(ctx, "group")
	if err != nil {
		return err
	}
	if g.State.Active() && !c.Confirm(ctx, fmt.Sprintf("%s is %s; remove it?", g.Name, g.State)) {
		c.Say("%s: kept", g.Name)
		return nil
	}
	bounded, cancel := context.WithTimeout(ctx, StopMax)
	defer cancel()
	host.KeepSchedule(c, g)
	host.Settling(c.Host, g.Name)
	if err := c.Env.Session.Remove(bounded, g.Name); err != nil {
		return err
	}
	c.Say("%s: removed", g.Name)
	return nil
}
