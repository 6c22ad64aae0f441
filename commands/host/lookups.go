package host

import (
	"context"
	"time"

	"pulsh/commands/lang"
	"pulsh/session/broker"
	"pulsh/session/snapshot"
)

// ConsumerOf finds the consumer group that an argument names.
func (c *Call) ConsumerOf(ctx context.Context, what string) (snapshot.Group, error) {
	g, err := c.Group(ctx, "group")
	if err == nil && g.Consumer == nil {
		err = c.Refuse("group", "show "+g.Name, "%s is a producer group and %s", g.Name, what)
	}
	return g, err
}

// Admin is the admin API, or why there is none.
func (c *Call) Admin() (broker.Admin, error) {
	if err := c.Connected(); err != nil {
		return nil, err
	}
	if a := c.Env.Session.Admin(); a != nil {
		return a, nil
	}
	t, _ := c.Env.Session.Target()
	return nil, c.Fail("connect "+t.URL+" admin=http://localhost:8080", "%s needs the admin API, and pulsh does not know where that is", c.Command.Name)
}

// Connected refuses what needs a cluster while there is none.
func (c *Call) Connected() error {
	if _, ok := c.Env.Session.Target(); ok {
		return nil
	}
	e := c.Fail("connect pulsar://localhost:6650", "there is no connection to a Pulsar yet")
	if c.Env.Local != nil {
		e.Try = "local start"
	}
	e.Code = lang.ExitUnconnected
	return e
}

// Asked bounds a call to the admin API that a command waits for.
func Asked(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, AdminMax)
}

// Producer finds the producer group that an argument names.
func (c *Call) Producer(ctx context.Context, what string) (snapshot.Group, error) {
	g, err := c.Group(ctx, "group")
	if err == nil && g.Producer == nil {
		err = c.Refuse("group", "show "+g.Name, "%s is a consumer group and has no %s", g.Name, what)
	}
	return g, err
}

// AdminMax bounds a question to the admin API.
const AdminMax = 10 * time.Second

// FlowTime is how far two answers lie apart from which rates are counted: the
// broker counts batches, of which many fit in it.
const FlowTime = time.Second
