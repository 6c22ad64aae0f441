package commands

import (
	"context"
	"slices"
	"strings"
	"time"

	"pulsh/graphs"
	"pulsh/session"
	"pulsh/session/metrics"
	"pulsh/session/snapshot"
)

// heatHeight is how many rows a heat map in an answer has: three decades with
// four rows each, legend, time axis and marks.
const heatHeight = 17

func heatCommand() command {
	return command{name: "heat", section: lookSection,
		params: []param{{name: "group", kind: groupKind()}, {name: "figure", kind: words(distributions()...), optional: true},
			{name: "window", kind: durationKind(), keyed: true, optional: true, doc: "from the left edge to now, 5s to 24h; that of the graph if not given"}},
		summary: "show how latencies were spread, moment by moment",
		detail: "Time goes to the right and latency up; the shade of a cell is the share of the messages of its column. " +
			"A stall, a second mode or a slow tail shows where a percentile would hide it. Distributions are kept by the second for ten minutes and by ten seconds " +
			"for a day. graph fast heat shows the same live.",
		examples: []string{"heat fast", "heat fast service", "heat sub1 e2e window=5m"}, run: heat}
}

// distributionNamed is the figure of a group's distribution that a word stands
// for, its first one for no word.
func distributionNamed(g snapshot.Group, word string) (string, bool) {
	names := distributionsOf(g)
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
	figure, ok := distributionNamed(g, c.text("figure"))
	if !ok {
		return c.refuse("figure", "heat "+g.Name, "a %s has no %s", kindName(g.Kind), c.text("figure"))
	}
	view, err := viewed(*c.View(), session.Graph{Window: c.text("window")})
	if err != nil {
		return c.refuse("window", "heat "+g.Name+" window=5m", "%s", err)
	}
	s := c.fresh(ctx)
	columns := graphs.PlotWidth(answerWidth)
	counts := c.env.Session.Heat(snapshot.Metric{Group: g.Name, Figure: figure}, nil, s.At, view.Window, columns)
	if !slices.ContainsFunc(counts, func(n uint32) bool { return n > 0 }) {
		c.say("%s: nothing measured in the last %s", g.Name, view.window())
		return nil
	}
	chart := graphs.Chart{Width: answerWidth, Height: heatHeight, Title: g.Name + " " + figure, Window: view.Window, End: s.At,
		Now: s.At.Format("15:04:05"), Colour: c.env.Colour}
	for _, m := range s.Marks {
		chart.Marks = append(chart.Marks, graphs.Mark{At: m.At, Number: m.Number, Sign: markSign(m.Kind), Text: m.Text})
	}
	rows, _ := graphs.DrawHeat(graphs.Heat{Chart: chart, Counts: counts, Classes: metrics.HeatClasses,
		PerDecade: metrics.HeatPerDecade, Lowest: float64(metrics.Lowest / time.Nanosecond)})
	for i, row := range rows {
		rows[i] = strings.TrimRight(row, " ")
	}
	c.print(rows)
	return nil
}

// markSign is the shape of a mark on a time axis.
func markSign(kind snapshot.MarkKind) graphs.Sign {
	switch kind {
	case snapshot.MarkError:
		return graphs.Trouble
	case snapshot.MarkReconnect:
		return graphs.Mended
	case snapshot.MarkNote:
		return graphs.Remark
	}
	return graphs.Event
}
