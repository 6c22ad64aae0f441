// Package schemas holds the versions of a topic's schema in memory, and the rules by
// which one may follow another. Pure.
package schemas

import (
	"bytes"

	"pulsh/session/broker/protocol"
)

// The kinds of schemas that are treated in their own way, by the protocol's numbers.
const (
	schemaNone        = protocol.SchemaNone
	schemaString      = 1
	schemaJSON        = 2
	schemaProtobuf    = 3
	schemaAvro        = protocol.SchemaAvro
	schemaKeyValue    = 15
	schemaNative      = 20
	schemaAutoConsume = 21

	deleted     = -1 // the kind of a version that stands for the deletion of those before
	schemaBytes = -2 // of the admin API alone: it is stored as NONE
)

// KindName returns the name of a kind in the admin API.
func KindName(kind int32) string {
	if kind == schemaBytes {
		return "BYTES"
	}
	return protocol.SchemaKindName(kind)
}

// KindOf returns the kind of a name, and false if there is none.
func KindOf(name string) (kind int32, known bool) {
	if name == "BYTES" {
		return schemaBytes, true
	}
	return protocol.SchemaKindOf(name)
}

// Given reports whether a client brings a schema along.
func Given(s *protocol.Schema) bool {
	return s != nil && s.Kind != schemaAutoConsume && s.Kind >= 0 && (s.Kind != schemaNone || len(s.Data) > 0)
}

// Reads reports whether a consumer takes whatever schema the topic has.
func Reads(s *protocol.Schema) bool { return s != nil && s.Kind == schemaAutoConsume }

// Versions are the versions of a topic's schema, from 0 on. A deletion is one of them.
type Versions struct{ list []protocol.Schema }

// live is the first version since the last deletion.
func (v *Versions) live() int {
	for i := len(v.list) - 1; i >= 0; i-- {
		if v.list[i].Kind == deleted {
			return i + 1
		}
	}
	return 0
}

// Count returns the number of versions since the last deletion.
func (v *Versions) Count() int {
	return len(v.list) - v.live()
}

// Live returns the versions since the last deletion, and the number of the first.
func (v *Versions) Live() (first int, list []protocol.Schema) {
	first = v.live()
	return first, v.list[first:]
}

// At returns a version, and whether it is there and not deleted.
func (v *Versions) At(i int) (s protocol.Schema, there bool) {
	if i < 0 || i >= len(v.list) {
		return s, false
	}
	return v.list[i], v.list[i].Kind != deleted
}

// Delete deletes all versions, and returns the number of the one that says so.
func (v *Versions) Delete() int {
	v.list = append(v.list, protocol.Schema{Kind: deleted})
	return len(v.list) - 1
}

// Find returns the number of the version that is this schema, -1 if none is.
func (v *Versions) Find(s *protocol.Schema) int {
	first, list := v.Live()
	for i := range list {
		if equal(&list[i], s) {
			return first + i
		}
	}
	return -1
}

// equal reports whether two schemas are one version.
func equal(a, b *protocol.Schema) bool {
	if a.Kind != b.Kind || bytes.Equal(a.Data, b.Data) {
		return a.Kind == b.Kind
	}
	if b.Kind != schemaAvro && b.Kind != schemaJSON && b.Kind != schemaProtobuf {
		return false
	}
	x, errX := parseAvro(a.Data)
	y, errY := parseAvro(b.Data)
	return errX == nil && errY == nil && same(x, y)
}

var errFrozen = say("Schema not found and schema auto updating is disabled.") // in Pulsar's words

// InvalidError is the refusal of a schema whose definition cannot be one.
type InvalidError struct{ error }

// Register returns the number of the version that is this schema, which becomes a new one
// if it is none yet and may follow those before. Frozen versions stay as they are.
func (v *Versions) Register(s *protocol.Schema, by Strategy, frozen bool) (number int, err error) {
	if at := v.Find(s); at >= 0 {
		return at, nil
	}
	if frozen {
		return 0, errFrozen
	}
	if err := Valid(s); err != nil {
		return 0, &InvalidError{err}
	}
	if err := v.Follows(s, by); err != nil {
		return 0, err
	}
	v.list = append(v.list, protocol.Schema{Name: s.Name, Kind: max(s.Kind, schemaNone), Data: s.Data, Properties: s.Properties})
	return len(v.list) - 1, nil
}

// Follows refuses a schema that may not become the next version, in the words of Pulsar's
// brokers.
func (v *Versions) Follows(s *protocol.Schema, by Strategy) error {
	_, list := v.Live()
	if len(list) == 0 || by == AlwaysCompatible {
		return nil
	}
	if by.transitive() {
		return followsAll(list, s, by)
	}
	return followsLatest(list, s, by)
}

// Reader refuses the schema of a consumer that cannot read what the topic has.
func (v *Versions) Reader(s *protocol.Schema, by Strategy) error {
	_, list := v.Live()
	switch by {
	case AlwaysCompatible:
		return nil
	case Backward, Forward, ForwardTransitive, Full: // what producers may do next is not the consumer's matter
		return followsLatest(list, s, Backward)
	}
	return followsAll(list, s, by)
}

func followsLatest(list []protocol.Schema, s *protocol.Schema, by Strategy) error {
	last := &list[len(list)-1]
	if last.Kind != s.Kind {
		return otherKind(last, s)
	}
	if bytes.Equal(last.Data, s.Data) {
		return nil
	}
	return compatible(list[len(list)-1:], s, by)
}

func followsAll(list []protocol.Schema, s *protocol.Schema, by Strategy) error {
	for i := range list {
		if list[i].Kind != s.Kind {
			return otherKind(&list[i], s)
		}
	}
	return compatible(list, s, by)
}

func otherKind(old, next *protocol.Schema) error {
	return say("Incompatible schema: exists schema type %s, new schema type %s", KindName(old.Kind), KindName(next.Kind))
}
