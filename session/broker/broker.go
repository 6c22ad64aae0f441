// Package broker is the only access to Pulsar: producers, consumers, and the
// few admin calls that a load shell needs.
//
// Its interfaces move runs of messages (a run of due times, a run of
// deliveries), never one message per call or channel operation, so that an
// engine can build whole batches. The engines are broker/client (the Go client)
// and broker/wire (Pulsar's binary protocol).
package broker

import (
	"context"
	"net"
	"time"

	"pulsh/session/connections"
	"pulsh/session/payload"
)

// Clock returns the time in ns since the session's base instant. It is
// monotonic. Due, send and receipt times are readings of one Clock.
type Clock func() int64

// Dial opens a socket, as net.Dialer.DialContext does.
type Dial func(ctx context.Context, network, address string) (net.Conn, error)

// Broker is a connection to one Pulsar cluster.
type Broker interface {
	// OpenProducer creates a producer. It returns when the broker has accepted
	// it, or with an *Error if it has not within ctx.
	OpenProducer(ctx context.Context, spec ProducerSpec) (Producer, error)
	// Subscribe creates a consumer. It returns when the broker has accepted it,
	// or with an *Error if it has not within ctx.
	Subscribe(ctx context.Context, spec ConsumerSpec) (Consumer, error)
	// Partitions returns how many partitions a topic has, 0 for a topic without
	// partitions. The lookup creates the topic if the broker allows that.
	Partitions(ctx context.Context, topic string) (int, error)
	// OpenForwarder creates a producer that stores received messages in another
	// topic.
	OpenForwarder(ctx context.Context, spec ForwarderSpec) (Forwarder, error)
	// Close ends all connections. Close producers and consumers before.
	Close()
}

// ProducerSpec is what a producer is created with. None of it changes during
// the producer's life: a change needs a new producer.
type ProducerSpec struct {
	Topic       string
	Name        string        // producer name, unique in the cluster
	Sharing     Sharing       // of connections: a broker that throttles a producer stops reading from its connection
	ID          uint64        // of the producer in stamps, see payload.ProducerID
	Compression Compression   // none, lz4, zlib, zstd or snappy
	Batch       Batch         // when a batch is sent
	Routing     Routing       // among the partitions of the topic
	Access      Access        // to the topic; "" is SharedAccess
	Pending     int           // max messages sent and not yet answered
	Timeout     time.Duration // after which a send without an answer fails
	Chunk       int           // max bytes of a chunk; messages above it are sent in several. 0 sends none in chunks
	Encrypt     []CryptoKey   // public keys that messages are encrypted for; nil sends them as they are
	Schema      *Schema       // of the messages; nil for none
	Bodies      payload.Spec
	Keys        *payload.KeyTable // nil for messages without a key
	Seed        uint64            // of bodies and keys
	Clock       Clock
	Base        time.Time // the instant at which Clock is 0
	Recorder    SendRecorder
	// Transactions is nil for a producer that sends without. Not every engine has them.
	Transactions *Transactions
	SendFailed   func(sequence uint64) // called for each failed message, which may be stored all the same; may be nil
	Ended        func(cause error)     // called once if the broker or the client ends the producer; must not block; may be nil
	Links        *connections.Record   // is told when the producer loses its connection; may be nil
}

// SendRecorder counts the outcomes of a producer's messages. Times are readings
// of ProducerSpec.Clock. Its methods never block, and any goroutine may call
// them.
type SendRecorder interface {
	// Sent counts n messages handed to the connection, with the bytes of their
	// bodies.
	Sent(n int, bytes int64)
	// AckedAlike counts n acked messages with the same due, send and receipt
	// times, in the given number of batches.
	AckedAlike(n, batches int, due, sent, now int64)
	// AckedRun counts acked messages with the same send and receipt times, one
	// for each due time, in the given number of batches.
	AckedRun(dues []int64, batches int, sent, now int64)
	// Failed counts a message that was refused or got no answer in time.
	Failed(c Category, text string)
	// Compressed counts bytes of payload before and after their compression.
	Compressed(plain, packed int64)
	// Chunked counts an acked message that was sent in several chunks.
	Chunked()
}

// Routing says to which partition messages go. The zero Routing is the partition of the
// key, and round robin without a key.
type Routing struct {
	Single    bool // messages without a key go to one partition, chosen by the producer's seed
	Fixed     bool // all messages go to Partition
	Partition int
}

// Choose returns the partition of a message, of n, and false if the routing leaves it to
// round robin. byKey is the partition of the key, below 0 without a key.
func (r Routing) Choose(n, byKey int, seed uint64) (partition int, ok bool) {
	switch {
	case r.Fixed:
		return min(r.Partition, n-1), true
	case byKey >= 0:
		return byKey, true
	case r.Single:
		return int(seed % uint64(n)), true
	}
	return 0, false
}

// Batch says when a producer sends a batch. With Messages of 1 or less every
// message is sent alone.
type Batch struct {
	Messages int
	Bytes    int
	Delay    time.Duration
	ByKey    bool // a batch holds messages of one key only, as key_shared needs
}

// Producer is one Pulsar producer, shared by workers of a group.
type Producer interface {
	// Send stamps and sends one message for each due time, in order. It blocks
	// while Pending messages are unanswered. It returns how many messages it
	// sent, fewer than len(dues) only after Release.
	Send(dues []int64) int
	// InFlight returns how many messages are sent and not yet answered.
	InFlight() int
	// Answered returns a number below which all messages are acked or failed,
	// except those that other partitions answer out of order.
	Answered() uint64
	// Release makes every present and future Send return at once.
	Release()
	// Close flushes until ctx ends, then closes the producer. No Send may be
	// running: call Release, wait for the workers, then call Close.
	Close(ctx context.Context) error
}

// ConsumerSpec is what a consumer is created with.
type ConsumerSpec struct {
	Topics       []string
	Subscription string
	Type         SubscriptionType
	Name         string // consumer name, unique in the subscription
	Sharing      Sharing
	Queue        int // receiver queue size
	Position     Position
	Grouping     Grouping            // of acknowledgements; the zero one sends each alone
	Respond      bool                // wait for ack receipts, so that failed acks are noticed
	BatchIndex   bool                // acknowledge the messages of an entry one by one
	NackDelay    time.Duration       // until a nacked message is redelivered
	NonDurable   bool                // the subscription ends with its last consumer
	Priority     int                 // 0 is served first; higher numbers get the rest
	Compacted    bool                // read compacted topics: the last message of each key
	TopicsChange bool                // topics may be added and dropped; there may be none at first
	Ranges       []HashRange         // sticky hash ranges of this consumer; nil lets the broker divide them
	Reader       bool                // it is a reader: exclusive and non-durable, and nothing is left to acknowledge
	Start        Start               // of a reader
	Chunks       Chunks              // how chunks are assembled
	Decryption   Decryption          // of encrypted messages
	Schema       *Schema             // which the broker compares with the topic's; nil for none
	Transactions *Transactions       // nil for a consumer that acknowledges without; not every engine has them
	Links        *connections.Record // is told when the consumer loses its connection; may be nil
	Discarded    func(why string)    // is called for each entry that the engine throws away as damaged; it must not block; may be nil
}

// Delivery is one received message.
type Delivery struct {
	Body       []byte
	Stamp      *payload.Stamp // of a property; nil if there is none, see ReadStamp
	Entry      uint32         // fingerprint of the stored entry's message id
	Redelivery uint32         // the broker's redelivery count
	Received   int64          // clock reading
	Published  int64          // publish time by the sender's clock, ns of Unix time rounded down; 0 if unknown
	Key        string         // "" for none
	Index      int32          // of the message in its entry, from 0
	Partition  uint16         // 0 on a topic without partitions
	Unreadable Unreadable     // why Body is what is stored, and not what was sent
	Retries    uint16         // how often it went through a retry topic
	Chunked    bool           // it came in several chunks
	Version    []byte         // of its schema; nil if it was sent without one
	Topic      string         // whose schema that is; may be a partition
	Message    any            // the engine's handle for Ack and Nack; small, so it can be kept
	Whole      any            // the engine's whole message, for Forward; must not be kept
}

// ReadStamp reads the stamp of a message, from its property or else from its body. It
// reports false for a message of another program.
func (d *Delivery) ReadStamp() (payload.Stamp, bool) {
	if d.Unreadable != Readable {
		return payload.Stamp{}, false
	}
	if d.Stamp != nil {
		return *d.Stamp, true
	}
	return payload.ReadStamp(d.Body)
}

// Consumer is one Pulsar consumer.
type Consumer interface {
	// Receive waits for at least one message, then takes what is available
	// without waiting, at most len(buf). It returns 0 when stop is closed or
	// the consumer has ended.
	Receive(stop <-chan struct{}, buf []Delivery) int
	// Ack acknowledges deliveries. It returns how many acknowledgements failed,
	// and the first error.
	Ack(run []Delivery) (failed int, err error)
	// AckUpTo acknowledges a run, given in order of receipt, and everything
	// before it in the same partitions. Only exclusive and failover
	// subscriptions support it.
	AckUpTo(run []Delivery) error
	// Nack has deliveries redelivered. Pulsar redelivers the whole entry of a
	// message, except messages that were acknowledged with
	// ConsumerSpec.BatchIndex.
	Nack(run []Delivery)
	// Waiting returns how many messages are in this consumer's receiver queue.
	// After a reconnect the number is too high until the queue was empty once.
	Waiting() int
	// Add subscribes to one more topic. A new subscription of it begins at the
	// first message. It needs ConsumerSpec.TopicsChange.
	Add(ctx context.Context, topic string) error
	// Drop leaves a topic. Messages that have arrived from it can still be
	// received.
	Drop(ctx context.Context, topic string) error
	// Ended returns a channel that is closed when the broker or the client has
	// ended this consumer, on one of its topics or on all. The function then
	// returns why.
	Ended() (<-chan struct{}, func() error)
	// Close ends the consumer. No Receive or Ack may be running.
	Close(ctx context.Context) error
}

// Admin is the part of the admin API that a session uses. Topics are given by
// full or short names. A partitioned topic is handled as one.
type Admin interface {
	Version(ctx context.Context) (string, error)
	Topics(ctx context.Context, namespace string) ([]Topic, error)
	Stats(ctx context.Context, topic string) (TopicStats, error)
	SeekTime(ctx context.Context, topic, subscription string, to time.Time) error
	SeekID(ctx context.Context, topic, subscription string, id MessageID) error
	// Limits lists the rate limits that apply to a topic.
	Limits(ctx context.Context, topic string) ([]Limit, error)
	// Policies returns the policies that apply to a topic.
	Policies(ctx context.Context, topic string) (Policies, error)
	// Bound returns the value of a policy such as maxProducersPerTopic and the level
	// that sets it. The value is 0 if it is unknown.
	Bound(ctx context.Context, topic, policy string) (value int, level string, err error)
	TopicAdmin
	SubscriptionAdmin
	SchemaAdmin
}
