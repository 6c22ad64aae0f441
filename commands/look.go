package commands

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"pulsh/graphs"
	"pulsh/session"
	"pulsh/session/pacing"
)

// lookCommands show groups.
func lookCommands() []command {
	return []command{
		{name: "graph", section: lookSection,
			params: []param{{name: "shown", kind: panelsKind(), rest: true, optional: true},
				{name: "window", kind: durationKind(), keyed: true, optional: true, doc: "from the left edge to now, 5s to 24h; 1m if not given"}},
			summary:  "choose what the graph shows",
			detail:   "Without words it shows the rates of all groups.",
			examples: []string{"graph fast", "graph fast sub1", "graph fast latency", "graph sub1 backlog window=5m", "graph fast | fast latency", "graph off"},
			run:      graph},
		{name: "status", section: lookSection, summary: "print the figures of all groups on one line", examples: []string{"status"}, run: status},
		{name: "list", section: lookSection, summary: "list the groups", examples: []string{"list"}, run: list},
		{name: "show", section: lookSection, params: []param{{name: "group", kind: groupKind()}},
			summary:  "show a group's settings beside what comes of them",
			examples: []string{"show fast"}, run: show},
		{name: "show session", section: lookSection, summary: "show what holds for the session, and where each value was said",
			detail:   "Flags go before the environment, which goes before a profile, then Pulsar's client.conf, then the defaults.",
			examples: []string{"show session"}, run: showSession},
	}
}

func graph(ctx context.Context, c *call) error {
	old := c.View()
	next, err := windowed(*old, c.text("window"))
	if err != nil {
		return c.refuse("window", "graph window=5m", "%s", err)
	}
	words, _ := value[[][]string](c, "shown")
	return c.choose(ctx, next, words)
}

// windowed is a view that shows nothing yet, of a window that was typed, or that
// of the view before it.
func windowed(old View, window string) (View, error) {
	next := View{Window: old.Window}
	if window == "" {
		return next, nil
	}
	d, err := pacing.ParseDuration(window)
	if err == nil && (d < windowMin || d > windowMax) {
		err = fmt.Errorf("%s is not a window from %s to %s", window, pacing.FormatDuration(windowMin), pacing.FormatDuration(windowMax))
	}
	next.Window = d
	return next, err
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
		c.say("graph: off")
		return nil
	}
	var groups []session.GroupSnapshot
	for _, names := range words {
		p, used, err := c.panel(ctx, names, groups)
		if err != nil {
			return err
		}
		groups = used
		next.Panels = append(next.Panels, p)
	}
	c.publish(next)
	c.say("graph: %s", next.typed())
	return nil
}

// publish makes a view what the graph shows from now on, and says who chose it.
func (c *call) publish(next View) {
	c.view.Store(&next)
	c.said(c.command.name, saidGraph)
}

// panel makes one graph of the words that were typed. Without a group it shows
// those of the graph before it, or all.
func (c *call) panel(ctx context.Context, names []string, before []session.GroupSnapshot) (Panel, []session.GroupSnapshot, error) {
	p := Panel{Title: strings.Join(names, " ")}
	s := c.fresh(ctx)
	var groups []session.GroupSnapshot
	var figures []string
	for _, name := range names {
		if g, ok := s.Group(name); ok {
			groups = append(groups, g)
			continue
		}
		if m, err := session.ParseMetric(name); err == nil {
			if err := c.measurable(ctx, "shown", m); err != nil {
				return p, nil, err
			}
			p.Metrics = append(p.Metrics, m)
			continue
		}
		if !slices.Contains(distributions(), name) && !hasFigure(session.Produce, name) && !hasFigure(session.Consume, name) {
			_, err := c.groupNamed(ctx, "shown", name)
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
	if len(figures) == 0 {
		figures = []string{"rate"}
	}
	if err := c.draw(&p, shown, figures); err != nil {
		return p, nil, err
	}
	return p, shown, c.oneUnit(&p)
}

// draw adds the figures of the groups to the panel.
func (c *call) draw(p *Panel, groups []session.GroupSnapshot, figures []string) error {
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
			return c.refuse("shown", "graph "+g.Name, "a %s has no %s", kindName(g.Kind), figure)
		}
	}
	switch {
	case len(p.Metrics) == 0:
		return c.refuse("shown", "list", "there is nothing to show yet")
	case len(p.Metrics) > graphs.MaxSeries:
		return c.refuse("shown", "graph "+p.Metrics[0].Group, "%d lines are more than the %d that a graph can tell apart", len(p.Metrics), graphs.MaxSeries)
	}
	return nil
}

// oneUnit refuses a graph of figures that share no axis.
func (c *call) oneUnit(p *Panel) error {
	first, _ := p.Metrics[0].Describe()
	p.Unit = GraphUnit(first.Unit)
	for _, m := range p.Metrics[1:] {
		if f, _ := m.Describe(); f.Unit != first.Unit {
			return c.refuse("shown", fmt.Sprintf("graph %s | %s", p.Metrics[0], m),
				"%s is %s and %s is %s; they share no axis", p.Metrics[0], first.Unit, m, f.Unit)
		}
	}
	return nil
}

// measurable refuses a metric of a group that is not there or has no such figure.
func (c *call) measurable(ctx context.Context, param string, m session.Metric) error {
	if m.Group == session.TotalGroup || m.Group == session.ProcessGroup {
		return nil
	}
	g, err := c.groupNamed(ctx, param, m.Group)
	if err != nil {
		return err
	}
	if !hasFigure(g.Kind, m.Figure) {
		return c.refuse(param, "show "+g.Name, "a %s has no %s", kindName(g.Kind), m.Figure)
	}
	return nil
}

func list(ctx context.Context, c *call) error {
	s := c.fresh(ctx)
	if len(s.Groups) == 0 {
		c.say("no groups; `produce start fast` makes one")
		return nil
	}
	var rows [][]string
	for _, g := range s.Groups {
		rows = append(rows, []string{g.Name, string(g.Kind), string(g.State), graphs.Whole(float64(g.Workers)), rateOf(g), g.Topic, since(g)})
	}
	right := graphs.AlignRight
	c.print(graphs.Table([]string{"name", "kind", "state", "workers", "rate", "topic", "since"}, rows, []graphs.Align{0, 0, 0, right, right, 0, right}, 0))
	return nil
}

// rateOf is a group's rate beside its target: 49.9k of 50.0k/s.
func rateOf(g session.GroupSnapshot) string {
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

func since(g session.GroupSnapshot) string {
	if g.Since.IsZero() {
		return graphs.NoValue
	}
	return graphs.Elapsed(g.Running)
}
