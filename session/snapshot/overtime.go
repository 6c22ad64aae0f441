package snapshot

import (
	"pulsh/session/metrics"
	"pulsh/session/spec"
)

// OverTime says what one column of a graph shows of a stretch: durations the
// worst, counts the last, everything else the mean, a cost as well.
func (f Figure) OverTime() metrics.Aggregate {
	switch {
	case f.Name == perMillion:
		return metrics.Mean
	case f.Unit == spec.Nanoseconds:
		return metrics.Max
	case f.Unit == spec.Count:
		return metrics.Last
	}
	return metrics.Mean
}
