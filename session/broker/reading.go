package broker

import (
	"context"
	"fmt"
	"math"
	"time"
)

// Message is a message with all that it carries, for people to look at.
type Message struct {
	ID          MessageID // of its entry
	Index       int32     // of the message in its entry
	Batch       int32     // messages in its entry; 0 if it is no batch
	Topic       string    // full name, of the partition where the topic has some
	Body        []byte
	Key         string
	OrderingKey string
	Properties  map[string]string
	Published   time.Time
	EventTime   time.Time // zero if it has none
	DeliverAt   time.Time // zero if it was not delayed
	Redelivery  int       // how often it was delivered again; -1 if it is not known
	Schema      []byte    // version of its schema; nil if it was sent without one
	Producer    string    // "" if it is not known
	Encrypted   bool      // the body is as it was stored
	Chunk       int32     // the number of this chunk of a message, from 0
	Chunks      int32     // of the message; 0 if it is whole. The body of a chunk is as it was stored
}

// Describer is a consumer that tells all that a delivery carries. The message lives as
// long as the delivery.
type Describer interface {
	Describe(*Delivery) Message
}

// Sender is an engine that sends single messages.
type Sender interface {
	// SendEach stores messages in a topic, one after the other, and returns the ids of
	// those that are stored. Of a message it takes the body, the keys, the properties,
	// the event time and the time of delivery.
	SendEach(ctx context.Context, topic string, all []Message) ([]MessageID, error)
}

// Laster is an engine that tells which message is the last one of a topic without
// partitions, or of a partition. Its entry is negative where there is none.
type Laster interface {
	LastMessage(ctx context.Context, topic string) (MessageID, error)
}

// Start is where a reader begins. The zero Start is ConsumerSpec.Position.
type Start struct {
	ID    *MessageID // at this entry
	Time  time.Time  // at the first message that was published then or later
	After []Place    // behind these messages, in their topics
}

// Place is one message, in a topic without partitions or in a partition.
type Place struct {
	Topic string // full name
	ID    MessageID
	Index int32 // of the message in its entry; -1 if it is the only one
}

// WholeEntry is the Index of a Place behind all messages of its entry.
const WholeEntry = math.MaxInt32

// Placed is a reader that knows how far it has read.
type Placed interface {
	// Places returns the last message that was received from each topic or partition.
	// It works after Close too.
	Places() []Place
}

// AfterIn returns the last message that was read of a topic or partition.
func (s Start) AfterIn(topic string) (Place, bool) {
	for _, p := range s.After {
		if p.Topic == topic {
			return p, true
		}
	}
	return Place{}, false
}

// CheckParts refuses to begin at a message in a topic with partitions: it is in one of
// them.
func (s Start) CheckParts(topic string, partitions int) error {
	if s.ID == nil || partitions <= 1 {
		return nil
	}
	return &Error{Message: fmt.Sprintf("%s has %d partitions, and message %s is in one of them; read that partition, as in topic=%s-partition-0", topic, partitions, s.ID, topic)}
}
