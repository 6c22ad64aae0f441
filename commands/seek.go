package commands

import (
	"context"
	"fmt"
	"time"

	"pulsh/graphs"
	"pulsh/session/snapshot"
	"pulsh/session/spec"
)

func seek(ctx context.Context, c *call) error {
	g, err := c.group(ctx, "group")
	switch {
	case err != nil:
		return err
	case g.Consumer == nil:
		return c.Refuse("group", "show "+g.Name, "%s is a producer group; only a consumer group seeks", g.Name)
	case g.State != snapshot.Running && g.State != snapshot.Paused:
		return c.Refuse("group", "consume start "+g.Name, "%s is %s", g.Name, g.State)
	}
	to, err := spec.ParseWhen(c.Text("to"), c.env.Now())
	if err != nil {
		return c.Refuse("to", "seek "+g.Name+" -5m", "%s", err)
	}
	place := ""
	switch {
	case to.ID != nil:
		place = "message " + to.ID.String()
		err = c.env.Session.SeekID(ctx, g.Name, *to.ID)
	default:
		place = to.Time.Format("15:04:05")
		if text := c.Text("to"); text == "earliest" || text == "latest" {
			place = text
		} else if c.env.Now().Sub(to.Time) > 24*time.Hour {
			place = to.Time.Format(time.DateTime)
		}
		err = c.env.Session.SeekTime(ctx, g.Name, to.Time)
	}
	if err != nil {
		return err
	}
	c.changed.Store(c.env.Now().UnixNano())
	c.Say("%s: at %s%s", g.Name, place, describeDrain(ctx, c, g.Name))
	return nil
}

// describeDrain tells how much there is to receive after a seek, if that is known.
func describeDrain(ctx context.Context, c *call, name string) string {
	g, _ := c.fresh(ctx).Group(name)
	if g.Consumer == nil {
		return ""
	}
	text := ""
	if d := g.Consumer.Drain; d != nil {
		text = " · " + graphs.Count(float64(d.Start)) + " messages to go"
	}
	return text + fmt.Sprintf(" · ledger epoch %d", g.Consumer.Period)
}
