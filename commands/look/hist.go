package look

import (
	"context"
	"strings"

	"pulsh/commands/answers"
	"pulsh/commands/host"
	"pulsh/commands/lang"
	"pulsh/graphs"
)

// Hist runs the command hist: show latency distributions as bars and percentiles.
func Hist(ctx context.Context, c *host.Call) error {
	g, err := c.Group(ctx, "group")
	if err != nil {
		return err
	}
	names := answers.DistributionsOf(g)
	if word := c.Text("figure"); word != "" {
		name, ok := distributionNamed(g, word)
		if !ok {
			return c.Refuse("figure", "hist "+g.Name, "a %s has no %s (%s)", host.KindName(g.Named()), word, strings.Join(names, ", "))
		}
		names = []string{name}
	}
	var figures []answers.Figure
	for _, name := range names {
		f := answers.Figure{Name: name, Of: answers.LatenciesOf(g, name), Bars: c.Env.Session.Distribution(g.Name, name)}
		if len(f.Bars) > 0 && f.Of.Total.Count > 0 {
			figures = append(figures, f)
		}
	}
	switch len(figures) {
	case 0:
		c.Say("%s: no measurements yet", g.Name)
		return nil
	case 1:
		labels, counts := answers.Classes(figures)
		bars := make([]graphs.Bar, len(labels))
		for i, label := range labels {
			bars[i] = graphs.Bar{Label: label, Count: counts[0][i]}
		}
		c.Print(graphs.Bars("ms", "messages", bars, lang.AnswerWidth, graphs.Plain))
	default:
		c.Print(answers.SideBySide(figures))
	}
	c.Print(answers.Percentiles(figures))
	c.Print(answers.BelowZero(g, figures))
	return nil
}
