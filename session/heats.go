package session

import (
	"time"

	"pulsh/session/metrics"
)

// heats keeps the distributions of a group over time, by figure. The map itself
// never changes.
type heats map[string]*metrics.Heat

func newHeats(figures ...string) heats {
	h := heats{}
	for _, figure := range figures {
		h[figure] = metrics.NewHeat()
	}
	return h
}

// add takes the last cut of each distribution.
func (h heats) add(at time.Time, of func(figure string) *metrics.Distribution) {
	for figure, heat := range h {
		heat.Add(at, of(figure))
	}
}

// Heat is one distribution of a group over time, as n columns that end at end
// with metrics.HeatClasses counts each, in the memory of into if it is large
// enough. It is nil where there is no such group or figure: latency, service,
// lag, e2e or processing.
func (s *Session) Heat(m Metric, into []uint32, end time.Time, window time.Duration, n int) []uint32 {
	g, err := named[interface {
		group
		heat(figure string) *metrics.Heat
	}](s, m.Group)
	if err != nil {
		return nil
	}
	if h := g.heat(m.Figure); h != nil {
		return h.Columns(into, end, window, n)
	}
	return nil
}

func (g *producer) heat(figure string) *metrics.Heat { return g.figures.heats[figure] }

func (g *consumer) heat(figure string) *metrics.Heat {
	if figure == "latency" {
		figure = "e2e"
	}
	return g.figures.heats[figure]
}

// distribution is one of a group's, nil where there is none of that name.
func (g *producer) distribution(figure string) *metrics.Distribution {
	switch figure {
	case "latency":
		return g.shards.Latency
	case "service":
		return g.shards.Service
	case "lag":
		return g.shards.Lag
	}
	return nil
}

func (g *consumer) distribution(figure string) *metrics.Distribution {
	switch figure {
	case "e2e", "latency":
		return g.shards.E2E
	case "processing":
		return g.shards.Processing
	}
	return nil
}

func (g *producer) bars(figure string) []metrics.Bar { return barsOf(g.distribution(figure)) }

func (g *consumer) bars(figure string) []metrics.Bar { return barsOf(g.distribution(figure)) }

func barsOf(d *metrics.Distribution) []metrics.Bar {
	if d == nil {
		return nil
	}
	return d.Buckets()
}
