package spec

import "runtime"

// OtherCursor reports whether the messages after a change from old need not
// continue those before it, because they come from another cursor or from other
// topics. The delivery audit then begins a new period.
func (spec Consumer) OtherCursor(old Consumer) bool {
	return spec.Subscription != old.Subscription || !spec.Durable || !old.Durable || spec.Compacted != old.Compacted || !spec.Topics().include(old.Topics())
}

// ProducersMax is the most producers that a group has by default. By
// measurement more producers than twice the cores gain nothing.
const ProducersMax = 16

// ProducerCount returns the number of Pulsar producers of the group.
func (spec Producer) ProducerCount() int {
	if spec.Producers > 0 {
		return min(spec.Workers, spec.Producers)
	}
	return min(spec.Workers, 2*runtime.NumCPU(), ProducersMax)
}
