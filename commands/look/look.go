package look

import (
	"context"

	"pulsh/commands/answers"
	"pulsh/commands/host"
	"pulsh/graphs"
	"pulsh/session/snapshot"
)

// CheckMeasurable returns an error for a metric whose group or figure does not exist.
func CheckMeasurable(ctx context.Context, c *host.Call, param string, m snapshot.Metric) error {
	if m.Group == snapshot.TotalGroup || m.Group == snapshot.ProcessGroup {
		return nil
	}
	g, err := c.GroupNamed(ctx, param, m.Group, snapshot.TotalGroup, snapshot.ProcessGroup)
	if err != nil {
		return err
	}
	if !host.HasFigure(g.Kind, m.Figure) {
		return c.Refuse(param, "show "+g.Name, "a %s has no %s", host.KindName(g.Named()), m.Figure)
	}
	return nil
}

// List runs the command list: list the groups.
func List(ctx context.Context, c *host.Call) error {
	s := c.Fresh(ctx)
	if len(s.Groups) == 0 {
		c.Say("no groups yet; start one with `produce start fast`")
		return nil
	}
	right := graphs.AlignRight
	head, align := []string{"name", "kind", "state", "workers", "rate", "topic", "ran"}, []graphs.Align{0, 0, 0, right, right, 0, right}
	if s.Several() {
		head, align = append(head, "cluster"), append(align, 0)
	}
	var rows [][]string
	for _, g := range s.Groups {
		row := []string{g.Name, string(g.Named()), string(g.State), graphs.Whole(float64(g.Workers)), answers.RateOf(g), g.Topic, answers.Since(g)}
		if s.Several() {
			row = append(row, g.Cluster)
		}
		rows = append(rows, row)
	}
	c.Print(graphs.Table(head, rows, align, 0))
	return nil
}
