package session

import "pulsh/session/metrics"

func (g *producer) heat(figure string) *metrics.Heat { return g.figures.heats[figure] }

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

func (g *producer) bars(figure string) []metrics.Bar { return barsOf(g.distribution(figure)) }
