package client

import (
	"reflect"
	"strings"

	"github.com/apache/pulsar-client-go/pulsar"

	"pulsh/session/broker"
)

// isChunked reports whether a message was sent in several chunks, by its id.
func isChunked(id pulsar.MessageID) bool {
	if id == nil {
		return false
	}
	return strings.HasSuffix(reflect.TypeOf(id).String(), ".chunkMessageID")
}

// inFlightMost returns how many sends the client must have room for, so that no message
// waits inside it for a free place.
func inFlightMost(spec broker.ProducerSpec, slots int) int {
	if spec.Chunk <= 0 {
		return spec.Pending
	}
	largest := spec.Bodies.Size.Max()
	if x := spec.Bodies.Extras; x != nil && x.Content != nil {
		largest = x.Content.Largest()
	}
	const spare = 2 // what a codec adds to bodies that do not compress, and the rest of a division
	return slots * (largest/spec.Chunk + spare)
}

// encode sets the options about chunks, encryption and schemas.
func encode(o *pulsar.ProducerOptions, spec broker.ProducerSpec) {
	if spec.Chunk > 0 {
		o.EnableChunking, o.ChunkMaxMessageSize, o.DisableBatching = true, uint(spec.Chunk), true
	}
}
