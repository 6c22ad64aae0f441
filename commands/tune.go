package commands

import (
	"context"
	"fmt"
	"time"

	"pulsh/graphs"
	"pulsh/session/pacing"
	"pulsh/session/snapshot"
	"pulsh/session/spec"
)

// tuneCommands change groups while they run.
func tuneCommands() []command {
	group := param{name: "group", kind: groupKind()}
	producer := param{name: "group", kind: groupOf(snapshot.Produce, "fast")}
	consumer := param{name: "group", kind: groupOf(snapshot.Consume, "sub1")}
	all := param{name: "group", kind: allKind()}
	return []command{
		{name: "scale", section: groupSection, changes: true,
			params:  []param{group, {name: "workers", kind: scaleKind()}},
			summary: "change the number of workers", detail: "The rate stays what it is: workers share it.",
			examples: []string{"scale fast +4", "scale fast 8", "scale sub1 -2"}, run: scaleGroup},
		{name: "rate", section: groupSection, changes: true,
			params:  []param{group, {name: "rate", kind: changeKind(), rest: true}},
			summary: "change the rate from now on",
			detail: "What was due before is not made up for, and nothing bursts. A consumer group takes so many messages at most, and all with max; " +
				"the others wait in the client's queue and in the broker.",
			examples: []string{"rate fast ramp(1k..50k,2m)", "rate fast +10%", "rate fast 50k", "rate sub1 5k", "rate sub1 max"}, run: changeRate},
		{name: "burst", section: groupSection, changes: true,
			params: []param{producer, {name: "factor", kind: factorKind()},
				{name: "for", kind: durationKind(), keyed: true, optional: true, doc: "how long; 10s if not given"}},
			summary: "multiply the rate for a while", examples: []string{"burst fast x5 for=10s"}, run: burst},
		{name: "pause", section: groupSection, changes: true, params: []param{all},
			summary: "hold a group back; its connections stay", examples: []string{"pause fast", "pause all"}, run: pause},
		{name: "resume", section: groupSection, changes: true, params: []param{all},
			summary: "go on after pause", examples: []string{"resume fast", "resume all"}, run: resume},
		{name: "set", section: groupSection, changes: true, someSetting: true,
			params:  append([]param{group}, groupParams()...),
			summary: "change settings while the load runs",
			detail: "What the client takes only at creation is made anew behind the scenes: the old lanes send what they have, and none is lost or sent twice. " +
				"`help produce start` and `help consume start` list the settings.",
			examples: []string{"set fast size=4KiB compression=zstd batch=500"}, run: setGroup},
		{name: "seek", section: groupSection, changes: true,
			params:  []param{consumer, {name: "to", kind: whenKind()}},
			summary: "move a subscription back or forward",
			detail: "The group is held back, its acknowledgements leave, the cursor moves, and the ledger opens a new epoch, " +
				"so that what comes again is not called a duplicate.",
			examples: []string{"seek sub1 -5m", "seek sub1 earliest"}, run: seek},
		{name: "reset", section: groupSection, changes: true, params: []param{all},
			summary: "set a group's figures to zero", examples: []string{"reset fast", "reset all"}, run: reset},
	}
}

func scaleGroup(ctx context.Context, c *call) error {
	g, err := c.group(ctx, "group")
	if err != nil {
		return err
	}
	want, _ := value[scaling](c, "workers")
	n := want.count
	sum := c.text("workers")
	if want.relative {
		n += g.Workers
		sum = fmt.Sprintf("%d + %d", g.Workers, want.count)
		if want.count < 0 {
			sum = fmt.Sprintf("%d - %d", g.Workers, -want.count)
		}
	}
	switch {
	case n > spec.WorkersMax:
		return c.refuse("workers", fmt.Sprintf("scale %s %d", g.Name, spec.WorkersMax), "%s workers are more than %d", sum, spec.WorkersMax)
	case n < 1:
		return c.refuse("workers", fmt.Sprintf("%s stop %s", g.Kind, g.Name), "%s workers leave none", sum)
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
	c.say("%s: %d → %s%s", g.Name, g.Workers, count(n, "worker"), tail)
	return nil
}

// producer finds the producer group that an argument names.
func (c *call) producer(ctx context.Context, what string) (snapshot.Group, error) {
	g, err := c.group(ctx, "group")
	if err == nil && g.Producer == nil {
		err = c.refuse("group", "show "+g.Name, "%s is a consumer group and has no %s", g.Name, what)
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
		return c.refuse("rate", "rate "+g.Name+" 50k", "%s", err)
	}
	if g.Producer != nil {
		group, err := c.env.Session.ProducerGroup(g.Name)
		if err != nil {
			return err
		}
		group.SetRate(shape)
	} else {
		spec, _ := c.env.Session.Consumer(g.Name)
		spec.Rate = shape
		_, err = c.env.Session.SetConsumer(ctx, g.Name, spec)
	}
	if err != nil {
		return err
	}
	c.say("%s: %s → %s", g.Name, sayShape(pacing.Hold(before)), sayShape(shape))
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
		return c.refuse("factor", "rate "+g.Name+" 50k", "%s goes as fast as it can already", g.Name)
	}
	if most := float64(g.Producer.Target) * factor; most > float64(pacing.Limit) {
		return c.refuse("factor", "burst "+g.Name+" x2", "%s times %s is more than %s", graphs.Rate(float64(g.Producer.Target)), c.text("factor"), pacing.Limit)
	}
	group, err := c.env.Session.ProducerGroup(g.Name)
	if err != nil {
		return err
	}
	if err := group.Burst(factor, d); err != nil {
		return err
	}
	c.say("%s: %s %s for %s", g.Name, graphs.Rate(float64(g.Producer.Target)), c.text("factor"), pacing.FormatDuration(d))
	return nil
}

// forbidden says which state forbids a command, and what changes it.
func (c *call) forbidden(g snapshot.Group) error {
	try := string(g.Kind) + " start " + g.Name
	if g.State == snapshot.Paused {
		try = "resume " + g.Name
	}
	return c.refuse("group", try, "%s is %s", g.Name, g.State)
}

// each runs act on the group named, or on all that are in the state from. It
// refuses a single group in another state.
func (c *call) each(ctx context.Context, from, to snapshot.State, act func(string) error) error {
	if c.text("group") != "all" {
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
		c.say("%s: %s", g.Name, to)
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
		c.say("no group is %s", from)
		return nil
	}
	c.say("%s: %s", and(done), to)
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
	if c.text("group") != "all" {
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
		c.say("there are no groups")
		return nil
	}
	c.say("%s: figures start anew", and(names))
	return nil
}
