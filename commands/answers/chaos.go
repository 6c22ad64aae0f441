package answers

import (
	"time"

	"pulsh/graphs"
	"pulsh/session/pacing"
	"pulsh/session/snapshot"
)

// Scheduled describes the schedule of a fault.
func Scheduled(t snapshot.Scheduled) string {
	line := graphs.Clean(t.Fault) + ": once"
	if t.Every > 0 {
		line = graphs.Clean(t.Fault) + ": every " + pacing.FormatDuration(t.Every)
	}
	if !t.Until.IsZero() {
		line += " until " + t.Until.Format(time.TimeOnly)
	}
	return line + ", " + graphs.Plural(t.Done, "event") + " so far"
}
