package commands

import (
	"context"

	"pulsh/commands/answers"
)

func show(ctx context.Context, c *call) error {
	g, err := c.group(ctx, "group")
	if err != nil {
		return err
	}
	c.Say("%s", answers.Headline(g))
	if g.LastError != "" {
		c.Say("%s", g.LastError)
	}
	var s answers.Sheet
	if g.Producer != nil {
		spec, _ := c.env.Session.Producer(g.Name)
		s.Producer(g, spec)
	} else {
		spec, _ := c.env.Session.Consumer(g.Name)
		s.Consumer(g, spec)
	}
	for _, f := range g.Failures {
		s.Add("", answers.Whole(f.Count)+" "+f.Category.String(), f.Last.Text)
	}
	c.Print(s.Lines)
	return nil
}
