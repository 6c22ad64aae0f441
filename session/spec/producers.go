package spec

import "runtime"

// OtherCursor says whether what comes next is not what would have come next
// from the old specification's subscription: then one ledger cannot judge both.
func (spec Consumer) OtherCursor(old Consumer) bool {
	return spec.Subscription != old.Subscription || !spec.Durable || !old.Durable || spec.Compacted != old.Compacted || !spec.Topics().include(old.Topics())
}

// ProducersMax is the most producers that workers share by default: measured, more
// lanes than twice the cores gain nothing.
const ProducersMax = 16

// ProducerCount is how many lanes a group has with so many workers.
func (spec Producer) ProducerCount() int {
	if spec.Producers > 0 {
		return min(spec.Workers, spec.Producers)
	}
	return min(spec.Workers, 2*runtime.NumCPU(), ProducersMax)
}
