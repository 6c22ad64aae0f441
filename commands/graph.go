package commands

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"pulsh/commands/lang"
	"pulsh/graphs"
	"pulsh/session/look"
	"pulsh/session/pacing"
	"pulsh/session/profile"
	"pulsh/session/snapshot"
)

// The words of a graph's scale and layout.
const (
	linearScale = "linear"
	logScale    = "log"
	autoLayout  = "auto"
	stacked     = "stacked"
	beside      = "beside"
	heatWord    = "heat"
)

// viewCommands choose what is seen of the past.
func viewCommands() []lang.Command {
	return append([]lang.Command{graphCommand()}, append(scrollCommands(), heatCommand())...)
}

// graphCommand chooses what the graph shows.
func graphCommand() lang.Command {
	return lang.Command{Name: "graph", Section: lookSection,
		Params: []lang.Param{{Name: "shown", Kind: panelsKind(), Rest: true, Optional: true},
			{Name: "window", Kind: durationKind(), Keyed: true, Optional: true, Doc: "from the left edge to the right one, 5s to 24h; 1m if not given"},
			{Name: "scale", Kind: scaleWordsKind(), Keyed: true, Optional: true, Doc: "of the values; one for all graphs or one for each, as in linear|log"},
			{Name: "layout", Kind: layoutKind(), Keyed: true, Optional: true,
				Doc: "of several graphs; auto puts two side by side from 140 columns on"}},
		Summary: "choose what the graph shows",
		Detail: "Without words it shows the rates of all groups; with settings alone it goes on with what it shows. " +
			"Up to six lines share a graph, and up to four graphs the screen, with | between them. Each line has a stroke of its own beside its colour; " +
			"the faint one is the target. Dots reach from a line to the lowest and the highest value within a column. " +
			"On the time axis stand what was typed (▲), your marks (◆), reconnects (●) and errors (×), numbered and explained below. " +
			"heat shows how the latencies of each moment were spread. " +
			"graph freeze, graph back 5m, graph forward 1m and graph live, or PgUp and PgDn on an empty line, look at the past; what is kept is ten minutes by tenths of a " +
			"second and a day by seconds. Where the locale is not UTF-8, or on the Linux console, everything is drawn in ASCII.",
		Examples: []string{"graph fast", "graph fast sub1", "graph fast latency", "graph fast latency scale=log", "graph sub1 backlog window=5m", "graph fast heat",
			"graph fast | fast latency", "graph fast | fast latency scale=linear|log layout=stacked", "graph process.cpu window=24h", "graph off"},
		Run: verb(graph)}
}

func layoutKind() lang.Kind { return lang.Words(autoLayout, stacked, beside) }

// scaleWordsKind is linear or log, for all graphs or for each.
func scaleWordsKind() lang.Kind {
	k := lang.WordKind()
	k.Name, k.Sample, k.Forms = "SCALE", logScale, "linear, log, linear|log"
	k.Doc = "linear or log, for all graphs, or one for each with | between them"
	k.Parse = func(text string) (any, error) {
		for part := range strings.SplitSeq(text, "|") {
			if part != linearScale && part != logScale {
				return nil, fmt.Errorf("%q is no scale; there are linear and log", part)
			}
		}
		return text, nil
	}
	k.Complete = lang.Offer(linearScale, "", logScale, "every decade as high as the next", linearScale+"|"+logScale, "one for each graph")
	return k
}

func graph(ctx context.Context, c *call) error {
	old := c.View()
	next, err := viewed(*old, profile.Graph{Window: c.Text("window"), Scale: c.Text("scale"), Layout: c.Text("layout")})
	if err != nil {
		return c.Refuse("window", "graph window=5m", "%s", err)
	}
	words, chosen := value[[][]string](c, "shown")
	if !chosen && len(c.Given) > 0 && !old.Off {
		next.Auto, next.Panels = old.Auto, slices.Clone(old.Panels)
		if err := c.rescale(&next); err != nil {
			return err
		}
		c.publish(next)
		c.Say("graph: %s", next.typed())
		return nil
	}
	return c.choose(ctx, next, words)
}

// viewed is a view that shows nothing yet, with the window, scale and layout that
// were typed. The window, the layout and the time of the view before it stay, as
// far as nothing else was typed; a scale belongs to what is shown.
func viewed(old View, typed profile.Graph) (View, error) {
	next := View{Window: old.Window, Layout: old.Layout, Scale: linearScale, Until: old.Until}
	if typed.Layout != "" {
		if _, err := layoutKind().Parse(typed.Layout); err != nil {
			return next, err
		}
		next.Layout = typed.Layout
	}
	if typed.Scale != "" {
		if _, err := scaleWordsKind().Parse(typed.Scale); err != nil {
			return next, err
		}
		next.Scale = typed.Scale
	}
	if typed.Window == "" {
		return next, nil
	}
	d, err := pacing.ParseDuration(typed.Window)
	if err == nil && (d < windowMin || d > windowMax) {
		err = fmt.Errorf("%s is not a window from %s to %s", typed.Window, pacing.FormatDuration(windowMin), pacing.FormatDuration(windowMax))
	}
	next.Window = d
	return next, err
}

// rescale gives each panel the scale that was typed.
func (c *call) rescale(v *View) error {
	scales := strings.Split(v.Scale, "|")
	if len(scales) > 1 && len(scales) != len(v.Panels) {
		return c.Refuse("scale", "graph scale=log", "%d scales are not one for each of %s", len(scales), plural(uint64(len(v.Panels)), "graph", "graphs"))
	}
	for i := range v.Panels {
		v.Panels[i].Log = scales[min(i, len(scales)-1)] == logScale
	}
	return nil
}

// choose makes the graph show what was typed: panels of words, or none for what
// it shows by itself.
func (c *call) choose(ctx context.Context, next View, words [][]string) error {
	switch {
	case len(words) == 0:
		next.Auto = true
	case len(words) == 1 && len(words[0]) == 1 && words[0][0] == "off":
		next.Off = true
		c.publish(next)
		c.Say("graph: off")
		return nil
	}
	var groups []snapshot.Group
	for _, names := range words {
		p, used, err := c.panel(ctx, names, groups)
		if err != nil {
			return err
		}
		groups = used
		next.Panels = append(next.Panels, p)
	}
	if err := c.rescale(&next); err != nil {
		return err
	}
	c.publish(next)
	c.Say("graph: %s", next.typed())
	return nil
}

// publish makes a view what the graph shows from now on, and says who chose it.
func (c *call) publish(next View) {
	c.view.Store(&next)
	c.said(c.Command.Name, saidGraph)
}

// panel makes one graph of the words that were typed. Without a group it shows
// those of the graph before it, or all.
func (c *call) panel(ctx context.Context, names []string, before []snapshot.Group) (Panel, []snapshot.Group, error) {
	p := Panel{Title: strings.Join(names, " ")}
	s := c.fresh(ctx)
	var groups []snapshot.Group
	var figures []string
	heat := false
	for _, name := range names {
		if g, ok := s.Group(name); ok {
			groups = append(groups, g)
			continue
		}
		if m, err := snapshot.ParseMetric(name); err == nil {
			if err := c.measurable(ctx, "shown", m); err != nil {
				return p, nil, err
			}
			p.Metrics = append(p.Metrics, m)
			continue
		}
		if name == heatWord {
			heat = true
			continue
		}
		if !slices.Contains(distributions(), name) && !hasFigure(snapshot.Produce, name) && !hasFigure(snapshot.Consume, name) {
			_, err := c.groupNamed(ctx, "shown", name, append(distributions(), figureNames()...)...)
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
		return p, shown, c.warm(&p, shown, figures)
	}
	if len(figures) == 0 {
		figures = []string{"rate"}
	}
	if err := c.draw(&p, shown, figures); err != nil {
		return p, nil, err
	}
	return p, shown, c.oneUnit(&p)
}

// warm makes the panel a heat map of one distribution of one group.
func (c *call) warm(p *Panel, groups []snapshot.Group, figures []string) error {
	if len(groups) != 1 || len(figures) > 1 || len(p.Metrics) > 0 {
		name := "fast"
		if len(groups) > 0 {
			name = groups[0].Name
		}
		return c.Refuse("shown", "graph "+name+" "+heatWord, "a heat map shows one distribution of one group")
	}
	g, name := groups[0], ""
	if len(figures) > 0 {
		name = figures[0]
	}
	figure, ok := distributionNamed(g, name)
	if !ok {
		return c.Refuse("shown", "graph "+g.Name+" "+heatWord, "a %s has no distribution of %s", kindName(g.Kind), name)
	}
	p.Heat, p.Unit = snapshot.Metric{Group: g.Name, Figure: figure}, graphs.Time
	return nil
}

// draw adds the figures of the groups to the panel.
func (c *call) draw(p *Panel, groups []snapshot.Group, figures []string) error {
	alone := len(groups)*len(figures) == 1
	for _, figure := range figures {
		found := len(groups) == 0
		for _, g := range groups {
			for _, f := range lines(g, figure, alone) {
				p.add(g, f)
				found = true
			}
		}
		if !found {
			g := groups[0]
			return c.Refuse("shown", "graph "+g.Name, "a %s has no %s", kindName(g.Kind), figure)
		}
	}
	switch {
	case len(p.Metrics) == 0:
		return c.Refuse("shown", "list", "there is nothing to show yet")
	case len(p.Metrics) > graphs.MaxSeries:
		return c.Refuse("shown", "graph "+p.Metrics[0].Group, "%d lines are more than the %d that a graph can tell apart", len(p.Metrics), graphs.MaxSeries)
	}
	return nil
}

// oneUnit refuses a graph of figures that share no axis.
func (c *call) oneUnit(p *Panel) error {
	first, _ := p.Metrics[0].Describe()
	p.Unit = look.Unit(first.Unit)
	for _, m := range p.Metrics[1:] {
		if f, _ := m.Describe(); f.Unit != first.Unit {
			return c.Refuse("shown", fmt.Sprintf("graph %s | %s", p.Metrics[0], m),
				"%s is %s and %s is %s; they share no axis", p.Metrics[0], first.Unit, m, f.Unit)
		}
	}
	return nil
}
