// Package schemas holds the versions of a topic's schema in memory, and the rules by
// which one may follow another. Pure.
package schemas

import (
	"bytes"
	"encoding/json"
	"reflect"

	"pulsh/session/broker/protocol"
)

// Given reports whether a client brings a schema along.
func Given(s *protocol.Schema) bool {
	return s != nil && s.Kind != protocol.SchemaAutoConsume && s.Kind >= 0 && (s.Kind != protocol.SchemaNone || len(s.Data) > 0)
}

// Versions are the versions of a topic's schema, from 0 on.
type Versions struct{ list []protocol.Schema }

// Count returns the number of versions; v may be nil.
func (v *Versions) Count() int {
	if v == nil {
		return 0
	}
	return len(v.list)
}

// At returns a version.
func (v *Versions) At(i int) protocol.Schema { return v.list[i] }

// Add returns the number of the version that is this schema, which is a new one if it is
// none yet and may follow the last. Otherwise it returns why it may not.
func (v *Versions) Add(s *protocol.Schema) (number int, reason string) {
	for i := range v.list {
		if v.list[i].Kind == s.Kind && bytes.Equal(v.list[i].Data, s.Data) {
			return i, ""
		}
	}
	if n := len(v.list); n > 0 {
		if reason := incompatible(&v.list[n-1], s); reason != "" {
			return 0, reason
		}
	}
	v.list = append(v.list, *s)
	return len(v.list) - 1, ""
}

// incompatible is why a schema cannot follow another, "" if it can. As in Pulsar's
// default, readers of both read what writers of both write.
func incompatible(old, next *protocol.Schema) string {
	if old.Kind != next.Kind {
		return "Incompatible schema: exists schema type differs, new schema type differs"
	}
	if old.Kind != protocol.SchemaAvro && old.Kind != protocol.SchemaJSON {
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
