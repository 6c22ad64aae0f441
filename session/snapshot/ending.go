package snapshot

import (
	"math"
	"time"

	"pulsh/session/spec"
)

// Ending says when a group stops by itself, and how far it is.
type Ending struct {
	spec.Ends
	Counted int64         // messages sent or received since the start
	Ran     time.Duration // running time since the start
	Why     string        // why the group is Done, or ""
}

// Share returns how far the group is, from 0 to 1; ok is false if that cannot be
// told. The end that is nearer counts.
func (e Ending) Share() (share float64, ok bool) {
	if e.Count > 0 {
		share, ok = float64(e.Counted)/float64(e.Count), true
	}
	if e.For > 0 {
		share, ok = max(share, e.Ran.Seconds()/e.For.Seconds()), true
	}
	return min(share, 1), ok
}

// remainingFigure counts down to the end of a group with a count.
func remainingFigure() Figure {
	return Figure{"remaining", spec.Count, "messages until the group reaches its count; unknown without a count", func(_ *Snapshot, g Group) float64 {
		if g.Ending.Count == 0 {
			return math.NaN()
		}
		return float64(max(g.Ending.Count-g.Ending.Counted, 0))
	}}
}
