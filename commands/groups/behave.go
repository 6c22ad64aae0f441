package groups

import (
	"context"
	"time"

	"pulsh/commands/answers"
	"pulsh/commands/host"
	"pulsh/commands/kinds"
	"pulsh/commands/lang"
	"pulsh/session/pacing"
	"pulsh/session/snapshot"
	"pulsh/session/spec"
)

// SetAck runs the command ack: change when messages are acknowledged, or acknowledge what is held back.
func SetAck(ctx context.Context, c *host.Call) error {
	g, err := c.ConsumerOf(ctx, "acknowledges nothing")
	if err != nil {
		return err
	}
	if limit, now := host.Value[kinds.AckCount](c, "ack"); now {
		return ackNow(ctx, c, g, int(limit))
	}
	c.Given = []string{"ack"}
	return SetGroup(ctx, c)
}

// ackMax bounds how long acknowledging by hand may take: half a million of
// them with answers, a list at a time.
const ackMax = time.Minute

func ackNow(ctx context.Context, c *host.Call, g snapshot.Group, limit int) error {
	if !g.State.Active() {
		return needsCluster(c, g)
	}
	if g.Consumer.Kept == 0 {
		c.Say("%s holds nothing back; ack is %s", g.Name, g.Consumer.Ack)
		return nil
	}
	bounded, cancel := context.WithTimeout(ctx, ackMax)
	defer cancel()
	group, err := c.Env.Session.ConsumerGroup(g.Name)
	if err != nil {
		return err
	}
	n, err := group.AckOldest(bounded, limit)
	if err != nil {
		return err
	}
	c.Changed.Store(c.Env.Now().UnixNano())
	left := 0
	if after, ok := c.Fresh(ctx).Group(g.Name); ok {
		left = after.Consumer.Kept
	}
	c.Say("%s: %s acknowledged, %s held back", g.Name, lang.Count(n, "message"), answers.Whole(int64(left)))
	return nil
}

// Churn runs the command churn: close a share of a group's consumers regularly and subscribe others in their places.
func Churn(ctx context.Context, c *host.Call) error {
	g, err := c.ConsumerOf(ctx, "has no consumers")
	if err != nil {
		return err
	}
	share, _ := host.Value[spec.Share](c, "share")
	text := "off"
	if share > 0 {
		text = share.String()
		if d, ok := host.Value[time.Duration](c, "every"); ok {
			if d < spec.ChurnMin || d > spec.ChurnMax {
				return c.Refuse("every", "churn "+g.Name+" 10% every=30s", "%s is not from %s to %s", c.Text("every"),
					pacing.FormatDuration(spec.ChurnMin), pacing.FormatDuration(spec.ChurnMax))
			}
			text += "/" + pacing.FormatDuration(d)
		}
	}
	c.Args["churn"] = lang.Argument{Text: text}
	c.Given = []string{"churn"}
	return SetGroup(ctx, c)
}
