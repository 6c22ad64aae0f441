package session

import (
	"time"

	"pulsh/session/metrics"
	"pulsh/session/snapshot"
)

// Snapshot returns the latest snapshot.
func (s *Session) Snapshot() *snapshot.Snapshot { return s.latest.Load() }

// Since returns the snapshots that were taken after an instant, oldest first. They
// are kept for ten seconds, so a caller that asks more often gets every one.
func (s *Session) Since(at time.Time) []*snapshot.Snapshot { return s.recent.since(at) }

// Began returns the time at which the session began.
func (s *Session) Began() time.Time { return s.base }

// History returns the past of a figure as n columns that end at end, NaN where
// nothing is known.
func (s *Session) History(m snapshot.Metric, end time.Time, window time.Duration, n int) []float64 {
	return s.history.columns(m, end, window, n)
}

// Extremes returns the lowest and the highest value of each column that History
// returns, nil for figures whose columns are the highest values already.
func (s *Session) Extremes(m snapshot.Metric, end time.Time, window time.Duration, n int) (low, high []float64) {
	return s.history.extremes(m, end, window, n)
}

// Distribution returns the buckets of a latency distribution of a group: latency,
// service or lag of a producer group, e2e or processing of a consumer group. It
// returns nil if there is none.
func (s *Session) Distribution(name, figure string) []metrics.Bar {
	g, err := s.groups.named(name)
	if err != nil {
		return nil
	}
	return g.Bars(figure)
}

// Heat returns a distribution, named as for Distribution, over time: n columns
// that end at end, each with metrics.HeatClasses counts. It uses the memory of
// into if that is large enough, and returns nil if there is no such distribution.
func (s *Session) Heat(m snapshot.Metric, into []uint32, end time.Time, window time.Duration, n int) []uint32 {
	g, err := s.groups.named(m.Group)
	if err != nil {
		return nil
	}
	if heat := g.Heat(m.Figure); heat != nil {
		return heat.Columns(into, end, window, n)
	}
	return nil
}

// Intervals returns a distribution, named as for Distribution, as intervals since
// the group's start or its last reset, nil if there is none.
func (s *Session) Intervals(name, figure string) []metrics.Interval {
	g, err := s.groups.named(name)
	if err != nil {
		return nil
	}
	if d := g.Distribution(figure); d != nil {
		return d.Intervals(s.Snapshot().At)
	}
	return nil
}
