// Package spec holds the settings of groups and of a session: what a producer
// or consumer group is made from, how each setting is typed and shown, and the
// preferences of the session.
//
// The package is pure but for Topics.Expand, which asks an admin API that the
// caller gives.
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
	GroupsMax  = 64     // each keeps 24 h of history; a screen has fewer rows
	PendingMax = 100000 // the client allocates the queue in advance, 24 B per message
	QueueMax   = 100000 // receiver queue size
	BatchMax   = 100000 // max messages per batch; its max bytes are reached first
	nameMax    = 32     // characters of a group's name, a column of the status rows
	MarksMax   = 200    // marks kept on the time axis
)

// Producer holds the settings of a producer group.
type Producer struct {
	Topic       string
	Engine      broker.Engine
	Partitions  int // of a topic that has to be created; 0 leaves it to the broker
	Rate        pacing.Shape
	Workers     int
	Producers   int // Pulsar producers; 0 is min(workers, 2×cores, 16)
	Size        payload.Size
	Body        payload.Kind
	Keys        payload.Keys
	Batch       int
	BatchBy     BatchBy
	BatchBytes  int
	Delay       time.Duration
	Compression broker.Compression
	Pending     int // max pending messages, whole group
	Timeout     time.Duration
	Prefix      string // of the producer names; "" is pulsh- and the group's name
	Pattern     string // the argument of Body: see payload.ParseBody
	Ratio       payload.Ratio
	Messages
	Encoding
	Spread  Spread
	Routing Routing
	Access  broker.Access
	Sharing
	Ends
	Transactions Transactions
}

// Consumer holds the settings of a consumer group.
type Consumer struct {
	Topic         string // as ParseTopics reads it
	Engine        broker.Engine
	Subscription  string
	Subscriptions int // named SUBSCRIPTION-0 and so on; 0 for the one of that name
	Type          broker.SubscriptionType
	Workers       int
	Queue         int
	From          broker.Position
	Behaviour
	Decoding
	Durable   bool   // the subscription is durable
	Priority  int    // 0 is served first
	Compacted bool   // read compacted
	Sticky    bool   // of key_shared: sticky hash ranges, one per worker
	Prefix    string // of consumer names; "" is pulsh- and the group's name
	Reader    Reader
	Sharing
	Ends
	Transactions Transactions
	To           string // the topic of copies, "" for none
}
