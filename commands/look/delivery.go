package look

import (
	"context"

	"pulsh/commands/answers"
	"pulsh/commands/host"
	"pulsh/session/snapshot"
)

// producersShown is the largest number of producers in the table, so that the answer
// fits on a screen.
const producersShown = 8

// ShowDelivery runs the command delivery: account for every message: lost, duplicated,
// redelivered, out of order.
func ShowDelivery(ctx context.Context, c *host.Call) error {
	g, err := c.Group(ctx, "group")
	if err != nil {
		return err
	}
	if g.Consumer == nil {
		return c.Refuse("group", "show "+g.Name, "%s is a producer group; delivery is for consumer groups", g.Name)
	}
	l, err := c.Env.Session.Delivery(g.Name, producersShown)
	if err != nil {
		return err
	}
	c.Say("%s", answers.Headline(g))
	var s answers.Rows
	s.Delivery(g.Consumer, l)
	c.Print(s.Lines)
	c.Print(answers.SubscriptionTable(l))
	c.Print(answers.ProducerTable(l))
	settled := g.Consumer.Backlog.Known && g.Consumer.Backlog.Messages == 0 && g.Consumer.Rate == 0 &&
		g.State == snapshot.Running && !answers.Sending(c.Fresh(ctx), g)
	for _, sentence := range []string{answers.OrderSentence(g, l.Present), g.Consumer.Clock.String(), answers.Verdict(g, l, settled)} {
		if sentence != "" {
			c.Say("%s", sentence)
		}
	}
	return nil
}
