package answers

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"pulsh/commands/lang"
	"pulsh/graphs"
	"pulsh/session/metrics"
	"pulsh/session/snapshot"
)

// Figure is a distribution of a group.
type Figure struct {
	Name string
	Of   snapshot.Latencies
	Bars []metrics.Bar
}

// DistributionsOf returns the names of the distributions of a group.
func DistributionsOf(g snapshot.Group) []string {
	names := []string{"latency", "service", "lag"}
	if g.Kind == snapshot.Consume {
		names = []string{"e2e", "processing"}
	}
	if g.Transactions != nil {
		names = append(names, "commit", "abort")
	}
	return names
}

// LatenciesOf returns the distribution of a name.
func LatenciesOf(g snapshot.Group, name string) snapshot.Latencies {
	switch name {
	case "latency":
		return g.Producer.Latency
	case "service":
		return g.Producer.Service
	case "lag":
		return g.Producer.Lag
	case "processing":
		return g.Consumer.Processing
	case "commit":
		return g.Transactions.Commit
	case "abort":
		return g.Transactions.Abort
	}
	return g.Consumer.E2E
}

// Classes sums the fine bars of figures into at most histBars classes with round
// bounds, which all figures share.
func Classes(figures []Figure) (labels []string, counts [][]float64) {
	lowest, highest := figures[0].Bars[0].From, time.Duration(0)
	for _, f := range figures {
		lowest, highest = min(lowest, f.Bars[0].From), max(highest, f.Bars[len(f.Bars)-1].To)
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
		for _, b := range f.Bars {
			for at+1 < len(in) && b.From >= edges[at+1] {
				at++
			}
			in[at] += float64(b.Count)
		}
		counts = append(counts, in)
	}
	return labels, counts
}

// inhabited drops bounds between classes that are empty for all figures, so that a
// gap takes one line.
func inhabited(edges []time.Duration, figures []Figure) []time.Duration {
	empty := func(from, to time.Duration) bool {
		for _, f := range figures {
			if slices.ContainsFunc(f.Bars, func(b metrics.Bar) bool { return b.From >= from && b.From < to }) {
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

// SideBySide draws the shares of several distributions in common classes, on one
// scale.
func SideBySide(figures []Figure) []string {
	labels, counts := Classes(figures)
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
		heading += graphs.Left(graphs.Right("", shareWidth-len("share"))+f.Name, column+sharesGap)
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

// Percentiles returns a table of quantiles in ms. Each figure has a row since the
// start or reset, and one of the last second.
func Percentiles(figures []Figure) []string {
	row := func(label string, q metrics.Quantiles) []string {
		if q.Count == 0 {
			return []string{label, "0"}
		}
		cells := []string{label, Whole(q.Count)}
		for _, d := range []time.Duration{q.P50, q.P90, q.P95, q.P99, q.P999, q.P9999, q.Max} {
			cells = append(cells, millis(d))
		}
		return cells
	}
	var rows [][]string
	for _, f := range figures {
		rows = append(rows, row(f.Name, f.Of.Total), row("  last second", f.Of.Recent))
	}
	align := []graphs.Align{graphs.AlignLeft}
	for range 8 {
		align = append(align, graphs.AlignRight)
	}
	return graphs.Table([]string{"", "messages", "p50", "p90", "p95", "p99", "p99.9", "p99.99", "max"}, rows, align, 0)
}

// BelowZero reports negative latencies, which result from clocks that differ.
func BelowZero(g snapshot.Group, figures []Figure) []string {
	var lines []string
	for _, f := range figures {
		if q := f.Of.Total; q.Negative > 0 {
			lines = append(lines, fmt.Sprintf("%s of %s below zero, counted as 0 above; the lowest is %s", graphs.Plural(q.Negative, "value", "values"),
				f.Name, graphs.MillisUnit(float64(q.MostNegative))))
		}
	}
	if g.Consumer != nil && g.Consumer.Clock.Differs {
		lines = append(lines, g.Consumer.Clock.String())
	}
	return lines
}

func millis(d time.Duration) string { return graphs.Millis(float64(d)) }

// The sizes of bars.
const (
	histBars   = 14
	shareWidth = 7 // of a column's percentages: 100.0 %
	sharesGap  = 2 // between two columns
)
