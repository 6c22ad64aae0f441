package snapshot

import "pulsh/session/broker"

// TopicAnswer is the broker's statistics for one topic of a group.
type TopicAnswer struct {
	Topic string
	Stats broker.TopicStats
}
