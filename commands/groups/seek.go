package groups

import (
	"context"
	"fmt"
	"time"

	"pulsh/commands/host"
	"pulsh/graphs"
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
		return c.Refuse("group", "show "+g.Name, "%s is a producer group; only a consumer group seeks", g.Name)
	case g.State != snapshot.Running && g.State != snapshot.Paused:
		return c.Refuse("group", "consume start "+g.Name, "%s is %s", g.Name, g.State)
	}
	to, err := spec.ParseWhen(c.Text("to"), c.Env.Now())
	if err != nil {
		return c.Refuse("to", "seek "+g.Name+" -5m", "%s", err)
	}
	group, err := c.Env.Session.ConsumerGroup(g.Name)
	if err != nil {
		return err
	}
	place := ""
	switch {
	case to.ID != nil:
		place = "message " + to.ID.String()
		err = group.SeekID(ctx, *to.ID)
	default:
		place = to.Time.Format("15:04:05")
		if text := c.Text("to"); text == "earliest" || text == "latest" {
			place = text
		} else if c.Env.Now().Sub(to.Time) > 24*time.Hour {
			place = to.Time.Format(time.DateTime)
		}
		err = group.SeekTime(ctx, to.Time)
	}
	if err != nil {
		return err
	}
	c.Changed.Store(c.Env.Now().UnixNano())
	c.Say("%s: at %s%s", g.Name, place, describeDrain(ctx, c, g.Name))
	return nil
}

// describeDrain tells how much there is to receive after a seek, if that is known.
func describeDrain(ctx context.Context, c *host.Call, name string) string {
	g, _ := c.Fresh(ctx).Group(name)
	if g.Consumer == nil {
		return ""
	}
	text := ""
	if d := g.Consumer.Drain; d != nil {
		text = " · " + graphs.Count(float64(d.Start)) + " messages to go"
	}
	return text + fmt.Sprintf(" · ledger epoch %d", g.Consumer.Period)
}
