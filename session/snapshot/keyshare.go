package snapshot

import "pulsh/session/broker"

// KeyShare is the share of the keys that one worker of a consumer group gets.
type KeyShare struct {
	Worker   int
	Consumer string           // the consumer's name
	Received int64            // by this consumer, since its creation
	Keys     int              // unique keys among them, estimated to 1 %
	Hashes   int              // how many of the broker.HashSlots hash values; 0 if unknown
	Range    broker.HashRange // with sticky=on
	Sticky   bool
}
