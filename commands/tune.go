package commands

import (
	"context"
	"fmt"
	"time"

	"pulsh/commands/lang"
	"pulsh/graphs"
	"pulsh/session/pacing"
	"pulsh/session/snapshot"
	"pulsh/session/spec"
)

// tuneCommands change groups while they run.
func tuneCommands() []lang.Command {
	group := lang.Param{Name: "group", Kind: groupKind()}
	producer := lang.Param{Name: "group", Kind: groupOf(snapshot.Produce, "fast")}
	consumer := lang.Param{Name: "group", Kind: groupOf(snapshot.Consume, "sub1")}
	all := lang.Param{Name: "group", Kind: allKind()}
	return []lang.Command{
		{Name: "scale", Section: groupSection, Changes: true,
			Params:  []lang.Param{group, {Name: "workers", Kind: scaleKind()}},
			Summary: "change the number of workers", Detail: "The rate stays what it is: workers share it.",
			Examples: []string{"scale fast +4", "scale fast 8", "scale sub1 -2"}, Run: verb(scaleGroup)},
		{Name: "rate", Section: groupSection, Changes: true,
			Params:  []lang.Param{group, {Name: "rate", Kind: changeKind(), Rest: true}},
			Summary: "change the rate from now on",
			Detail: "What was due before is not made up for, and nothing bursts. A consumer group takes so many messages at most, and all with max; " +
				"the others wait in the client's queue and in the broker.",
			Examples: []string{"rate fast ramp(1k..50k,2m)", "rate fast +10%", "rate fast 50k", "rate sub1 5k", "rate sub1 max"}, Run: verb(changeRate)},
		{Name: "burst", Section: groupSection, Changes: true,
			Params: []lang.Param{producer, {Name: "factor", Kind: factorKind()},
				{Name: "for", Kind: durationKind(), Keyed: true, Optional: true, Doc: "how long; 10s if not given"}},
			Summary: "multiply the rate for a while", Examples: []string{"burst fast x5 for=10s"}, Run: verb(burst)},
		{Name: "pause", Section: groupSection, Changes: true, Params: []lang.Param{all},
			Summary: "hold a group back; its connections stay", Examples: []string{"pause fast", "pause all"}, Run: verb(pause)},
		{Name: "resume", Section: groupSection, Changes: true, Params: []lang.Param{all},
			Summary: "go on after pause", Examples: []string{"resume fast", "resume all"}, Run: verb(resume)},
		{Name: "set", Section: groupSection, Applies: applies, Changes: true, SomeSetting: true,
			Params:  append([]lang.Param{group}, groupParams()...),
			Summary: "change settings while the load runs",
			Detail: "What the client takes only at creation is made anew behind the scenes: the old lanes send what they have, and none is lost or sent twice. " +
				"`help produce start` and `help consume start` list the settings.",
			Examples: []string{"set fast size=4KiB compression=zstd batch=500"}, Run: verb(setGroup)},
		{Name: "seek", Section: groupSection, Changes: true,
			Params:  []lang.Param{consumer, {Name: "to", Kind: whenKind()}},
			Summary: "move a subscription back or forward",
			Detail: "The group is held back, its acknowledgements leave, the cursor moves, and the ledger opens a new epoch, " +
				"so that what comes again is not called a duplicate.",
			Examples: []string{"seek sub1 -5m", "seek sub1 earliest"}, Run: verb(seek)},
		{Name: "reset", Section: groupSection, Changes: true, Params: []lang.Param{all},
			Summary: "set a group's figures to zero", Examples: []string{"reset fast", "reset all"}, Run: verb(reset)},
	}
}

func scaleGroup(ctx context.Context, c *call) error {
	g, err := c.group(ctx, "group")
	if err != nil {
		return err
	}
	want, _ := value[scaling](c, "workers")
	n := want.count
	sum := c.Text("workers")
	if want.relative {
		n += g.Workers
		sum = fmt.Sprintf("%d + %d", g.Workers, want.count)
		if want.count < 0 {
			sum = fmt.Sprintf("%d - %d", g.Workers, -want.count)
		}
	}
	switch {
	case n > spec.WorkersMax:
		return c.Refuse("workers", fmt.Sprintf("scale %s %d", g.Name, spec.WorkersMax), "%s workers are more than %d", sum, spec.WorkersMax)
	case n < 1:
		return c.Refuse("workers", fmt.Sprintf("%s stop %s", g.Kind, g.Name), "%s workers leave none", sum)
	}
	if err := c.env.Session.Scale(ctx, g.Name, n); err != nil {
		return err
	}
	tail := ""
	switch {
	case !active(g.State):
		tail = " when it starts"
	case g.Producer != nil && !g.Producer.Target.IsMax():
		tail = ", still " + graphs.Rate(float64(g.Producer.Target))
	}
	c.Say("%s: %d → %s%s", g.Name, g.Workers, lang.Count(n, "worker"), tail)
	return nil
}

// producer finds the producer group that an argument names.
func (c *call) producer(ctx context.Context, what string) (snapshot.Group, error) {
	g, err := c.group(ctx, "group")
	if err == nil && g.Producer == nil {
		err = c.Refuse("group", "show "+g.Name, "%s is a consumer group and has no %s", g.Name, what)
	}
	return g, err
}

func changeRate(ctx context.Context, c *call) error {
	g, err := c.group(ctx, "group")
	if err != nil {
		return err
	}
	change, _ := value[pacing.Change](c, "rate")
	before := c.rateOf(g)
	shape, err := change.Apply(before)
	if err != nil {
		return c.Refuse("rate", "rate "+g.Name+" 50k", "%s", err)
	}
	if g.Producer != nil {
		err = c.env.Session.SetRate(g.Name, shape)
	} else {
		spec, _ := c.env.Session.Consumer(g.Name)
		spec.Rate = shape
		_, err = c.env.Session.SetConsumer(ctx, g.Name, spec)
	}
	if err != nil {
		return err
	}
	c.Say("%s: %s → %s", g.Name, sayShape(pacing.Hold(before)), sayShape(shape))
	return nil
}

// rateOf is what a group wants now, or will when it starts.
func (c *call) rateOf(g snapshot.Group) pacing.Rate {
	shape, target := pacing.Shape{}, pacing.Rate(0)
	if g.Producer != nil {
		spec, _ := c.env.Session.Producer(g.Name)
		shape, target = spec.Rate, g.Producer.Target
	} else {
		spec, _ := c.env.Session.Consumer(g.Name)
		shape, target = spec.Rate, g.Consumer.Target
	}
	if !active(g.State) || target == 0 {
		return shape.At(0, 0)
	}
	return target
}

// burstDefault is as long as F7 bursts.
const burstDefault = 10 * time.Second

func burst(ctx context.Context, c *call) error {
	g, err := c.producer(ctx, "rate")
	if err != nil {
		return err
	}
	if g.State != snapshot.Running {
		return c.forbidden(g)
	}
	factor, _ := value[float64](c, "factor")
	d, ok := value[time.Duration](c, "for")
	if !ok {
		d = burstDefault
	}
	if g.Producer.Target.IsMax() {
		return c.Refuse("factor", "rate "+g.Name+" 50k", "%s goes as fast as it can already", g.Name)
	}
	if most := float64(g.Producer.Target) * factor; most > float64(pacing.Limit) {
		return c.Refuse("factor", "burst "+g.Name+" x2", "%s times %s is more than %s", graphs.Rate(float64(g.Producer.Target)), c.Text("factor"), pacing.Limit)
	}
	if err := c.env.Session.Burst(g.Name, factor, d); err != nil {
		return err
	}
	c.Say("%s: %s %s for %s", g.Name, graphs.Rate(float64(g.Producer.Target)), c.Text("factor"), pacing.FormatDuration(d))
	return nil
}

// forbidden says which state forbids a command, and what changes it.
func (c *call) forbidden(g snapshot.Group) error {
	try := string(g.Kind) + " start " + g.Name
	if g.State == snapshot.Paused {
		try = "resume " + g.Name
	}
	return c.Refuse("group", try, "%s is %s", g.Name, g.State)
}

// each runs act on the group named, or on all that are in the state from. It
// refuses a single group in another state.
func (c *call) each(ctx context.Context, from, to snapshot.State, act func(string) error) error {
	if c.Text("group") != "all" {
		g, err := c.group(ctx, "group")
		switch {
		case err != nil:
			return err
		case g.State != from && g.State != to:
			return c.forbidden(g)
		}
		if err := act(g.Name); err != nil {
			return err
		}
		c.Say("%s: %s", g.Name, to)
		return nil
	}
	var done []string
	for _, g := range c.fresh(ctx).Groups {
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

func pause(ctx context.Context, c *call) error {
	return c.each(ctx, snapshot.Running, snapshot.Paused, c.env.Session.Pause)
}

func resume(ctx context.Context, c *call) error {
	return c.each(ctx, snapshot.Paused, snapshot.Running, c.env.Session.Resume)
}

func reset(ctx context.Context, c *call) error {
	names := groupNames(c.fresh(ctx))
	if c.Text("group") != "all" {
		g, err := c.group(ctx, "group")
		if err != nil {
			return err
		}
		names = []string{g.Name}
	}
	for _, name := range names {
		if err := c.env.Session.Reset(name); err != nil {
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
