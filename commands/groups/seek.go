package groups

import (
	"context"
	"time"

	"pulsh/commands/host"
	"pulsh/graphs"
	"pulsh/session/broker"
	"pulsh/session/cursor"
	"pulsh/session/snapshot"
	"pulsh/session/spec"
)

// Seek runs the command seek: move a subscription back or forward.
func Seek(ctx context.Context, c *host.Call) error {
	g, err := c.Group(ctx, "group")
	switch {
	case err != nil:
		return err
	case g.Consumer == nil:
		return c.Refuse("group", "show "+g.Name, "%s is a producer group; seek is for consumer groups", g.Name)
	case g.State != snapshot.Running && g.State != snapshot.Paused:
		return c.Refuse("group", string(g.Named())+" start "+g.Name, "%s is %s", g.Name, g.State)
	}
	to, err := spec.ParseWhen(c.Text("to"), c.Env.Now())
	if err != nil {
		return c.Refuse("to", "seek "+g.Name+" -5m", "%s", err)
	}
	group, err := c.Env.Session.ConsumerGroup(g.Name)
	if err != nil {
		return err
	}
	position := ""
	switch {
	case to.ID != nil:
		position = "message " + to.ID.String()
		err = group.SeekID(ctx, *to.ID)
	default:
		position = to.Time.Format("15:04:05")
		if text := c.Text("to"); text == "earliest" || text == "latest" {
			position = text
		} else if c.Env.Now().Sub(to.Time) > 24*time.Hour {
			position = to.Time.Format(time.DateTime)
		}
		err = group.SeekTime(ctx, to.Time)
	}
	if err != nil {
		return err
	}
	c.Changed.Store(c.Env.Now().UnixNano())
	if to.ID != nil {
		if elsewhere := landing(ctx, c, g, *to.ID); elsewhere != "" {
			c.Say("%s: moved, but not to %s: %s%s", g.Name, position, elsewhere, describeDrain(ctx, c, g.Name))
			return nil
		}
	}
	c.Say("%s: moved to %s%s", g.Name, position, describeDrain(ctx, c, g.Name))
	return nil
}

// landing says where the subscription of a group continues if the message it was moved
// to is not stored, "" if it is or if that cannot be found out.
func landing(ctx context.Context, c *host.Call, g snapshot.Group, to broker.MessageID) string {
	admin, err := c.AdminOf(g.Cluster)
	if err != nil {
		return ""
	}
	positions, err := admin.CursorPositions(ctx, g.Topic, g.Consumer.Subscriptions[0])
	if err != nil {
		return ""
	}
	for _, at := range positions {
		if at.Partition == to.Partition || len(positions) == 1 {
			return cursor.Landing(at, to)
		}
	}
	return ""
}

// describeDrain tells the number of messages to receive after a seek, if known.
func describeDrain(ctx context.Context, c *host.Call, name string) string {
	g, _ := c.Fresh(ctx).Group(name)
	if g.Consumer == nil {
		return ""
	}
	if d := g.Consumer.Drain; d != nil {
		return " · about " + graphs.Count(float64(d.Start)) + " messages to receive"
	}
	return ""
}
