package commands

import (
	"context"
	"time"

	"pulsh/commands/lang"
	"pulsh/session/broker"
	"pulsh/session/snapshot"
)

// consumerOf finds the consumer group that an argument names.
func (c *call) consumerOf(ctx context.Context, what string) (snapshot.Group, error) {
	g, err := c.group(ctx, "group")
	if err == nil && g.Consumer == nil {
		err = c.Refuse("group", "show "+g.Name, "%s is a producer group and %s", g.Name, what)
	}
	return g, err
}

// admin is the admin API, or why there is none.
func (c *call) admin() (broker.Admin, error) {
	if err := c.connected(); err != nil {
		return nil, err
	}
	if a := c.env.Session.Admin(); a != nil {
		return a, nil
	}
	t, _ := c.env.Session.Target()
	return nil, c.Fail("connect "+t.URL+" admin=http://localhost:8080", "%s needs the admin API, and pulsh does not know where that is", c.Command.Name)
}

// connected refuses what needs a cluster while there is none.
func (c *call) connected() error {
	if _, ok := c.env.Session.Target(); ok {
		return nil
	}
	e := c.Fail("connect pulsar://localhost:6650", "there is no connection to a Pulsar yet")
	if c.env.Local != nil {
		e.Try = "local start"
	}
	e.Code = lang.ExitUnconnected
	return e
}

// asked bounds a call to the admin API that a command waits for.
func asked(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, adminMax)
}

// producer finds the producer group that an argument names.
func (c *call) producer(ctx context.Context, what string) (snapshot.Group, error) {
	g, err := c.group(ctx, "group")
	if err == nil && g.Producer == nil {
		err = c.Refuse("group", "show "+g.Name, "%s is a consumer group and has no %s", g.Name, what)
	}
	return g, err
}

// adminMax bounds a question to the admin API.
const adminMax = 10 * time.Second

// flowTime is how far two answers lie apart from which rates are counted: the
// broker counts batches, of which many fit in it.
const flowTime = time.Second
