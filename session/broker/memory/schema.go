package memory

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"reflect"

	"pulsh/session/broker/protocol"
)

// The kinds of schemas that are treated in their own way.
const (
	schemaNone        = 0
	schemaJSON        = 2
	schemaAvro        = 4
	schemaAutoConsume = 21
)

// schemas are the versions of a topic's schema, from 0 on.
type schemas struct{ versions []protocol.Schema }

// checkSchema returns the version of a schema that a client brings along, which
// becomes a new version if it may. Nil is a client without one.
func (b *Broker) checkSchema(topic string, s *protocol.Schema) (version []byte, err error) {
	if s == nil || s.Kind == schemaAutoConsume || s.Kind < 0 || s.Kind == schemaNone && len(s.Data) == 0 {
		return nil, nil
	}
	name, err := ParseName(topic)
	if err != nil {
		return nil, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	known := b.schemas[name.Base]
	if known == nil {
		known = &schemas{}
		b.schemas[name.Base] = known
	}
	for i := range known.versions {
		if known.versions[i].Kind == s.Kind && bytes.Equal(known.versions[i].Data, s.Data) {
			return versionBytes(i), nil
		}
	}
	if n := len(known.versions); n > 0 {
		if reason := incompatible(&known.versions[n-1], s); reason != "" {
			return nil, refuse(protocol.IncompatibleSchema, "%s", reason)
		}
	}
	known.versions = append(known.versions, *s)
	return versionBytes(len(known.versions) - 1), nil
}

// AddSchema registers a schema of a topic and returns its version.
func (b *Broker) AddSchema(topic string, s *protocol.Schema) ([]byte, error) {
	version, err := b.checkSchema(topic, s)
	if err == nil && version == nil {
		version = []byte{}
	}
	return version, err
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
	if known == nil || len(known.versions) == 0 {
		return nil, nil, refuse(protocol.TopicNotFound, "Topic not found or no-schema")
	}
	at := len(known.versions) - 1
	switch {
	case version == nil:
	case len(version) != 8:
		return nil, nil, refuse(protocol.IncompatibleSchema, "Empty schema version")
	default:
		n := binary.BigEndian.Uint64(version)
		if n >= uint64(len(known.versions)) {
			return nil, nil, refuse(protocol.TopicNotFound, "Topic not found or no-schema")
		}
		at = int(n)
	}
	found := known.versions[at]
	return &found, versionBytes(at), nil
}

func versionBytes(n int) []byte { return binary.BigEndian.AppendUint64(nil, uint64(n)) }

// incompatible is why a schema cannot follow another, "" if it can. As in Pulsar's
// default, readers of both read what writers of both write.
func incompatible(old, next *protocol.Schema) string {
	if old.Kind != next.Kind {
		return "Incompatible schema: exists schema type differs, new schema type differs"
	}
	if old.Kind != schemaAvro && old.Kind != schemaJSON {
		if !bytes.Equal(old.Data, next.Data) {
			return "Incompatible schema: the definitions differ"
		}
		return ""
	}
	var a, b record
	if json.Unmarshal(old.Data, &a) != nil || json.Unmarshal(next.Data, &b) != nil || a.Kind != "record" || b.Kind != "record" {
		return "Incompatible schema: it is not a record"
	}
	if field := a.missing(&b); field != "" {
		return "Incompatible schema: the field " + field + " has no default and is not in both, or has another type"
	}
	if field := b.missing(&a); field != "" {
		return "Incompatible schema: the field " + field + " has no default and is not in both, or has another type"
	}
	return ""
}

// record is an Avro record as far as it is compared.
type record struct {
	Kind   string `json:"type"`
	Fields []struct {
		Name    string
		Type    any
		Default json.RawMessage
	}
}

// missing is a field without which r cannot be read from what other writes, "" if
// there is none.
func (r *record) missing(other *record) string {
	for _, f := range r.Fields {
		found := false
		for _, g := range other.Fields {
			if g.Name == f.Name {
				found = reflect.DeepEqual(f.Type, g.Type)
				if !found {
					return f.Name
				}
			}
		}
		if !found && f.Default == nil {
			return f.Name
		}
	}
	return ""
}
