package commands

import (
	"context"

	"pulsh/commands/answers"
	"pulsh/session/snapshot"
)

// ledgerLanes is how many lanes the ledger lists: with the rest of the sheet
// they fill a screen. Lanes are many and alike; the worst come first.
const ledgerLanes = 8

func showLedger(ctx context.Context, c *call) error {
	g, err := c.group(ctx, "group")
	if err != nil {
		return err
	}
	if g.Consumer == nil {
		return c.Refuse("group", "show "+g.Name, "%s is a producer group; the ledger is kept where messages are received", g.Name)
	}
	l, err := c.env.Session.Delivery(g.Name, ledgerLanes)
	if err != nil {
		return err
	}
	c.Say("%s", answers.Headline(g))
	var s answers.Sheet
	s.Ledger(g.Consumer, l)
	c.Print(s.Lines)
	c.Print(answers.LaneTable(l))
	settled := g.Consumer.Backlog.Known && g.Consumer.Backlog.Messages == 0 && g.Consumer.Rate == 0 &&
		g.State == snapshot.Running && !answers.Sending(c.fresh(ctx), g)
	for _, sentence := range []string{answers.OrderSentence(g, l.Present), g.Consumer.Clock.String(), answers.Verdict(g, l, settled)} {
		if sentence != "" {
			c.Say("%s", sentence)
		}
	}
	return nil
}
