package snapshot

import "pulsh/session/broker"

// KeyShare is what one worker of a consumer group has of the keys.
type KeyShare struct {
	Worker   int
	Consumer string           // its name at the broker
	Received int64            // by this consumer, since it was made
	Keys     int              // different ones among them, an estimate to one in a hundred
	Hashes   int              // of the broker.HashSlots values that a key can have; 0 if not known
	Range    broker.HashRange // with sticky=on
	Sticky   bool
}
