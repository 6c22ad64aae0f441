// Package registration turns a schema into what producers and consumers register, the
// same with either engine. Pure.
package registration

import (
	"maps"
	"slices"

	"pulsh/session/broker"
	"pulsh/session/broker/protocol"
)

// name is that of every schema. Brokers keep it beside the definition.
const name = "pulsh"

// Of returns the schema as the protocol has it. It is nil for none and for BYTES, which
// the protocol leaves out.
func Of(s *broker.Schema) *protocol.Schema {
	if s == nil {
		return nil
	}
	kind, known := protocol.SchemaKindOf(string(s.Kind))
	if !known || kind == protocol.SchemaNone {
		return nil
	}
	r := &protocol.Schema{Name: name, Data: s.Data, Kind: kind}
	for _, key := range slices.Sorted(maps.Keys(s.Properties)) {
		r.Properties = append(r.Properties, protocol.KeyValue{Key: key, Value: s.Properties[key]})
	}
	return r
}
