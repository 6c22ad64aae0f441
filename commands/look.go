package commands

import (
	"context"

	"pulsh/commands/lang"
	"pulsh/graphs"
	"pulsh/session/snapshot"
)

// lookCommands show groups.
func lookCommands() []lang.Command {
	return []lang.Command{
		{Name: "status", Section: lookSection, Summary: "print the figures of all groups on one line", Examples: []string{"status"}, Run: verb(status)},
		{Name: "list", Section: lookSection, Summary: "list the groups", Examples: []string{"list"}, Run: verb(list)},
		{Name: "show", Section: lookSection, Params: []lang.Param{{Name: "group", Kind: groupKind()}},
			Summary:  "show a group's settings beside what comes of them",
			Examples: []string{"show fast"}, Run: verb(show)},
		{Name: "show session", Section: lookSection, Summary: "show what holds for the session, and where each value was said",
			Detail:   "Flags go before the environment, which goes before a profile, then Pulsar's client.conf, then the defaults.",
			Examples: []string{"show session"}, Run: verb(showSession)},
	}
}

// measurable refuses a metric of a group that is not there or has no such figure.
func (c *call) measurable(ctx context.Context, param string, m snapshot.Metric) error {
	if m.Group == snapshot.TotalGroup || m.Group == snapshot.ProcessGroup {
		return nil
	}
	g, err := c.groupNamed(ctx, param, m.Group, snapshot.TotalGroup, snapshot.ProcessGroup)
	if err != nil {
		return err
	}
	if !hasFigure(g.Kind, m.Figure) {
		return c.Refuse(param, "show "+g.Name, "a %s has no %s", kindName(g.Kind), m.Figure)
	}
	return nil
}

func list(ctx context.Context, c *call) error {
	s := c.fresh(ctx)
	if len(s.Groups) == 0 {
		c.Say("no groups; `produce start fast` makes one")
		return nil
	}
	var rows [][]string
	for _, g := range s.Groups {
		rows = append(rows, []string{g.Name, string(g.Kind), string(g.State), graphs.Whole(float64(g.Workers)), rateOf(g), g.Topic, since(g)})
	}
	right := graphs.AlignRight
	c.Print(graphs.Table([]string{"name", "kind", "state", "workers", "rate", "topic", "since"}, rows, []graphs.Align{0, 0, 0, right, right, 0, right}, 0))
	return nil
}

// rateOf is a group's rate beside its target: 49.9k of 50.0k/s.
func rateOf(g snapshot.Group) string {
	if !active(g.State) {
		return graphs.NoValue
	}
	if g.Consumer != nil {
		return graphs.Rate(g.Consumer.Rate)
	}
	p := g.Producer
	if p.Target.IsMax() {
		return graphs.Rate(p.Rate)
	}
	return graphs.Three(p.Rate) + " of " + graphs.Rate(float64(p.Target))
}

func since(g snapshot.Group) string {
	if g.Since.IsZero() {
		return graphs.NoValue
	}
	return graphs.Elapsed(g.Running)
}
