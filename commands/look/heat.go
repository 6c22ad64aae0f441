package look

import (
	"context"
	"slices"
	"strings"
	"time"

	"pulsh/commands/answers"
	"pulsh/commands/host"
	"pulsh/commands/lang"
	"pulsh/graphs"
	"pulsh/session/chart"
	"pulsh/session/metrics"
	"pulsh/session/profile"
	"pulsh/session/snapshot"
)

// heatHeight is how many rows a heat map in an answer has: three decades with
// four rows each, legend, time axis and marks.
const heatHeight = 17

// distributionNamed returns the distribution of a group that a word names, the first
// one for "". ok is false if the group has none of that name.
func distributionNamed(g snapshot.Group, word string) (name string, ok bool) {
	names := answers.DistributionsOf(g)
	switch {
	case word == "":
		return names[0], true
	case word == "latency" && g.Kind == snapshot.Consume:
		return "e2e", true
	}
	return word, slices.Contains(names, word)
}

// Heat runs the command heat: latency heat map over time.
func Heat(ctx context.Context, c *host.Call) error {
	g, err := c.Group(ctx, "group")
	if err != nil {
		return err
	}
	figure, ok := distributionNamed(g, c.Text("figure"))
	if !ok {
		return c.Refuse("figure", "heat "+g.Name, "a %s has no %s", host.KindName(g.Named()), c.Text("figure"))
	}
	view, err := Viewed(*c.View(), profile.Graph{Window: c.Text("window")})
	if err != nil {
		return c.Refuse("window", "heat "+g.Name+" window=5m", "%s", err)
	}
	s := c.Fresh(ctx)
	columns := graphs.PlotWidth(lang.AnswerWidth)
	counts := c.Env.Session.Heat(snapshot.Metric{Group: g.Name, Figure: figure}, nil, s.At, view.Window, columns)
	if !slices.ContainsFunc(counts, func(n uint32) bool { return n > 0 }) {
		c.Say("%s: no measurements in the last %s", g.Name, view.WindowText())
		return nil
	}
	drawn := graphs.Chart{Width: lang.AnswerWidth, Height: heatHeight, Title: g.Name + " " + figure, Window: view.Window, End: s.At,
		Now: s.At.Format("15:04:05"), Color: c.Env.Color}
	for _, m := range s.Marks {
		drawn.Marks = append(drawn.Marks, graphs.Mark{At: m.At, Number: m.Number, Sign: chart.Sign(m.Kind), Text: m.Text})
	}
	rows, _ := graphs.DrawHeat(graphs.Heat{Chart: drawn, Counts: counts, Classes: metrics.HeatClasses,
		PerDecade: metrics.HeatPerDecade, Lowest: float64(metrics.Lowest / time.Nanosecond)})
	for i, row := range rows {
		rows[i] = strings.TrimRight(row, " ")
	}
	c.Print(rows)
	return nil
}
