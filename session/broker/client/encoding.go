package client

import (
	"fmt"
	"reflect"
	"strings"
	"sync"

	"github.com/apache/pulsar-client-go/pulsar"
	"github.com/apache/pulsar-client-go/pulsar/crypto"
	"github.com/apache/pulsar-client-go/pulsar/log"

	"pulsh/session/broker"
	"pulsh/session/broker/registration"
)

// isChunked reports whether a message was sent in several chunks, by its id: the client
// exports no other sign. Only such ids have no place in a batch.
func isChunked(id pulsar.MessageID) bool {
	return id != nil && id.BatchIdx() < 0 && strings.HasSuffix(reflect.TypeOf(id).String(), ".chunkMessageID")
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
	o.Schema = registeredSchema(spec.Schema)
	if len(spec.Encrypt) > 0 {
		names := make([]string, len(spec.Encrypt))
		for i, key := range spec.Encrypt {
			names[i] = key.Name
		}
		o.Encryption = &pulsar.ProducerEncryptionInfo{KeyReader: keys(spec.Encrypt), Keys: names}
	}
	if spec.Chunk > 0 {
		o.EnableChunking, o.ChunkMaxMessageSize, o.DisableBatching = true, uint(spec.Chunk), true
	}
}

// decode sets the options about chunks, encryption and schemas.
func decode(o *pulsar.ConsumerOptions, spec broker.ConsumerSpec) {
	o.MaxPendingChunkedMessage, o.ExpireTimeOfIncompleteChunk = spec.Chunks.Pending, spec.Chunks.Expire
	o.Schema = registeredSchema(spec.Schema)
	o.Decryption = &pulsar.MessageDecryptionInfo{KeyReader: keys(spec.Decryption.Keys), ConsumerCryptoFailureAction: cryptoActions[spec.Decryption.OnFailure]}
	o.Decryption.MessageCrypto = newDecrypter(spec.Decryption)
}

var cryptoActions = map[broker.CryptoFailure]int{
	broker.CryptoFail: crypto.ConsumerCryptoFailureActionFail, broker.CryptoDiscard: crypto.ConsumerCryptoFailureActionDiscard,
	broker.CryptoConsume: crypto.ConsumerCryptoFailureActionConsume,
}

// keys gives the client the keys of one side.
type keys []broker.CryptoKey

func (k keys) find(name string, metadata map[string]string) (*crypto.EncryptionKeyInfo, error) {
	for _, key := range k {
		if key.Name == name {
			return crypto.NewEncryptionKeyInfo(name, []byte(key.PEM.Reveal()), metadata), nil
		}
	}
	return nil, fmt.Errorf("there is no key %s", name)
}

// PublicKey returns the key of a name.
func (k keys) PublicKey(name string, metadata map[string]string) (*crypto.EncryptionKeyInfo, error) {
	return k.find(name, metadata)
}

// PrivateKey returns the key of a name.
func (k keys) PrivateKey(name string, metadata map[string]string) (*crypto.EncryptionKeyInfo, error) {
	return k.find(name, metadata)
}

// decrypter decrypts entries as the client would, and reports those that it cannot: the
// client does not tell.
type decrypter struct {
	crypto.MessageCrypto
	failed func(names []string, err error)
	mu     sync.Mutex // the client's own decrypter mixes up the data keys of partitions that come at once
}

func newDecrypter(d broker.Decryption) crypto.MessageCrypto {
	standard, err := crypto.NewDefaultMessageCrypto("", false, log.DefaultNopLogger())
	if err != nil || d.Failed == nil { // there is no error without a key to make
		return standard
	}
	return &decrypter{MessageCrypto: standard, failed: d.Failed}
}

// Decrypt decrypts an entry.
func (d *decrypter) Decrypt(m crypto.MessageMetadataSupplier, data []byte, keys crypto.KeyReader) ([]byte, error) {
	d.mu.Lock()
	plain, err := d.MessageCrypto.Decrypt(m, data, keys)
	d.mu.Unlock()
	if err == nil && plain == nil {
		err = fmt.Errorf("the key does not fit") // the client would go on with no data
	}
	if err != nil {
		var names []string
		for _, key := range m.EncryptionKeys() {
			names = append(names, key.Name())
		}
		d.failed(names, err)
	}
	return plain, err
}

// registered is a schema as the client registers it. Bodies are encoded by others.
type registered struct{ info *pulsar.SchemaInfo }

// registeredSchema returns nil if there is nothing to register.
func registeredSchema(s *broker.Schema) pulsar.Schema {
	r := registration.Of(s)
	if r == nil {
		return nil
	}
	return registered{&pulsar.SchemaInfo{Name: r.Name, Schema: string(r.Data), Type: pulsar.SchemaType(r.Kind), Properties: s.Properties}}
}

// GetSchemaInfo returns the definition.
func (r registered) GetSchemaInfo() *pulsar.SchemaInfo { return r.info }

// Encode returns bytes as they are.
func (r registered) Encode(v any) ([]byte, error) {
	data, ok := v.([]byte)
	if !ok {
		return nil, fmt.Errorf("bodies are encoded before they are sent")
	}
	return data, nil
}

// Decode is not used.
func (r registered) Decode([]byte, any) error { return fmt.Errorf("bodies are decoded by others") }

// Validate is not used.
func (r registered) Validate([]byte) error { return nil }
