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
	"pulsh/session/pacing"
	"pulsh/session/snapshot"
	"pulsh/session/spec"
)

// ScaleGroup runs the command scale: change the number of workers.
func ScaleGroup(ctx context.Context, c *host.Call) error {
	g, err := c.Group(ctx, "group")
	if err != nil {
		return err
	}
	want, _ := host.Value[kinds.Scaling](c, "workers")
	n := want.Count
	sum := c.Text("workers")
	if want.Relative {
		n += g.Workers
		sum = fmt.Sprintf("%d + %d", g.Workers, want.Count)
		if want.Count < 0 {
			sum = fmt.Sprintf("%d - %d", g.Workers, -want.Count)
		}
	}
	switch {
	case n > spec.WorkersMax:
		return c.Refuse("workers", fmt.Sprintf("scale %s %d", g.Name, spec.WorkersMax), "%s workers are more than %d", sum, spec.WorkersMax)
	case n < 1:
		return c.Refuse("workers", fmt.Sprintf("%s stop %s", g.Kind, g.Name), "%s workers leave none", sum)
	}
	if err := c.Env.Session.Scale(ctx, g.Name, n); err != nil {
		return err
	}
	tail := ""
	switch {
	case !g.State.Active():
		tail = " when it starts"
	case g.Producer != nil && !g.Producer.Target.IsMax():
		tail = ", still " + graphs.Rate(float64(g.Producer.Target))
	}
	c.Say("%s: %d → %s%s", g.Name, g.Workers, lang.Count(n, "worker"), tail)
	return nil
}

// ChangeRate runs the command rate: change the rate from now on.
func ChangeRate(ctx context.Context, c *host.Call) error {
	g, err := c.Group(ctx, "group")
	if err != nil {
		return err
	}
	change, _ := host.Value[pacing.Change](c, "rate")
	before := baseRate(c, g)
	shape, err := change.Apply(before)
	if err != nil {
		return c.Refuse("rate", "rate "+g.Name+" 50k", "%s", err)
	}
	if g.Producer != nil {
		group, err := c.Env.Session.ProducerGroup(g.Name)
		if err != nil {
			return err
		}
		group.SetRate(shape)
	} else {
		spec, _ := c.Env.Session.Consumer(g.Name)
		spec.Rate = shape
		_, err = c.Env.Session.SetConsumer(ctx, g.Name, spec)
	}
	if err != nil {
		return err
	}
	c.Say("%s: %s → %s", g.Name, answers.SayShape(pacing.Hold(before)), answers.SayShape(shape))
	return nil
}

// baseRate is the rate that a relative change applies to: the target of a
// group's shape now, without a burst, or at its start.
func baseRate(c *host.Call, g snapshot.Group) pacing.Rate {
	shape, target := pacing.Shape{}, pacing.Rate(0)
	if g.Producer != nil {
		spec, _ := c.Env.Session.Producer(g.Name)
		shape, target = spec.Rate, g.Producer.Base
	} else {
		spec, _ := c.Env.Session.Consumer(g.Name)
		shape, target = spec.Rate, g.Consumer.Target
	}
	if !g.State.Active() || target == 0 {
		return shape.At(0, 0)
	}
	return target
}

// burstDefault is as long as F7 bursts.
const burstDefault = 10 * time.Second

// Burst runs the command burst: multiply the rate for a while.
func Burst(ctx context.Context, c *host.Call) error {
	g, err := c.Producer(ctx, "rate")
	if err != nil {
		return err
	}
	if g.State != snapshot.Running {
		return needsCluster(c, g)
	}
	factor, _ := host.Value[float64](c, "factor")
	d, ok := host.Value[time.Duration](c, "for")
	if !ok {
		d = burstDefault
	}
	if g.Producer.Target.IsMax() {
		return c.Refuse("factor", "rate "+g.Name+" 50k", "%s goes as fast as it can already", g.Name)
	}
	if most := float64(g.Producer.Target) * factor; most > float64(pacing.Limit) {
		return c.Refuse("factor", "burst "+g.Name+" x2", "%s times %s is more than %s", graphs.Rate(float64(g.Producer.Target)), c.Text("factor"), pacing.Limit)
	}
	group, err := c.Env.Session.ProducerGroup(g.Name)
	if err != nil {
		return err
	}
	if err := group.Burst(factor, d); err != nil {
		return err
	}
	c.Say("%s: %s %s for %s", g.Name, graphs.Rate(float64(g.Producer.Target)), c.Text("factor"), pacing.FormatDuration(d))
	return nil
}

// needsCluster says which state forbids a command, and what changes it.
func needsCluster(c *host.Call, g snapshot.Group) error {
	try := string(g.Kind) + " start " + g.Name
	if g.State == snapshot.Paused {
		try = "resume " + g.Name
	}
	return c.Refuse("group", try, "%s is %s", g.Name, g.State)
}

// eachGroup runs act on the group named, or on all that are in the state from. It
// refuses a single group in another state.
func eachGroup(ctx context.Context, c *host.Call, from, to snapshot.State, act func(string) error) error {
	if c.Text("group") != "all" {
		g, err := c.Group(ctx, "group")
		switch {
		case err != nil:
			return err
		case g.State != from && g.State != to:
			return needsCluster(c, g)
		}
		if err := act(g.Name); err != nil {
			return err
		}
		c.Say("%s: %s", g.Name, to)
		return nil
	}
	var done []string
	for _, g := range c.Fresh(ctx).Groups {
		if g.State == from {
			if err := act(g.Name); err != nil {
				return err
			}
			done = append(done, g.Name)
		}
	}
	if len(done) == 0 {
		c.Say("no group is %s", from)
		return nil
	}
	c.Say("%s: %s", lang.And(done), to)
	return nil
}

// Pause runs the command pause: hold a group back; its connections stay.
func Pause(ctx context.Context, c *host.Call) error {
	return eachGroup(ctx, c, snapshot.Running, snapshot.Paused, c.Env.Session.Pause)
}

// Resume runs the command resume: go on after pause.
func Resume(ctx context.Context, c *host.Call) error {
	return eachGroup(ctx, c, snapshot.Paused, snapshot.Running, c.Env.Session.Resume)
}

// Reset runs the command reset: set a group's figures to zero.
func Reset(ctx context.Context, c *host.Call) error {
	names := host.GroupNames(c.Fresh(ctx))
	if c.Text("group") != "all" {
		g, err := c.Group(ctx, "group")
		if err != nil {
			return err
		}
		names = []string{g.Name}
	}
	for _, name := range names {
		if err := c.Env.Session.Reset(name); err != nil {
			return err
		}
	}
	if len(names) == 0 {
		c.Say("there are no groups")
		return nil
	}
	c.Say("%s: figures start anew", lang.And(names))
	return nil
}
