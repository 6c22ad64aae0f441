package groups

import (
	"context"
	"time"

	"pulsh/commands/answers"
	"pulsh/commands/host"
	"pulsh/commands/kinds"
	"pulsh/graphs"
	"pulsh/session/pacing"
	"pulsh/session/snapshot"
	"pulsh/session/spec"
)

// SetAck runs the command ack: change when messages are acknowledged, or acknowledge
// those held back.
func SetAck(ctx context.Context, c *host.Call) error {
	g, err := acknowledging(ctx, c)
	if err != nil {
		return err
	}
	if limit, now := host.Value[kinds.AckCount](c, "ack"); now {
		return ackNow(ctx, c, g, int(limit))
	}
	c.Given = []string{"ack"}
	return SetGroup(ctx, c)
}

// acknowledging finds the consumer group that the line names. A reader acknowledges as
// readers do, whatever is wanted.
func acknowledging(ctx context.Context, c *host.Call) (snapshot.Group, error) {
	g, err := c.ConsumerGroup(ctx)
	if err == nil && g.Named() == snapshot.Read {
		err = c.Refuse("group", "help read start", "%s is a reader; %s is for consumer groups", g.Name, c.Command.Name)
	}
	return g, err
}

// ackMax bounds an acknowledgement by hand: half a million messages with receipts.
const ackMax = time.Minute

func ackNow(ctx context.Context, c *host.Call, g snapshot.Group, limit int) error {
	if !g.State.Active() {
		return needsCluster(c, g)
	}
	if g.Consumer.Kept == 0 {
		c.Say("%s: no messages held back; ack is %s", g.Name, g.Consumer.Ack)
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
	c.Say("%s: %s acknowledged, %s held back", g.Name, graphs.Plural(n, "message"), answers.Whole(int64(left)))
	return nil
}

// Churn runs the command churn: periodically replace a share of the group's consumers.
func Churn(ctx context.Context, c *host.Call) error {
	g, err := acknowledging(ctx, c)
	if err != nil {
		return err
	}
	share, _ := host.Value[spec.Share](c, "share")
	text := "off"
	if share > 0 {
		text = share.String()
		if d, ok := host.Value[time.Duration](c, "every"); ok {
			if d < spec.ChurnMin || d > spec.ChurnMax {
				return c.Refuse("every", "churn "+g.Name+" 10% every=30s", "%s is not between %s and %s", c.Text("every"),
					pacing.FormatDuration(spec.ChurnMin), pacing.FormatDuration(spec.ChurnMax))
			}
			text += "/" + pacing.FormatDuration(d)
		}
	}
	c.SetArgument("churn", text)
	return SetGroup(ctx, c)
}
