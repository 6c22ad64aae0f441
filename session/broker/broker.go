// Package broker is the only door to Pulsar: lanes that send, subscribers that
// receive, and the few admin calls a load shell needs.
//
// The interfaces here are what a group sees. They move runs of messages (a
// claimed run of due times, a run of deliveries), never one message through an
// interface call or a channel, so that an engine may build whole batches. The
// engines are broker/client (the Go client) and broker/fake (in memory, for
// tests).
package broker

import (
	"context"
	"time"

	"pulsh/session/payload"
)

// Clock tells the time in nanoseconds since the session's base instant. It is
// monotonic: due, sent and acked times are differences of one clock.
type Clock func() int64

// Broker is a connection to one Pulsar cluster.
type Broker interface {
	// OpenProducer creates a producer. It returns when the broker has accepted it,
	// or with a *Error when it has not within ctx.
	OpenProducer(ctx context.Context, spec ProducerSpec) (Producer, error)
	// Subscribe creates a consumer that the broker has accepted.
	Subscribe(ctx context.Context, spec ConsumerSpec) (Consumer, error)
	// Partitions tells how many partitions a topic has, 0 if it is not
	// partitioned; the lookup creates the topic where the broker allows that.
	Partitions(ctx context.Context, topic string) (int, error)
	// OpenForwarder creates a producer that stores received messages elsewhere.
	OpenForwarder(ctx context.Context, spec ForwarderSpec) (Forwarder, error)
	// Close ends all connections. Lanes and subscribers must be closed before.
	Close()
}

// ProducerSpec is what a lane is created with. None of it changes while the lane
// lives: a change is a new lane.
type ProducerSpec struct {
	Topic       string
	Name        string        // producer name, unique in the cluster
	Stream      uint64        // the stamp's stream: unique to this lane
	Compression Compression   // none, lz4, zlib, zstd or snappy
	Batch       Batch         // when a batch is sent
	Pending     int           // messages sent and not yet answered, at most
	Timeout     time.Duration // after which an unanswered send has failed
	Bodies      payload.Spec
	Keys        *payload.KeyTable // nil for messages without a key
	Seed        uint64            // of bodies and keys
	Clock       Clock
	Base        time.Time // the instant at which Clock is 0
	Recorder    SendRecorder
	Doubt       func(sequence uint64) // called for each message that failed, and may be stored all the same; nil is allowed
	Ended       func(cause error)     // called once if the lane is given up for good, by whomever; it must not block; nil is allowed
}

// SendRecorder counts what became of a lane's messages. Times are readings of
// LaneSpec.Clock. Its methods never block and may be called by any goroutine.
type SendRecorder interface {
	// Sent counts n messages handed to the connection, with the bytes of their bodies.
	Sent(n int, bytes int64)
	// AckedAlike counts n messages with the same times, acked in so many batches.
	AckedAlike(n, batches int, due, sent, now int64)
	// AckedRun counts messages that were sent at one instant, each with its own
	// due time, acked in so many batches.
	AckedRun(dues []int64, batches int, sent, now int64)
	// Failed counts a message that was refused, or got no answer in time.
	Failed(c Category, text string)
}

// Batch says when a lane sends a batch. Messages of 1 or less means that
// every message travels alone.
type Batch struct {
	Messages int
	Bytes    int
	Delay    time.Duration
	ByKey    bool // a batch holds messages of one key only, as key_shared needs
}

// Producer is one producer, shared by the workers of a group.
type Producer interface {
	// Send stamps and sends one message for each due time, in order. It blocks
	// while Pending messages are unanswered, and returns how many it has
	// handed over: fewer than len(dues) only after Release.
	Send(dues []int64) int
	// InFlight is how many messages are sent and not yet answered.
	InFlight() int
	// Answered is how far the stream has been answered: the numbers below it are
	// acked or failed, except what several partitions answer out of order.
	Answered() uint64
	// Release makes every Send, running or to come, return at once.
	Release()
	// Close flushes until ctx ends, then closes the producer. No Send may be
	// running: Release, wait for the workers, then Close.
	Close(ctx context.Context) error
}

// ConsumerSpec is what a subscriber is created with.
type ConsumerSpec struct {
	Topics       []string
	Subscription string
	Type         SubscriptionType
	Name         string // consumer name, unique in the subscription
	Queue        int    // messages the broker may push ahead
	Position     Position
	Grouping     Grouping      // of acknowledgements; the zero one sends each alone
	Respond      bool          // the broker answers acknowledgements; what it refuses is counted
	BatchIndex   bool          // messages of an entry are acknowledged and given back one by one
	NackDelay    time.Duration // until what was given back comes again
	NonDurable   bool          // the subscription ends with its last consumer
	Priority     int           // 0 is served first; lower levels get what these leave
	Compacted    bool          // the last message of each key, where the topic is compacted
	Spread       bool          // topics may come and go; there may be none at first
	Ranges       []HashRange   // of keys that this consumer alone serves; nil lets the broker divide them
}

// Delivery is one received message.
type Delivery struct {
	Body       []byte
	Entry      uint32 // fingerprint of the stored entry's message id
	Redelivery uint32 // how often the broker says it has been delivered before
	Received   int64  // clock reading
	Published  int64  // when it left, in ns of Unix time by its sender's clock, rounded down; 0 if that is not known
	Key        string // "" for none
	Index      int32  // of the message in its entry, from 0
	Partition  uint16 // of the topic, 0 where it has none
	Retries    uint16 // how often it went through a retry topic
	Message    any    // the engine's own handle, for Ack and Nack; small, so that it can be kept
	Whole      any    // the engine's own message with all that it carries, for Forward; not to be kept
}

// Consumer is one consumer that the broker sees.
type Consumer interface {
	// Receive waits for at least one message, then takes what is there without
	// waiting, at most len(buf). It returns 0 when stop is closed or the
	// subscriber has ended.
	Receive(stop <-chan struct{}, buf []Delivery) int
	// Ack acknowledges deliveries; the error is the first one, with how many
	// of them failed.
	Ack(run []Delivery) (failed int, err error)
	// AckUpTo acknowledges a run in order of receipt, with everything that came
	// before it from the same partitions. Only exclusive and failover
	// subscriptions can.
	AckUpTo(run []Delivery) error
	// Nack asks for deliveries to come again. The whole entry that a message
	// belongs to does, but for what was acknowledged by SubscriberSpec.BatchIndex.
	Nack(run []Delivery)
	// Waiting is how many messages have been pushed to this consumer and wait in
	// its own queue. After a reconnect the number is too large until the queue
	// was seen empty once.
	Waiting() int
	// Add subscribes to one more topic, where a new subscription begins at the
	// first message. Only a subscriber made with Spread can.
	Add(ctx context.Context, topic string) error
	// Drop leaves a topic. Messages that have come from it can still be received.
	Drop(ctx context.Context, topic string) error
	// Ended is closed when the broker or the client has given this consumer up
	// for good, on one of its topics or on all; the function then says why.
	Ended() (<-chan struct{}, func() error)
	// Close ends the consumer. No Receive or Ack may be running.
	Close(ctx context.Context) error
}

// Admin is the part of the admin API that a session uses. Topics are full or
// short names; partitioned topics are handled as one.
type Admin interface {
	Version(ctx context.Context) (string, error)
	Topics(ctx context.Context, namespace string) ([]Topic, error)
	Stats(ctx context.Context, topic string) (TopicStats, error)
	SeekTime(ctx context.Context, topic, subscription string, to time.Time) error
	SeekID(ctx context.Context, topic, subscription string, id MessageID) error
	// Limits lists the rate limits that hold for a topic.
	Limits(ctx context.Context, topic string) ([]Limit, error)
	TopicAdmin
	SubscriptionAdmin
}
