package look

import (
	"context"
	"strings"

	"pulsh/commands/answers"
	"pulsh/commands/host"
)

// Show runs the command show: show a group's settings and results.
func Show(ctx context.Context, c *host.Call) error {
	g, err := c.Group(ctx, "group")
	if err != nil {
		return err
	}
	c.Say("%s", answers.Headline(g))
	if g.LastError != "" {
		c.Say("%s", g.LastError)
	}
	var s answers.Rows
	if all := c.Fresh(ctx); all.Several() {
		on := all.ClusterOf(g.Cluster)
		s.Add("cluster", g.Cluster, strings.TrimSpace(on.URL+" "+string(on.State)))
	}
	if g.Producer != nil {
		spec, _ := c.Env.Session.Producer(g.Name)
		s.Producer(g, spec)
	} else {
		spec, _ := c.Env.Session.Consumer(g.Name)
		s.Consumer(g, spec)
	}
	for _, f := range g.Failures {
		s.Add("", answers.Failed(f), f.Last.Text)
	}
	c.Print(s.Lines)
	return nil
}
