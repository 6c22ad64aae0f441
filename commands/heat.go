package commands

import (
	"context"
	"slices"
	"strings"
	"time"

	"pulsh/commands/answers"
	"pulsh/commands/lang"
	"pulsh/graphs"
	"pulsh/session/look"
	"pulsh/session/metrics"
	"pulsh/session/profile"
	"pulsh/session/snapshot"
)

// heatHeight is how many rows a heat map in an answer has: three decades with
// four rows each, legend, time axis and marks.
const heatHeight = 17

// distributionNamed is the figure of a group's distribution that a word stands
// for, its first one for no word.
func distributionNamed(g snapshot.Group, word string) (string, bool) {
	names := answers.DistributionsOf(g)
	switch {
	case word == "":
		return names[0], true
	case word == "latency" && g.Kind == snapshot.Consume:
		return "e2e", true
	}
	return word, slices.Contains(names, word)
}

func heat(ctx context.Context, c *call) error {
	g, err := c.group(ctx, "group")
	if err != nil {
		return err
	}
	figure, ok := distributionNamed(g, c.Text("figure"))
	if !ok {
		return c.Refuse("figure", "heat "+g.Name, "a %s has no %s", kindName(g.Kind), c.Text("figure"))
	}
	view, err := viewed(*c.View(), profile.Graph{Window: c.Text("window")})
	if err != nil {
		return c.Refuse("window", "heat "+g.Name+" window=5m", "%s", err)
	}
	s := c.fresh(ctx)
	columns := graphs.PlotWidth(lang.AnswerWidth)
	counts := c.env.Session.Heat(snapshot.Metric{Group: g.Name, Figure: figure}, nil, s.At, view.Window, columns)
	if !slices.ContainsFunc(counts, func(n uint32) bool { return n > 0 }) {
		c.Say("%s: nothing measured in the last %s", g.Name, view.window())
		return nil
	}
	chart := graphs.Chart{Width: lang.AnswerWidth, Height: heatHeight, Title: g.Name + " " + figure, Window: view.Window, End: s.At,
		Now: s.At.Format("15:04:05"), Color: c.env.Color}
	for _, m := range s.Marks {
		chart.Marks = append(chart.Marks, graphs.Mark{At: m.At, Number: m.Number, Sign: look.Sign(m.Kind), Text: m.Text})
	}
	rows, _ := graphs.DrawHeat(graphs.Heat{Chart: chart, Counts: counts, Classes: metrics.HeatClasses,
		PerDecade: metrics.HeatPerDecade, Lowest: float64(metrics.Lowest / time.Nanosecond)})
	for i, row := range rows {
		rows[i] = strings.TrimRight(row, " ")
	}
	c.Print(rows)
	return nil
}
