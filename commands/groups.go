package commands

import (
	"context"
	"fmt"
	"time"

	"pulsh/commands/lang"
	"pulsh/session/snapshot"
)

// stopMax bounds how long a stop may flush: as long as the default send timeout
// keeps a message that a broker does not answer.
const stopMax = 30 * time.Second

// groupCommands make groups and end them.
func groupCommands() []lang.Command {
	return []lang.Command{
		{Name: "produce start", Section: groupSection, Changes: true,
			Params:  append([]lang.Param{{Name: "name", Kind: startKind(snapshot.Produce, "fast")}}, producerParams()...),
			Summary: "start a producer group",
			Detail: "Makes a group that sends to the topic of its own name, or starts one that is ready or stopped, with the settings given. " +
				"The rate is that of all its workers together, whatever their number.",
			Examples: []string{"produce start fast rate=50000", "produce start slow topic=fast rate=300/m size=lognormal(1KiB,0.5) keys=10k"},
			Run:      verb(startProducer)},
		{Name: "produce stop", Section: groupSection, Changes: true,
			Params:   []lang.Param{{Name: "name", Kind: groupOf(snapshot.Produce, "fast")}},
			Summary:  "end a producer group's sending",
			Detail:   "Waits for the answers to what was sent. The group keeps its settings and figures, and can be started again.",
			Examples: []string{"produce stop fast"}, Run: verb(stopGroup(snapshot.Produce))},
		{Name: "consume start", Section: groupSection, Changes: true,
			Params:  append([]lang.Param{{Name: "name", Kind: startKind(snapshot.Consume, "sub1")}}, consumerParams()...),
			Summary: "start a consumer group",
			Detail: "Makes a group that receives the topic of its own name under the subscription of its own name, or starts one that is ready or stopped, " +
				"with the settings given. What Kafka calls a consumer group is a subscription here.",
			Examples: []string{"consume start sub1 topic=fast type=shared workers=4 ack=batched"},
			Run:      verb(startConsumer)},
		{Name: "consume stop", Section: groupSection, Changes: true,
			Params:   []lang.Param{{Name: "name", Kind: groupOf(snapshot.Consume, "sub1")}},
			Summary:  "end a consumer group's receiving",
			Detail:   "The subscription stays in the broker and its backlog grows. The group can be started again.",
			Examples: []string{"consume stop sub1"}, Run: verb(stopGroup(snapshot.Consume))},
		{Name: "stop all", Section: groupSection, Changes: true,
			Summary: "end all groups at once, without a flush", Detail: "For emergencies: answers that are still on their way are not waited for.",
			Examples: []string{"stop all"}, Run: verb(stopAll)},
		{Name: "remove", Section: groupSection, Changes: true,
			Params:  []lang.Param{{Name: "group", Kind: groupKind()}},
			Summary: "end a group and forget it", Examples: []string{"remove slow"}, Run: verb(removeGroup)},
		{Name: "clone", Section: groupSection, Applies: applies, Changes: true,
			Params:   append([]lang.Param{{Name: "group", Kind: groupKind()}, {Name: "name", Kind: cloneName()}}, groupParams()...),
			Summary:  "make a group with the settings of another",
			Detail:   "The settings given are changed. The copy of a running group is started.",
			Examples: []string{"clone fast faster rate=80k"}, Run: verb(cloneGroup)},
	}
}

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
		if !active(g.State) {
			return c.Refuse("name", string(g.Kind)+" start "+g.Name, "%s is %s", g.Name, g.State)
		}
		bounded, cancel := context.WithTimeout(ctx, stopMax)
		defer cancel()
		c.Settling(g.Name)
		err = c.env.Session.Stop(bounded, g.Name)
		c.changed.Store(c.env.Now().UnixNano())
		if after, ok := c.fresh(ctx).Group(g.Name); ok {
			g = after
		}
		c.Say("%s: stopped · %s", g.Name, account(g))
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
	if active(g.State) && !c.Confirm(ctx, fmt.Sprintf("%s is %s; remove it?", g.Name, g.State)) {
		c.Say("%s stays", g.Name)
		return nil
	}
	bounded, cancel := context.WithTimeout(ctx, stopMax)
	defer cancel()
	c.keepSchedule(g)
	c.Settling(g.Name)
	if err := c.env.Session.Remove(bounded, g.Name); err != nil {
		return err
	}
	c.Say("%s: removed", g.Name)
	return nil
}
