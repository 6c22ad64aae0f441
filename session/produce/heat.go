package produce

import (
	"pulsh/session/group"
	"pulsh/session/metrics"
)

func (g *Group) Heat(figure string) *metrics.Heat { return g.sampled.heats[figure] }

// Distribution is one of a group's, nil where there is none of that name.
func (g *Group) Distribution(figure string) *metrics.Distribution {
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

func (g *Group) Bars(figure string) []metrics.Bar { return group.BarsOf(g.Distribution(figure)) }
