package look

import (
	"context"

	"pulsh/commands/answers"
	"pulsh/commands/host"
	"pulsh/session/snapshot"
)

// ledgerLanes is how many lanes the ledger lists: with the rest of the sheet
// they fill a screen. Lanes are many and alike; the worst come first.
const ledgerLanes = 8

// ShowLedger runs the command ledger: show what became of every message: lost, duplicated, out of order, redelivered, in doubt.
func ShowLedger(ctx context.Context, c *host.Call) error {
	g, err := c.Group(ctx, "group")
	if err != nil {
		return err
	}
	if g.Consumer == nil {
		return c.Refuse("group", "show "+g.Name, "%s is a producer group; the ledger is kept where messages are received", g.Name)
	}
	l, err := c.Env.Session.Delivery(g.Name, ledgerLanes)
	if err != nil {
		return err
	}
	c.Say("%s", answers.Headline(g))
	var s answers.Sheet
	s.Ledger(g.Consumer, l)
	c.Print(s.Lines)
	c.Print(answers.LaneTable(l))
	settled := g.Consumer.Backlog.Known && g.Consumer.Backlog.Messages == 0 && g.Consumer.Rate == 0 &&
		g.State == snapshot.Running && !answers.Sending(c.Fresh(ctx), g)
	for _, sentence := range []string{answers.OrderSentence(g, l.Present), g.Consumer.Clock.String(), answers.Verdict(g, l, settled)} {
		if sentence != "" {
			c.Say("%s", sentence)
		}
	}
	return nil
}
