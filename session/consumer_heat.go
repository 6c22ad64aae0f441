package session

import "pulsh/session/metrics"

func (g *consumer) heat(figure string) *metrics.Heat {
	if figure == "latency" {
		figure = "e2e"
	}
	return g.figures.heats[figure]
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

func (g *consumer) bars(figure string) []metrics.Bar { return barsOf(g.distribution(figure)) }
