package schema

import (
	"context"
	"encoding/binary"
	"fmt"
	"sync"
	"time"

	"github.com/hamba/avro/v2"

	"pulsh/session/broker"
)

// A Reader checks messages by the schemas that they were sent with. Any number of
// goroutines may use it.
type Reader struct {
	own   *Codec       // of the user's schema; nil takes the topic's
	admin broker.Admin // nil if there is none

	versions sync.Map // of topicVersion, *known
}

// topicVersion is a version of a topic's schema. The topic may be a partition.
type topicVersion struct {
	topic   string
	version int64
}

// known is what is known of a version.
type known struct {
	once  sync.Once
	codec *Codec // nil if there is none
	err   error  // why messages of this version cannot be checked
	until time.Time
}

// NewReader returns a reader of messages. own is the user's schema, nil for the topic's.
func NewReader(own *Codec, admin broker.Admin) *Reader { return &Reader{own: own, admin: admin} }

// retryAfter is how long a version that could not be asked for is not asked for again.
const retryAfter = 5 * time.Second

// Check returns why a message does not fit its schema. version is that of the message,
// nil for one that was sent without a schema.
func (r *Reader) Check(topic string, version, body []byte) error {
	codec, err := r.codec(topic, version)
	if err != nil {
		return err
	}
	return codec.Check(body)
}

// codec returns the codec of a version. The first message of it waits until the cluster
// has told it.
func (r *Reader) codec(topic string, version []byte) (*Codec, error) {
	at := topicVersion{topic, broker.LatestSchema}
	if len(version) == 8 {
		at.version = int64(binary.BigEndian.Uint64(version))
	}
	if r.own != nil && (at.version < 0 || r.admin == nil || r.own.info.Kind != broker.SchemaAvro) {
		return r.own, nil // the other encodings tell which field is which
	}
	entry, _ := r.versions.LoadOrStore(at, &known{})
	k := entry.(*known)
	k.once.Do(func() {
		k.codec, k.err = r.ask(at)
		k.until = time.Now().Add(retryAfter)
	})
	if k.err != nil && time.Now().After(k.until) {
		r.versions.CompareAndDelete(at, entry) // the next message asks again
	}
	return k.codec, k.err
}

// ask asks the cluster for a version.
func (r *Reader) ask(at topicVersion) (*Codec, error) {
	ctx, cancel := context.WithTimeout(context.Background(), askTime)
	defer cancel()
	info, err := r.admin.Schema(ctx, at.topic, at.version)
	if err != nil {
		return nil, fmt.Errorf("the schema that it was sent with cannot be read: %w", err)
	}
	c, err := New(info)
	if err != nil || r.own == nil {
		return c, err
	}
	written, wrote := c.form.(*avroForm)
	reading, reads := r.own.form.(*avroForm)
	if !wrote || !reads {
		return nil, fmt.Errorf("it was sent with a schema of kind %s", info.Kind)
	}
	if err := avro.NewSchemaCompatibility().Compatible(reading.schema, written.schema); err != nil {
		return nil, fmt.Errorf("version %d of the topic's schema, which it was sent with, cannot be read by this one", info.Version)
	}
	return c, nil
}
