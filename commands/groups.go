package commands

import (
	"context"
	"fmt"
	"time"

	"pulsh/session/snapshot"
)

// stopMax bounds how long a stop may flush: as long as the default send timeout
// keeps a message that a broker does not answer.
const stopMax = 30 * time.Second

// groupCommands make groups and end them.
func groupCommands() []command {
	return []command{
		{name: "produce start", section: groupSection, changes: true,
			params:  append([]param{{name: "name", kind: startKind(snapshot.Produce, "fast")}}, producerParams()...),
			summary: "start a producer group",
			detail: "Makes a group that sends to the topic of its own name, or starts one that is ready or stopped, with the settings given. " +
				"The rate is that of all its workers together, whatever their number.",
			examples: []string{"produce start fast rate=50000", "produce start slow topic=fast rate=300/m size=lognormal(1KiB,0.5) keys=10k"},
			run:      startProducer},
		{name: "produce stop", section: groupSection, changes: true,
			params:   []param{{name: "name", kind: groupOf(snapshot.Produce, "fast")}},
			summary:  "end a producer group's sending",
			detail:   "Waits for the answers to what was sent. The group keeps its settings and figures, and can be started again.",
			examples: []string{"produce stop fast"}, run: stopGroup(snapshot.Produce)},
		{name: "consume start", section: groupSection, changes: true,
			params:  append([]param{{name: "name", kind: startKind(snapshot.Consume, "sub1")}}, consumerParams()...),
			summary: "start a consumer group",
			detail: "Makes a group that receives the topic of its own name under the subscription of its own name, or starts one that is ready or stopped, " +
				"with the settings given. What Kafka calls a consumer group is a subscription here.",
			examples: []string{"consume start sub1 topic=fast type=shared workers=4 ack=batched"},
			run:      startConsumer},
		{name: "consume stop", section: groupSection, changes: true,
			params:   []param{{name: "name", kind: groupOf(snapshot.Consume, "sub1")}},
			summary:  "end a consumer group's receiving",
			detail:   "The subscription stays in the broker and its backlog grows. The group can be started again.",
			examples: []string{"consume stop sub1"}, run: stopGroup(snapshot.Consume)},
		{name: "stop all", section: groupSection, changes: true,
			summary: "end all groups at once, without a flush", detail: "For emergencies: answers that are still on their way are not waited for.",
			examples: []string{"stop all"}, run: stopAll},
		{name: "remove", section: groupSection, changes: true,
			params:  []param{{name: "group", kind: groupKind()}},
			summary: "end a group and forget it", examples: []string{"remove slow"}, run: removeGroup},
		{name: "clone", section: groupSection, changes: true,
			params:   append([]param{{name: "group", kind: groupKind()}, {name: "name", kind: cloneName()}}, groupParams()...),
			summary:  "make a group with the settings of another",
			detail:   "The settings given are changed. The copy of a running group is started.",
			examples: []string{"clone fast faster rate=80k"}, run: cloneGroup},
	}
}

// cloneName is a name that no group has.
func cloneName() kind {
	k := nameKind()
	k.sample = "faster"
	return k
}

func stopGroup(kind snapshot.Kind) func(context.Context, *call) error {
	return func(ctx context.Context, c *call) error {
		g, err := c.group(ctx, "name")
		if err != nil {
			return err
		}
		if g.Kind != kind {
			return c.refuse("name", string(g.Kind)+" stop "+g.Name, "%s is a %s", g.Name, kindName(g.Kind))
		}
		if !active(g.State) {
			return c.refuse("name", string(g.Kind)+" start "+g.Name, "%s is %s", g.Name, g.State)
		}
		bounded, cancel := context.WithTimeout(ctx, stopMax)
		defer cancel()
		c.Settling(g.Name)
		err = c.env.Session.Stop(bounded, g.Name)
		c.changed.Store(c.env.Now().UnixNano())
		if after, ok := c.fresh(ctx).Group(g.Name); ok {
			g = after
		}
		c.say("%s: stopped · %s", g.Name, account(g))
		return err
	}
}

func stopAll(ctx context.Context, c *call) error {
	running := 0
	for _, g := range c.fresh(ctx).Groups {
		if active(g.State) {
			running++
		}
	}
	c.Settling("")
	err := c.env.Session.StopAll(ctx)
	if running == 0 {
		c.say("no group was running")
	} else {
		c.say("%s stopped", count(running, "group"))
	}
	return err
}

func removeGroup(ctx context.Context, c *call) error {
	g, err := c.group(ctx, "group")
	if err != nil {
		return err
	}
	if active(g.State) && !c.confirm(ctx, fmt.Sprintf("%s is %s; remove it?", g.Name, g.State)) {
		c.say("%s stays", g.Name)
		return nil
	}
	bounded, cancel := context.WithTimeout(ctx, stopMax)
	defer cancel()
	c.keepSchedule(g)
	c.Settling(g.Name)
	if err := c.env.Session.Remove(bounded, g.Name); err != nil {
		return err
	}
	c.say("%s: removed", g.Name)
	return nil
}
