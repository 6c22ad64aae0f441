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

// DemoScript is the tour: lines as they are typed, and comments that explain
// them.
//
//go:embed demo.pulsh
var DemoScript string

// The names in the script. The topic gets another for each tour, so that two on
// one cluster do not meet.
const (
	demoTopic    = "pulsh-demo"
	demoProducer = "demo"
	demoConsumer = "demo-sub"
)

// demoCleanTime bounds taking a tour away: its groups stop within three seconds,
// and deleting a topic is one request.
const demoCleanTime = 10 * time.Second

// Demo runs the command demo: walk through what pulsh can do, on the cluster that is connected.
func Demo(ctx context.Context, c *host.Call) error {
	if _, ok := c.Env.Session.Target(); !ok {
		return c.Fail("connect pulsar://localhost:6650", "a tour needs a Pulsar, and none is connected")
	}
	for _, g := range c.Fresh(ctx).Groups {
		if g.Name == demoProducer || g.Name == demoConsumer {
			return c.Fail("remove "+g.Name, "there is a group %q already, and the tour makes one", g.Name)
		}
	}
	topic := demoTopic + c.Env.Now().Format("-150405")
	before := c.Graph.Load()
	err := runTour(ctx, c, strings.ReplaceAll(DemoScript, "topic="+demoTopic, "topic="+topic))
	c.Graph.Store(before)
	return leaveDemo(ctx, c, topic, err)
}

// runTour runs the lines of a script, each shown, and prints its comments.
func runTour(ctx context.Context, c *host.Call, script string) error {
	steps := strings.Split(strings.TrimSpace(script), "\n")
	for i, step := range steps {
		if said, ok := strings.CutPrefix(step, "# "); ok {
			c.Say("")
			c.Say("%s", said)
			continue
		}
		c.Task.Store(&lang.Progress{Far: fmt.Sprintf("step %d of %d", i+1, len(steps)), Share: math.NaN()})
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

// leaveDemo takes away what a tour has made, however it ended. What it says of
// that comes behind the error of the tour.
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
		c.Say("the topic %s is left, for there is no admin API to delete it", topic)
		return err
	}
	if gone := admin.DeleteTopic(cleaning, topic, true); gone != nil {
		c.Say("the topic %s is left: %s", topic, gone)
	}
	return err
}
