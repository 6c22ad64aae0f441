package snapshot

import (
	"pulsh/session/metrics"
	"pulsh/session/spec"
)

// OverTime returns how the values within one column of a graph are combined:
// the maximum of durations, the last of counts, the mean of everything else,
// including a cost per message.
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
