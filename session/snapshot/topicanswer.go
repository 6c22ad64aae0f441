package snapshot

import "pulsh/session/broker"

// TopicAnswer is what the broker says of one topic that a group uses.
type TopicAnswer struct {
	Topic string
	Stats broker.TopicStats
}
