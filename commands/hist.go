package commands

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"pulsh/commands/lang"
	"pulsh/graphs"
	"pulsh/session/metrics"
	"pulsh/session/snapshot"
)

// The sizes of bars in answers.
const (
	histBars   = 14
	shareWidth = 7 // of a column's percentages: 100.0 %
	sharesGap  = 2 // between two columns
)

// figure is one distribution of a group.
type figure struct {
	name string
	of   snapshot.Latencies
	bars []metrics.Bar
}

func histCommand() lang.Command {
	return lang.Command{Name: "hist", Section: lookSection,
		Params:  []lang.Param{{Name: "group", Kind: groupKind()}, {Name: "figure", Kind: lang.Words(distributions()...), Optional: true}},
		Summary: "show distributions of latencies as bars and percentiles",
		Detail: "A producer group has latency (due to acked), service (sent to acked) and lag (due to sent: pulsh's own); " +
			"a consumer group has e2e (due to received) and processing (received to acked). Without a figure they stand side by side.",
		Examples: []string{"hist fast", "hist fast service", "hist sub1 e2e"}, Run: verb(hist)}
}

func hist(ctx context.Context, c *call) error {
	g, err := c.group(ctx, "group")
	if err != nil {
		return err
	}
	names := distributionsOf(g)
	if word := c.Text("figure"); word != "" {
		name, ok := distributionNamed(g, word)
		if !ok {
			return c.Refuse("figure", "hist "+g.Name, "a %s has no %s", kindName(g.Kind), word)
		}
		names = []string{name}
	}
	var figures []figure
	for _, name := range names {
		f := figure{name, latenciesOf(g, name), c.env.Session.Distribution(g.Name, name)}
		if len(f.bars) > 0 && f.of.Total.Count > 0 {
			figures = append(figures, f)
		}
	}
	switch len(figures) {
	case 0:
		c.Say("%s: nothing measured yet", g.Name)
		return nil
	case 1:
		labels, counts := classes(figures)
		bars := make([]graphs.Bar, len(labels))
		for i, label := range labels {
			bars[i] = graphs.Bar{Label: label, Count: counts[0][i]}
		}
		c.Print(graphs.Bars("ms", "messages", bars, lang.AnswerWidth, graphs.Plain))
	default:
		c.Print(sideBySide(figures))
	}
	c.Print(percentiles(figures))
	c.Print(belowZero(g, figures))
	return nil
}

// distributionsOf lists what a group has distributions of.
func distributionsOf(g snapshot.Group) []string {
	if g.Kind == snapshot.Consume {
		return []string{"e2e", "processing"}
	}
	return []string{"latency", "service", "lag"}
}

// latenciesOf is the distribution that a word stands for.
func latenciesOf(g snapshot.Group, name string) snapshot.Latencies {
	switch name {
	case "latency":
		return g.Producer.Latency
	case "service":
		return g.Producer.Service
	case "lag":
		return g.Producer.Lag
	case "processing":
		return g.Consumer.Processing
	}
	return g.Consumer.E2E
}

// classes adds fine counters up to at most histBars round classes, the same
// for all figures.
func classes(figures []figure) (labels []string, counts [][]float64) {
	lowest, highest := figures[0].bars[0].From, time.Duration(0)
	for _, f := range figures {
		lowest, highest = min(lowest, f.bars[0].From), max(highest, f.bars[len(f.bars)-1].To)
	}
	edges := metrics.RoundBounds(lowest, highest, histBars)
	if len(edges) == 0 || edges[0] > lowest {
		edges = append([]time.Duration{0}, edges...)
	}
	edges = inhabited(append(edges, highest), figures)
	for i, from := range edges[:len(edges)-1] {
		label := millis(from)
		if to := millis(edges[i+1]); to != label {
			label += " – " + to
		}
		labels = append(labels, label)
	}
	for _, f := range figures {
		in := make([]float64, len(labels))
		at := 0
		for _, b := range f.bars {
			for at+1 < len(in) && b.From >= edges[at+1] {
				at++
			}
			in[at] += float64(b.Count)
		}
		counts = append(counts, in)
	}
	return labels, counts
}

// inhabited leaves out the edges between classes that are empty for all
// figures, so that what is far apart does not fill the answer with nothing.
func inhabited(edges []time.Duration, figures []figure) []time.Duration {
	empty := func(from, to time.Duration) bool {
		for _, f := range figures {
			if slices.ContainsFunc(f.bars, func(b metrics.Bar) bool { return b.From >= from && b.From < to }) {
				return false
			}
		}
		return true
	}
	kept := edges[:1]
	for i := 1; i < len(edges)-1; i++ {
		if !empty(kept[len(kept)-1], edges[i]) || !empty(edges[i], edges[i+1]) {
			kept = append(kept, edges[i])
		}
	}
	return append(kept, edges[len(edges)-1])
}

// sideBySide draws the shares of several distributions in common classes, all
// bars on one scale.
func sideBySide(figures []figure) []string {
	labels, counts := classes(figures)
	labelWidth, most := len("ms"), 0.0
	for _, l := range labels {
		labelWidth = max(labelWidth, graphs.Width(l))
	}
	shares := make([][]float64, len(counts))
	for i, in := range counts {
		sum := 0.0
		for _, n := range in {
			sum += n
		}
		for _, n := range in {
			shares[i] = append(shares[i], n/sum)
			most = max(most, n/sum)
		}
	}
	column := (lang.AnswerWidth-labelWidth-len(" | "))/len(figures) - sharesGap
	heading := graphs.Left("ms", labelWidth) + "   "
	for _, f := range figures {
		heading += graphs.Left(graphs.Right("", shareWidth-len("share"))+f.name, column+sharesGap)
	}
	rows := []string{strings.TrimRight(heading, " ")}
	for row, label := range labels {
		line := graphs.Left(label, labelWidth) + " │ "
		for i := range figures {
			share := shares[i][row]
			cell := graphs.Right(graphs.Percent(share*100, 1), shareWidth) + " "
			cell += strings.TrimRight(graphs.Meter(share, most, column-shareWidth-1), "░")
			line += graphs.Left(cell, column+sharesGap)
		}
		rows = append(rows, strings.TrimRight(line, " "))
	}
	return rows
}

// percentiles is a table of the quantiles in milliseconds: for each figure
// since the start or reset, and under it those of the last second.
func percentiles(figures []figure) []string {
	row := func(label string, q metrics.Quantiles) []string {
		if q.Count == 0 {
			return []string{label, "0"}
		}
		cells := []string{label, whole(q.Count)}
		for _, d := range []time.Duration{q.P50, q.P90, q.P95, q.P99, q.P999, q.P9999, q.Max} {
			cells = append(cells, millis(d))
		}
		return cells
	}
	var rows [][]string
	for _, f := range figures {
		rows = append(rows, row(f.name, f.of.Total), row("  last second", f.of.Recent))
	}
	align := []graphs.Align{graphs.AlignLeft}
	for range 8 {
		align = append(align, graphs.AlignRight)
	}
	return graphs.Table([]string{"", "messages", "p50", "p90", "p95", "p99", "p99.9", "p99.99", "max"}, rows, align, 0)
}

// belowZero tells of negative values, which only clocks that differ can make.
func belowZero(g snapshot.Group, figures []figure) []string {
	var lines []string
	for _, f := range figures {
		if q := f.of.Total; q.Negative > 0 {
			lines = append(lines, fmt.Sprintf("%s of %s below zero, counted as 0 above; the lowest is %s", plural(uint64(q.Negative), "value", "values"),
				f.name, graphs.MillisUnit(float64(q.MostNegative))))
		}
	}
	if g.Consumer != nil && g.Consumer.Clock.Differs {
		lines = append(lines, g.Consumer.Clock.String())
	}
	return lines
}

func millis(d time.Duration) string { return graphs.Millis(float64(d)) }
