package groups

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"pulsh/commands/answers"
	"pulsh/commands/host"
	"pulsh/commands/kinds"
	"pulsh/commands/lang"
	"pulsh/graphs"
	"pulsh/session/broker"
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
		return c.Refuse("workers", fmt.Sprintf("scale %s %d", g.Name, spec.WorkersMax), "%s workers exceed the limit of %d", sum, spec.WorkersMax)
	case n < 1:
		return c.Refuse("workers", fmt.Sprintf("%s stop %s", g.Named(), g.Name), "%s workers: at least 1 is needed", sum)
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
	c.Say("%s: %d → %s%s", g.Name, g.Workers, graphs.Plural(n, "worker"), tail)
	return nil
}

// ChangeRate runs the command rate: change the rate.
func ChangeRate(ctx context.Context, c *host.Call) error {
	g, err := c.Group(ctx, "group")
	if err != nil {
		return err
	}
	change, _ := host.Value[pacing.Change](c, "rate")
	changed, err := applyChange(ctx, c, g, change)
	var known *broker.Error
	if errors.As(err, &known) {
		return c.Refuse("rate", known.Try, "%s", err)
	}
	if err != nil {
		return c.Refuse("rate", "rate "+g.Name+" 50k", "%s", err)
	}
	c.Say("%s: %s → %s%s", g.Name, answers.SayShape(changed.Before), answers.SayShape(changed.After), burstAfter(changed))
	return nil
}

// applyChange changes the rate of a group of either kind.
func applyChange(ctx context.Context, c *host.Call, g snapshot.Group, change pacing.Change) (pacing.Changed, error) {
	if g.Producer != nil {
		group, err := c.Env.Session.ProducerGroup(g.Name)
		if err != nil {
			return pacing.Changed{}, err
		}
		return group.ChangeRate(change)
	}
	group, err := c.Env.Session.ConsumerGroup(g.Name)
	if err != nil {
		return pacing.Changed{}, err
	}
	return group.ChangeRate(ctx, change)
}

// burstAfter tells what a change of rate has done to a burst, "" if there was none.
func burstAfter(changed pacing.Changed) string {
	factor := strconv.FormatFloat(changed.Burst, 'g', -1, 64)
	switch {
	case changed.Burst == 0:
		return ""
	case changed.Ended:
		return " · the burst x" + factor + " is over"
	}
	return fmt.Sprintf(" · the burst x%s goes on for %s", factor, pacing.FormatDuration(changed.Left.Round(burstDigits)))
}

// burstDigits is the precision of the rest of a burst in an answer.
const burstDigits = 100 * time.Millisecond

// burstDefault is the default duration of a burst, which is also that of F7.
const burstDefault = 10 * time.Second

// Burst runs the command burst: multiply the rate for a while.
func Burst(ctx context.Context, c *host.Call) error {
	g, err := c.ProducerGroup(ctx)
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
	group, err := c.Env.Session.ProducerGroup(g.Name)
	if err != nil {
		return err
	}
	base := g.Producer.Base
	if base.IsMax() {
		return c.Refuse("factor", "rate "+g.Name+" 50k", "%s already runs at max", g.Name)
	}
	if most := float64(base) * factor; most > float64(pacing.Limit) {
		return c.Refuse("factor", "burst "+g.Name+" x2", "%s times %s exceeds the limit of %s/s", graphs.Rate(float64(base)), c.Text("factor"), pacing.Limit)
	}
	if err := group.Burst(factor, d); err != nil {
		return err
	}
	c.Say("%s: %s %s for %s", g.Name, graphs.Rate(float64(base)), c.Text("factor"), pacing.FormatDuration(d))
	return nil
}

// needsCluster returns the error of a command that the state of the group forbids,
// with the command that changes the state.
func needsCluster(c *host.Call, g snapshot.Group) error {
	try := string(g.Named()) + " start " + g.Name
	if g.State == snapshot.Paused {
		try = "resume " + g.Name
	}
	return c.Refuse("group", try, "%s is %s", g.Name, g.State)
}

// eachGroup runs act on the named group, or on all groups in the state from. It
// refuses a named group in another state.
func eachGroup(ctx context.Context, c *host.Call, from, to snapshot.State, act func(string) error) error {
	if c.Text("group") != "all" {
		g, err := c.Group(ctx, "group")
		switch {
		case err != nil:
			return err
		case g.State != from && g.State != to:
			return needsCluster(c, g)
		case g.State == to:
			c.Say("%s is already %s", g.Name, to)
			return nil
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

// Pause runs the command pause: pause a group, keeping its connections.
func Pause(ctx context.Context, c *host.Call) error {
	return eachGroup(ctx, c, snapshot.Running, snapshot.Paused, c.Env.Session.Pause)
}

// Resume runs the command resume: resume after a pause.
func Resume(ctx context.Context, c *host.Call) error {
	return eachGroup(ctx, c, snapshot.Paused, snapshot.Running, c.Env.Session.Resume)
}

// Reset runs the command reset: reset a group's figures to zero.
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
		c.Say("no groups")
		return nil
	}
	c.Say("%s: figures reset", lang.And(names))
	return nil
}
