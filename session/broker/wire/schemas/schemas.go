// Package schemas turns a schema into what PRODUCER and SUBSCRIBE register. Pure.
package schemas

import (
	"maps"
	"slices"

	"pulsh/session/broker"
	"pulsh/session/broker/protocol"
)

// registeredName is what pulsh calls a schema. Brokers keep it beside the definition.
const registeredName = "pulsh"

// Registered returns the schema as the protocol has it. It is nil for none and for
// BYTES, which the protocol leaves out.
func Registered(s *broker.Schema) *protocol.Schema {
	if s == nil {
		return nil
	}
	kind, known := protocol.SchemaKindOf(string(s.Kind))
	if !known || kind == protocol.SchemaNone {
		return nil
	}
	r := &protocol.Schema{Name: registeredName, Data: s.Data, Kind: kind}
	for _, key := range slices.Sorted(maps.Keys(s.Properties)) {
		r.Properties = append(r.Properties, protocol.KeyValue{Key: key, Value: s.Properties[key]})
	}
	return r
}
