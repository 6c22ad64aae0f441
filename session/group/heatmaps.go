package group

import (
	"time"

	"pulsh/session/metrics"
)

// HeatMaps keeps the distributions of a group over time, by figure. The map itself
// never changes.
type HeatMaps map[string]*metrics.Heat

// NewHeats returns an empty heat map for each figure.
func NewHeats(figures ...string) HeatMaps {
	h := HeatMaps{}
	for _, figure := range figures {
		h[figure] = metrics.NewHeat()
	}
	return h
}

// Add takes the last cut of each distribution.
func (h HeatMaps) Add(at time.Time, of func(figure string) *metrics.Distribution) {
	for figure, heat := range h {
		heat.Add(at, of(figure))
	}
}
