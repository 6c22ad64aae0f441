package spec

import (
	"runtime"

	"pulsh/session/broker"
)

// OtherCursor reports whether the messages after a change from old need not
// continue those before it, because they come from another cursor or from other
// topics. The delivery audit then begins a new period.
func (spec Consumer) OtherCursor(old Consumer) bool {
	if spec.Reader.Is && spec.Reader == old.Reader { // it keeps its position
		return spec.Compacted != old.Compacted || !spec.Topics().include(old.Topics())
	}
	return spec.Subscription != old.Subscription || spec.Subscriptions != old.Subscriptions || !spec.Durable || !old.Durable || spec.Compacted != old.Compacted || !spec.Topics().include(old.Topics())
}

// ProducersMax is the most producers that a group has by default. By
// measurement more producers than twice the cores gain nothing.
const ProducersMax = 16

// ProducerCount returns the number of Pulsar producers of the group. Each of several topics
// has the same number, at least one. A topic that only one producer may send to has one.
func (spec Producer) ProducerCount() int {
	topics := spec.TopicCount()
	switch {
	case spec.Access != broker.SharedAccess && spec.Access != "":
		return topics
	case topics > 1 && spec.Producers > 0:
		return topics * max(1, min(spec.Workers, spec.Producers)/topics)
	case topics > 1:
		return topics
	}
	if spec.Producers > 0 {
		return min(spec.Workers, spec.Producers)
	}
	return min(spec.Workers, 2*runtime.NumCPU(), ProducersMax)
}
