package consume

import (
	"pulsh/session/group"
	"pulsh/session/metrics"
)

func (g *Group) Heat(figure string) *metrics.Heat {
	if figure == "latency" {
		figure = "e2e"
	}
	return g.sampled.heats[figure]
}

func (g *Group) Distribution(figure string) *metrics.Distribution {
	switch figure {
	case "e2e", "latency":
		return g.shards.E2E
	case "processing":
		return g.shards.Processing
	}
	return nil
}

func (g *Group) Bars(figure string) []metrics.Bar { return group.BarsOf(g.Distribution(figure)) }
