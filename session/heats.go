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

func barsOf(d *metrics.Distribution) []metrics.Bar {
	if d == nil {
		return nil
	}
	return d.Buckets()
}
