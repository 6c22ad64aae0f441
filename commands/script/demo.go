package script

import (
	"context"
	_ "embed"
	"fmt"
	"math"
	"strings"
	"time"

	"pulsh/commands/host"
	"pulsh/commands/lang"
)

// DemoScript is the guided tour: commands, and comments that explain them.
//
//go:embed demo.pulsh
var DemoScript string

// The names in the script. Each tour gets a topic name of its own, so that two tours
// on one cluster do not share a topic.
const (
	demoTopic    = "pulsh-demo"
	demoProducer = "demo"
	demoConsumer = "demo-sub"
)

// demoCleanTime bounds the cleanup after a tour.
const demoCleanTime = 10 * time.Second

// Demo runs the command demo: a guided tour on the connected cluster.
func Demo(ctx context.Context, c *host.Call) error {
	if _, ok := c.Env.Session.Target(); !ok {
		return c.Fail("connect pulsar://localhost:6650", "the tour needs a connection to a Pulsar")
	}
	for _, g := range c.Fresh(ctx).Groups {
		if g.Name == demoProducer || g.Name == demoConsumer {
			return c.Fail("remove "+g.Name, "a group named %s already exists, and the tour creates one", g.Name)
		}
	}
	topic := demoTopic + c.Env.Now().Format("-150405")
	before := c.Graph.Load()
	err := runTour(ctx, c, strings.ReplaceAll(DemoScript, "topic="+demoTopic, "topic="+topic))
	c.Graph.Store(before)
	return leaveDemo(ctx, c, topic, err)
}

// runTour runs the lines of a script and prints them, with its comments.
func runTour(ctx context.Context, c *host.Call, script string) error {
	steps := strings.Split(strings.TrimSpace(script), "\n")
	for i, step := range steps {
		if comment, ok := strings.CutPrefix(step, "# "); ok {
			c.Say("")
			c.Say("%s", comment)
			continue
		}
		c.Publish(&lang.Progress{Far: fmt.Sprintf("step %d of %d", i+1, len(steps)), Share: math.NaN()})
		if !strings.HasPrefix(step, "wait ") {
			c.Say("> %s", step)
		}
		switch err := c.Execute(ctx, step, c.Out); {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil:
			e := *lang.AsError(err)
			e.From = -1 // it belongs to a step, not to the line that was typed
			return &e
		}
	}
	return nil
}

// topicDeleter is an admin API that deletes topics.
type topicDeleter interface {
	DeleteTopic(ctx context.Context, topic string, force bool) error
}

// leaveDemo removes the groups and the topic of a tour that has ended with err, and
// returns err or its own error.
func leaveDemo(ctx context.Context, c *host.Call, topic string, err error) error {
	cleaning, cancel := context.WithTimeout(context.WithoutCancel(ctx), demoCleanTime)
	defer cancel()
	began := false
	for _, name := range []string{demoConsumer, demoProducer} {
		if _, there := c.Fresh(cleaning).Group(name); !there {
			continue
		}
		began = true
		if gone := c.Env.Session.Remove(cleaning, name); gone != nil && err == nil {
			err = gone
		}
	}
	c.Changed.Store(c.Env.Now().UnixNano())
	if !began {
		return err // there is no topic yet
	}
	admin, ok := c.Env.Session.Admin().(topicDeleter)
	if !ok {
		c.Say("topic %s remains: deleting it needs the admin API", topic)
		return err
	}
	if gone := admin.DeleteTopic(cleaning, topic, true); gone != nil {
		c.Say("topic %s remains: %s", topic, gone)
	}
	return err
}
