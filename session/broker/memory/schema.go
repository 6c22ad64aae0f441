package memory

import (
	"encoding/binary"

	"pulsh/session/broker/memory/schemas"
	"pulsh/session/broker/protocol"
)

// checkSchema returns the version of a schema that a client brings along, which
// becomes a new version if it may. Nil is a client without one, which may not be a
// producer where schemas are enforced.
func (b *Broker) checkSchema(topic string, s *protocol.Schema, producer bool) (version []byte, err error) {
	name, err := ParseName(topic)
	if err != nil {
		return nil, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	known := b.schemas[name.Base]
	if !schemas.Given(s) {
		if producer && known.Count() > 0 && b.policies.of(name, b.cfg).schemaEnforced {
			return nil, refuse(protocol.IncompatibleSchema, "Producers cannot connect or send message without a schema to topics with a schema when SchemaValidationEnforced is enabled")
		}
		return nil, nil
	}
	if known == nil {
		known = &schemas.Versions{}
		b.schemas[name.Base] = known
	}
	number, reason := known.Add(s)
	if reason != "" {
		return nil, refuse(protocol.IncompatibleSchema, "%s", reason)
	}
	return versionBytes(number), nil
}

// AddSchema registers a schema of a topic and returns its version.
func (b *Broker) AddSchema(topic string, s *protocol.Schema) ([]byte, error) {
	version, err := b.checkSchema(topic, s, false)
	if err == nil && version == nil {
		version = []byte{}
	}
	return version, err
}

// DeleteSchema deletes all versions of a topic's schema, and reports whether there were
// any.
func (b *Broker) DeleteSchema(topic string) bool {
	name, err := ParseName(topic)
	b.mu.Lock()
	defer b.mu.Unlock()
	there := err == nil && b.schemas[name.Base].Count() > 0
	delete(b.schemas, name.Base)
	return there
}

// Schema returns a version of a topic's schema, the latest if version is nil.
func (b *Broker) Schema(topic string, version []byte) (*protocol.Schema, []byte, error) {
	name, err := ParseName(topic)
	if err != nil {
		return nil, nil, err
	}
	b.mu.RLock()
	defer b.mu.RUnlock()
	known := b.schemas[name.Base]
	if known.Count() == 0 {
		return nil, nil, refuse(protocol.TopicNotFound, "Topic not found or no-schema")
	}
	at := known.Count() - 1
	switch {
	case version == nil:
	case len(version) != 8:
		return nil, nil, refuse(protocol.IncompatibleSchema, "Empty schema version")
	default:
		n := binary.BigEndian.Uint64(version)
		if n >= uint64(known.Count()) {
			return nil, nil, refuse(protocol.TopicNotFound, "Topic not found or no-schema")
		}
		at = int(n)
	}
	found := known.At(at)
	return &found, versionBytes(at), nil
}

func versionBytes(n int) []byte { return binary.BigEndian.AppendUint64(nil, uint64(n)) }
