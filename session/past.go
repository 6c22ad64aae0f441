package session

import (
	"time"

	"pulsh/session/metrics"
)

// Began is when the session began.
func (s *Session) Began() time.Time { return s.base }

// distributed is a group that measures durations.
type distributed interface {
	anyGroup
	Distribution(figure string) *metrics.Distribution // nil where there is none
}

// Intervals is the past of a latency distribution of a group, as Distribution
// names it: all that was recorded since the group's start or last reset. It is
// nil where there is none. Any goroutine may call it.
func (s *Session) Intervals(name, figure string) []metrics.Interval {
	g, err := named[distributed](s, name)
	if err != nil {
		return nil
	}
	if d := g.Distribution(figure); d != nil {
		return d.Intervals(s.Snapshot().At)
	}
	return nil
}

// Say shows the user a line, beside those of the session itself.
func (s *Session) Say(format string, args ...any) { s.notes.say(format, args...) }
