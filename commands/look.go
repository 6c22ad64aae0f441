package commands

import (
	"context"

	"pulsh/commands/answers"
	"pulsh/graphs"
	"pulsh/session/snapshot"
)

// checkMeasurable refuses a metric of a group that is not there or has no such figure.
func checkMeasurable(ctx context.Context, c *call, param string, m snapshot.Metric) error {
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
		rows = append(rows, []string{g.Name, string(g.Kind), string(g.State), graphs.Whole(float64(g.Workers)), answers.RateOf(g), g.Topic, answers.Since(g)})
	}
	right := graphs.AlignRight
	c.Print(graphs.Table([]string{"name", "kind", "state", "workers", "rate", "topic", "since"}, rows, []graphs.Align{0, 0, 0, right, right, 0, right}, 0))
	return nil
}
