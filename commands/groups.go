package commands

import (
	"context"
	"fmt"
	"time"

	"pulsh/commands/answers"
	"pulsh/commands/lang"
	"pulsh/session/snapshot"
)

// stopMax bounds how long a stop may flush: as long as the default send timeout
// keeps a message that a broker does not answer.
const stopMax = 30 * time.Second

// cloneName is a name that no group has.
func cloneName() lang.Kind {
	k := nameKind()
	k.Sample = "faster"
	return k
}

func stopGroup(kind snapshot.Kind) func(context.Context, *call) error {
	return func(ctx context.Context, c *call) error {
		g, err := c.group(ctx, "name")
		if err != nil {
			return err
		}
		if g.Kind != kind {
			return c.Refuse("name", string(g.Kind)+" stop "+g.Name, "%s is a %s", g.Name, kindName(g.Kind))
		}
		if !g.State.Active() {
			return c.Refuse("name", string(g.Kind)+" start "+g.Name, "%s is %s", g.Name, g.State)
		}
		bounded, cancel := context.WithTimeout(ctx, stopMax)
		defer cancel()
		Settling(c.Commands, g.Name)
		err = c.env.Session.Stop(bounded, g.Name)
		c.changed.Store(c.env.Now().UnixNano())
		if after, ok := c.fresh(ctx).Group(g.Name); ok {
			g = after
		}
		c.Say("%s: stopped · %s", g.Name, answers.Account(g))
		return err
	}
}

func stopAll(ctx context.Context, c *call) error {
	running := 0
	for _, g := range c.fresh(ctx).Groups {
		if g.State.Active() {
			running++
		}
	}
	Settling(c.Commands, "")
	err := c.env.Session.StopAll(ctx)
	if running == 0 {
		c.Say("no group was running")
	} else {
		c.Say("%s stopped", lang.Count(running, "group"))
	}
	return err
}

func removeGroup(ctx context.Context, c *call) error {
	g, err := c.group(ctx, "group")
	if err != nil {
		return err
	}
	if g.State.Active() && !c.Confirm(ctx, fmt.Sprintf("%s is %s; remove it?", g.Name, g.State)) {
		c.Say("%s stays", g.Name)
		return nil
	}
	bounded, cancel := context.WithTimeout(ctx, stopMax)
	defer cancel()
	keepSchedule(c, g)
	Settling(c.Commands, g.Name)
	if err := c.env.Session.Remove(bounded, g.Name); err != nil {
		return err
	}
	c.Say("%s: removed", g.Name)
	return nil
}
