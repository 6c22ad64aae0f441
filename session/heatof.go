package session

import (
	"time"

	"pulsh/session/metrics"
	"pulsh/session/snapshot"
)

// Heat is one distribution of a group over time, as n columns that end at end
// with metrics.HeatClasses counts each, in the memory of into if it is large
// enough. It is nil where there is no such group or figure: latency, service,
// lag, e2e or processing.
func (s *Session) Heat(m snapshot.Metric, into []uint32, end time.Time, window time.Duration, n int) []uint32 {
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
