package broker

import (
	"context"
	"fmt"
	"time"
)

// Chunks says how a consumer assembles messages that come in chunks.
type Chunks struct {
	Pending int           // max incomplete messages; the oldest is given up for one more
	Expire  time.Duration // until an incomplete message is given up
}

// CryptoKey is a key of end-to-end encryption: a public one of a producer, or a private
// one of a consumer.
type CryptoKey struct {
	Name string
	PEM  Secret // the key in the form that the Go client reads
}

// CryptoFailure is what a consumer does with an entry that it cannot decrypt.
type CryptoFailure string

// What becomes of an entry that cannot be decrypted, as in Pulsar's clients.
const (
	CryptoFail    CryptoFailure = "fail"    // it is nacked, again and again
	CryptoDiscard CryptoFailure = "discard" // it is acknowledged and dropped
	CryptoConsume CryptoFailure = "consume" // it is received as it is
)

// CryptoFailures lists what may become of an entry that cannot be decrypted.
func CryptoFailures() []CryptoFailure {
	return []CryptoFailure{CryptoFail, CryptoDiscard, CryptoConsume}
}

// UnmarshalText reads the word for it.
func (f *CryptoFailure) UnmarshalText(text []byte) error {
	for _, known := range CryptoFailures() {
		if string(text) == string(known) {
			*f = known
			return nil
		}
	}
	return fmt.Errorf("%q is none of %s, %s and %s", text, CryptoFail, CryptoDiscard, CryptoConsume)
}

// Decryption says how a consumer decrypts messages.
type Decryption struct {
	Keys      []CryptoKey
	OnFailure CryptoFailure // "" is CryptoFail
	// Failed is called for each entry that cannot be decrypted, with the names of the
	// keys that it was encrypted for. It must not block. It may be nil.
	Failed func(names []string, err error)
}

// SchemaKind is a kind of schema, in Pulsar's words.
type SchemaKind string

// The kinds of schemas.
const (
	SchemaBytes    SchemaKind = "BYTES"
	SchemaString   SchemaKind = "STRING"
	SchemaJSON     SchemaKind = "JSON"
	SchemaAvro     SchemaKind = "AVRO"
	SchemaProtobuf SchemaKind = "PROTOBUF_NATIVE"
)

// Schema is the schema of a topic's messages.
type Schema struct {
	Kind       SchemaKind
	Data       []byte // the definition; empty for primitive kinds
	Properties map[string]string
	Version    int64 // in its topic, from 0, as the admin API counts
}

// LatestSchema stands for the newest version of a topic's schema.
const LatestSchema = -1

// SchemaAdmin is the part of the admin API about the schemas of topics. A partitioned
// topic has one for all its partitions.
type SchemaAdmin interface {
	// Schema returns a version of a topic's schema. IsMissing reports true for the error
	// if the topic has none.
	Schema(ctx context.Context, topic string, version int64) (Schema, error)
	// UploadSchema registers a schema, which must fit those that the topic has.
	UploadSchema(ctx context.Context, topic string, schema Schema) error
	// DeleteSchema deletes all versions of a topic's schema.
	DeleteSchema(ctx context.Context, topic string) error
}
