package look

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"pulsh/commands/host"
	"pulsh/commands/kinds"
	"pulsh/graphs"
	"pulsh/session/chart"
	"pulsh/session/pacing"
	"pulsh/session/profile"
	"pulsh/session/snapshot"
)

// Graph runs the command graph: choose what the graph shows.
func Graph(ctx context.Context, c *host.Call) error {
	old := c.View()
	next, err := Viewed(*old, profile.Graph{Window: c.Text("window"), Scale: c.Text("scale"), Layout: c.Text("layout")})
	if err != nil {
		return c.Refuse("window", "graph window=5m", "%s", err)
	}
	words, chosen := host.Value[[][]string](c, "shown")
	if !chosen && len(c.Given) > 0 && !old.Off {
		next.Auto, next.Panels = old.Auto, slices.Clone(old.Panels)
		if err := rescale(c, &next); err != nil {
			return err
		}
		publishView(c, next)
		c.Say("graph: %s", next.Typed())
		return nil
	}
	return ChoosePanels(ctx, c, next, words)
}

// Viewed returns a view without panels, with the window, scale and layout of typed.
// Window, layout and time default to those of old; the scale defaults to linear.
func Viewed(old host.View, typed profile.Graph) (host.View, error) {
	next := host.View{Window: old.Window, Layout: old.Layout, Scale: host.LinearScale, Until: old.Until}
	if typed.Layout != "" {
		if _, err := kinds.Layout().Parse(typed.Layout); err != nil {
			return next, err
		}
		next.Layout = typed.Layout
	}
	if typed.Scale != "" {
		if _, err := kinds.ScaleWords().Parse(typed.Scale); err != nil {
			return next, err
		}
		next.Scale = typed.Scale
	}
	if typed.Window == "" {
		return next, nil
	}
	d, err := pacing.ParseDuration(typed.Window)
	if err == nil && (d < host.WindowMin || d > host.WindowMax) {
		err = fmt.Errorf("%s is not a window between %s and %s", typed.Window, pacing.FormatDuration(host.WindowMin), pacing.FormatDuration(host.WindowMax))
	}
	next.Window = d
	return next, err
}

// rescale sets the scale of each panel.
func rescale(c *host.Call, v *host.View) error {
	scales := strings.Split(v.Scale, "|")
	if len(scales) > 1 && len(scales) != len(v.Panels) {
		return c.Refuse("scale", "graph scale=log", "%d scales for %s; give one, or one for each", len(scales), graphs.Plural(len(v.Panels), "graph", "graphs"))
	}
	for i := range v.Panels {
		v.Panels[i].Log = scales[min(i, len(scales)-1)] == host.LogScale
	}
	return nil
}

// ChoosePanels makes the graph show panels, each given by its words; without words it
// shows the rates of all groups.
func ChoosePanels(ctx context.Context, c *host.Call, next host.View, words [][]string) error {
	switch {
	case len(words) == 0:
		next.Auto = true
	case len(words) == 1 && len(words[0]) == 1 && words[0][0] == "off":
		next.Off = true
		publishView(c, next)
		c.Say("graph: off")
		return nil
	}
	var groups []snapshot.Group
	for _, names := range words {
		p, used, err := newPanel(ctx, c, names, groups)
		if err != nil {
			return err
		}
		groups = used
		next.Panels = append(next.Panels, p)
	}
	if err := rescale(c, &next); err != nil {
		return err
	}
	publishView(c, next)
	c.Say("graph: %s", next.Typed())
	return nil
}

// publishView shows a view and remembers that the command has chosen it.
func publishView(c *host.Call, next host.View) {
	c.Graph.Store(&next)
	c.SetBy(c.Command.Name, host.GraphOrigin)
}

// newPanel returns the graph of the words names. Without a group it has the groups of
// the graph before it, or all.
func newPanel(ctx context.Context, c *host.Call, names []string, before []snapshot.Group) (host.Panel, []snapshot.Group, error) {
	p := host.Panel{Title: strings.Join(names, " ")}
	s := c.Fresh(ctx)
	var groups []snapshot.Group
	var figures []string
	heat := false
	for _, name := range names {
		if g, ok := s.Group(name); ok {
			groups = append(groups, g)
			continue
		}
		if m, err := snapshot.ParseMetric(name); err == nil {
			if err := CheckMeasurable(ctx, c, "shown", m); err != nil {
				return p, nil, err
			}
			p.Metrics = append(p.Metrics, m)
			continue
		}
		if name == host.HeatWord {
			heat = true
			continue
		}
		if !slices.Contains(host.Distributions(), name) && !host.HasFigure(snapshot.Produce, name) && !host.HasFigure(snapshot.Consume, name) {
			_, err := c.GroupNamed(ctx, "shown", name, append(host.Distributions(), kinds.FigureNames()...)...)
			return p, nil, err
		}
		figures = append(figures, name)
	}
	shown := groups
	if len(shown) == 0 && len(p.Metrics) == 0 {
		if shown = before; len(shown) == 0 {
			shown = s.Groups
		}
	}
	if heat {
		return p, shown, warmPanel(c, &p, shown, figures)
	}
	if len(figures) == 0 {
		figures = []string{"rate"}
	}
	if err := drawPanel(c, &p, shown, figures); err != nil {
		return p, nil, err
	}
	return p, shown, checkOneUnit(c, &p)
}

// warmPanel makes the panel a heat map of one distribution of one group.
func warmPanel(c *host.Call, p *host.Panel, groups []snapshot.Group, figures []string) error {
	if len(groups) != 1 || len(figures) > 1 || len(p.Metrics) > 0 {
		name := "fast"
		if len(groups) > 0 {
			name = groups[0].Name
		}
		return c.Refuse("shown", "graph "+name+" "+host.HeatWord, "a heat map needs one distribution of one group")
	}
	g, name := groups[0], ""
	if len(figures) > 0 {
		name = figures[0]
	}
	figure, ok := distributionNamed(g, name)
	if !ok {
		return c.Refuse("shown", "graph "+g.Name+" "+host.HeatWord, "a %s has no distribution of %s", host.KindName(g.Named()), name)
	}
	p.Heat, p.Unit = snapshot.Metric{Group: g.Name, Figure: figure}, graphs.Time
	return nil
}

// drawPanel adds the figures of the groups to the panel.
func drawPanel(c *host.Call, p *host.Panel, groups []snapshot.Group, figures []string) error {
	alone := len(groups)*len(figures) == 1
	for _, figure := range figures {
		found := len(groups) == 0
		for _, g := range groups {
			for _, f := range host.Lines(g, figure, alone) {
				p.Add(g, f)
				found = true
			}
		}
		if !found {
			g := groups[0]
			return c.Refuse("shown", "graph "+g.Name, "a %s has no %s", host.KindName(g.Named()), figure)
		}
	}
	switch {
	case len(p.Metrics) == 0:
		return c.Refuse("shown", "list", "no groups to show yet")
	case len(p.Metrics) > graphs.MaxSeries:
		return c.Refuse("shown", "graph "+p.Metrics[0].Group, "%d lines exceed the limit of %d for a graph", len(p.Metrics), graphs.MaxSeries)
	}
	return nil
}

// checkOneUnit refuses figures of different units in one graph.
func checkOneUnit(c *host.Call, p *host.Panel) error {
	first, _ := p.Metrics[0].Describe()
	p.Unit = chart.Unit(first.Unit)
	for _, m := range p.Metrics[1:] {
		if f, _ := m.Describe(); f.Unit != first.Unit {
			return c.Refuse("shown", fmt.Sprintf("graph %s | %s", p.Metrics[0], m),
				"different units (%[2]s, %[4]s): %[1]s and %[3]s need separate graphs", p.Metrics[0], first.Unit, m, f.Unit)
		}
	}
	return nil
}
