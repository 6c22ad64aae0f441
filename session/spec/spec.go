package spec

import (
	"time"

	"pulsh/session/broker"
	"pulsh/session/pacing"
	"pulsh/session/payload"
)

// The limits of one session, each with its reason.
const (
	WorkersMax = 1000   // a worker is a goroutine, and a consumer for the broker; beyond a thousand the client's own cost dominates
	GroupsMax  = 64     // each keeps 24 h of history; more rows than any screen has
	PendingMax = 100000 // the client allocates the queue in advance, 24 B a place
	QueueMax   = 100000 // messages the broker may push ahead to one consumer
	BatchMax   = 100000 // messages in a batch; the batch's bytes end it first
	nameMax    = 32     // a group's name stands in a column of the status rows
	MarksMax   = 200    // marks kept on the time axis
)

// Producer is what a producer group is made from.
type Producer struct {
	Topic       string
	Engine      broker.Engine
	Partitions  int // the topic is created with so many if it does not exist; 0 leaves it to the broker
	Rate        pacing.Shape
	Workers     int
	Producers   int // producers shared by the workers; 0 is min(workers, 2×cores, 16)
	Size        payload.Size
	Body        payload.Kind
	Keys        payload.Keys
	Batch       int
	BatchBy     BatchBy
	BatchBytes  int
	Delay       time.Duration
	Compression broker.Compression
	Pending     int // messages in flight in the whole group
	Timeout     time.Duration
}

// Consumer is what a consumer group is made from.
type Consumer struct {
	Topic        string // one, several with commas between, or a pattern: as ParseTopics reads it
	Subscription string
	Engine       broker.Engine
	Type         broker.SubscriptionType
	Workers      int
	Queue        int
	From         broker.Position
	Behaviour
	Durable   bool   // the subscription outlives its consumers
	Priority  int    // 0 is served first
	Compacted bool   // the last message of each key
	Sticky    bool   // of key_shared: each worker serves an equal share of the hash values
	Prefix    string // of consumer names; "" is pulsh- and the group's name
}
