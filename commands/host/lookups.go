package host

import (
	"context"
	"time"

	"pulsh/commands/lang"
	"pulsh/session/snapshot"
)

// ConsumerGroup finds the consumer group that the argument group names.
func (c *Call) ConsumerGroup(ctx context.Context) (snapshot.Group, error) {
	g, err := c.Group(ctx, "group")
	if err == nil && g.Consumer == nil {
		err = c.Refuse("group", "show "+g.Name, "%s is a producer group; %s is for consumer groups", g.Name, c.Command.Name)
	}
	return g, err
}

// Connected returns an error if there is no connection to a cluster.
func (c *Call) Connected() error {
	if _, ok := c.Env.Session.Target(); ok {
		return nil
	}
	e := c.Fail("connect pulsar://localhost:6650", "not connected to a Pulsar")
	if c.Env.Local != nil {
		e.Try = "local start"
	}
	e.Code = lang.ExitUnconnected
	return e
}

// Asked bounds a request to the admin API to AdminMax.
func Asked(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, AdminMax)
}

// ProducerGroup finds the producer group that the argument group names.
func (c *Call) ProducerGroup(ctx context.Context) (snapshot.Group, error) {
	g, err := c.Group(ctx, "group")
	if err == nil && g.Producer == nil {
		err = c.Refuse("group", "show "+g.Name, "%s is a consumer group; %s is for producer groups", g.Name, c.Command.Name)
	}
	return g, err
}

// AdminMax bounds a request to the admin API.
const AdminMax = 10 * time.Second

// FlowTime is the time between the two readings of the broker's counters that a rate
// is computed from.
const FlowTime = time.Second
