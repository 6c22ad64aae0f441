package commands

import (
	"context"
	"time"

	"pulsh/commands/answers"
	"pulsh/commands/lang"
	"pulsh/session/pacing"
	"pulsh/session/snapshot"
	"pulsh/session/spec"
)

func setAck(ctx context.Context, c *call) error {
	g, err := c.consumerOf(ctx, "acknowledges nothing")
	if err != nil {
		return err
	}
	if limit, now := value[ackCount](c, "ack"); now {
		return ackNow(ctx, c, g, int(limit))
	}
	c.Given = []string{"ack"}
	return setGroup(ctx, c)
}

// ackMax bounds how long acknowledging by hand may take: half a million of
// them with answers, a list at a time.
const ackMax = time.Minute

func ackNow(ctx context.Context, c *call, g snapshot.Group, limit int) error {
	if !g.State.Active() {
		return needsCluster(c, g)
	}
	if g.Consumer.Kept == 0 {
		c.Say("%s holds nothing back; ack is %s", g.Name, g.Consumer.Ack)
		return nil
	}
	bounded, cancel := context.WithTimeout(ctx, ackMax)
	defer cancel()
	n, err := c.env.Session.AckKept(bounded, g.Name, limit)
	if err != nil {
		return err
	}
	c.changed.Store(c.env.Now().UnixNano())
	left := 0
	if after, ok := c.fresh(ctx).Group(g.Name); ok {
		left = after.Consumer.Kept
	}
	c.Say("%s: %s acknowledged, %s held back", g.Name, lang.Count(n, "message"), answers.Whole(int64(left)))
	return nil
}

func churn(ctx context.Context, c *call) error {
	g, err := c.consumerOf(ctx, "has no consumers")
	if err != nil {
		return err
	}
	share, _ := value[spec.Share](c, "share")
	text := "off"
	if share > 0 {
		text = share.String()
		if d, ok := value[time.Duration](c, "every"); ok {
			if d < spec.ChurnMin || d > spec.ChurnMax {
				return c.Refuse("every", "churn "+g.Name+" 10% every=30s", "%s is not from %s to %s", c.Text("every"),
					pacing.FormatDuration(spec.ChurnMin), pacing.FormatDuration(spec.ChurnMax))
			}
			text += "/" + pacing.FormatDuration(d)
		}
	}
	c.Args["churn"] = lang.Argument{Text: text}
	c.Given = []string{"churn"}
	return setGroup(ctx, c)
}
