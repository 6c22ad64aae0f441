package schemas

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"slices"

	"pulsh/session/broker/protocol"
)

// compatible refuses a schema that does not fit older ones of its kind.
func compatible(old []protocol.Schema, next *protocol.Schema, by Strategy) error {
	switch next.Kind {
	case schemaAvro, schemaProtobuf:
		return avroCompatible(old, next, by)
	case schemaJSON:
		return jsonCompatible(old, next, by)
	case schemaNative:
		return nativeCompatible(old, next, by)
	case schemaKeyValue:
		return pairCompatible(old, next, by)
	}
	if by == AlwaysIncompatible {
		return say("Schema compatibility strategy is ALWAYS_INCOMPATIBLE")
	}
	return nil
}

// avroCompatible compares Avro definitions, the newest of the old ones first.
func avroCompatible(old []protocol.Schema, next *protocol.Schema, by Strategy) error {
	to, err := parseAvro(next.Data)
	if err != nil {
		return err
	}
	for i := len(old) - 1; i >= 0; i-- {
		from, err := parseAvro(old[i].Data)
		if err != nil {
			return err
		}
		switch {
		case by == AlwaysIncompatible:
			return unreadable(by, to, to) // what Pulsar prints
		case by.forward() && !readable(to, from):
			return unreadable(by, to, from)
		case by.backward() && !readable(from, to):
			return unreadable(by, from, to)
		}
	}
	return nil
}

// unreadable is the refusal of a definition: what the writer's definition has written
// cannot be read with the reader's.
func unreadable(by Strategy, writer, reader *avro) error {
	return say("Error during schema compatibility check with strategy %s: org.apache.avro.SchemaValidationException: "+
		"Unable to read schema: \n%s\nusing schema:\n%s", by, writer.text(), reader.text())
}

// jsonCompatible compares definitions of JSON, which are Avro's. Clients of long ago sent a
// JSON Schema instead, which is compared by its id alone.
func jsonCompatible(old []protocol.Schema, next *protocol.Schema, by Strategy) error {
	isAvro := func(s *protocol.Schema) bool {
		_, err := parseAvro(s.Data)
		return err == nil
	}
	for i := range old {
		switch from, to := isAvro(&old[i]), isAvro(next); {
		case from && to:
			if err := avroCompatible(old[i:i+1], next, by); err != nil {
				return err
			}
		case !from && !to && jsonID(&old[i]) != jsonID(next):
			return say("Incompatible Schema from %s + to %s", old[i].Data, next.Data)
		}
	}
	return nil
}

func jsonID(s *protocol.Schema) (id string) {
	document, _ := readJSON(s.Data)
	o, _ := document.(object)
	return o.text("id")
}

// native is what a client says of a Protobuf definition.
type native struct {
	Root string `json:"rootMessageTypeName"`
}

func nativeCompatible(old []protocol.Schema, next *protocol.Schema, by Strategy) error {
	var to native
	_ = json.Unmarshal(next.Data, &to) // it was validated
	for i := range old {
		var from native
		_ = json.Unmarshal(old[i].Data, &from) // likewise
		switch {
		case by == AlwaysIncompatible:
			return say("Unknown SchemaCompatibilityStrategy.")
		case from.Root != to.Root:
			return say("Protobuf root message change is not allowed under the '%s' strategy. Original message name: '%s', new message name: '%s'.", by, from.Root, to.Root)
		}
	}
	return nil
}

// pair takes the schemas of a key and a value apart.
func pair(s *protocol.Schema) (key, value protocol.Schema, err error) {
	rest := s.Data
	part := func(property string) (one protocol.Schema) {
		one.Kind = kindIn(s, property)
		if len(rest) < 4 {
			err = errors.New("the schemas of key and value cannot be told apart")
			return one
		}
		n := int(int32(binary.BigEndian.Uint32(rest)))
		if n = max(n, 0); n > len(rest)-4 {
			err = errors.New("the schemas of key and value cannot be told apart")
			return one
		}
		one.Data, rest = rest[4:4+n], rest[4+n:]
		return one
	}
	key, value = part("key.schema.type"), part("value.schema.type")
	return key, value, err
}

func pairCompatible(old []protocol.Schema, next *protocol.Schema, by Strategy) error {
	key, value, err := pair(next)
	if err != nil {
		return err
	}
	var keys, values []protocol.Schema
	for i := range old {
		k, v, err := pair(&old[i])
		if err != nil {
			return err
		}
		if k.Kind != key.Kind || v.Kind != value.Kind {
			return say("Key schemas or Value schemas are different schema type, from key schema type is %s and to key schema is %s, from value schema is %s and to value schema is %s",
				partName(k.Kind), partName(key.Kind), partName(v.Kind), partName(value.Kind))
		}
		keys, values = append(keys, k), append(values, v)
	}
	if err := compatible(keys, &key, by); err != nil {
		return err
	}
	return compatible(values, &value, by)
}

// partName is the name of the kind of a key or a value.
func partName(kind int32) string {
	if kind == schemaNone {
		return "BYTES"
	}
	return KindName(kind)
}

// Valid refuses a schema whose definition cannot be one.
func Valid(s *protocol.Schema) error {
	switch s.Kind {
	case schemaAvro, schemaProtobuf, schemaJSON:
		return validAvro(s)
	case schemaNative:
		var of native
		if err := json.Unmarshal(s.Data, &of); err != nil || of.Root == "" {
			return say("protobuf root message descriptor is null, please recheck rootMessageTypeName or rootFileDescriptorName conf. ")
		}
	case schemaString:
		if len(s.Data) > 0 && string(s.Data) != "null" { // the Python client writes null
			return say("Invalid schema definition data for string schema : '%s'", s.Data)
		}
	case schemaKeyValue:
		key, value, err := pair(s)
		if err != nil {
			return err
		}
		if err := Valid(&key); err != nil {
			return err
		}
		return Valid(&value)
	case schemaAutoConsume:
		return say("Schema %s is a client-side schema type", "AUTO_CONSUME")
	case schemaNone:
	default:
		if n := len(s.Data); n > 0 {
			return say("Invalid schema definition data for primitive schemas :length of schema data should be zero, but %d bytes is found", n)
		}
	}
	return nil
}

func validAvro(s *protocol.Schema) error {
	of, err := parseAvro(s.Data)
	if err == nil && of.kind == "union" {
		err = say("Avro schema typed [UNION] is not supported")
		if s.Kind != schemaJSON {
			return err
		}
	}
	if document, no := readJSON(s.Data); err != nil && s.Kind == schemaJSON && no == nil {
		if o, isObject := document.(object); isObject && slices.Contains([]string{"object", "string", "array", "number", "integer", "boolean", "null", "any"}, o.text("type")) {
			return nil // a JSON Schema
		}
	}
	if err != nil {
		return say("Invalid schema definition data for %s schema", KindName(s.Kind))
	}
	return nil
}

// pairText is the definition of a key and a value in the admin API.
type pairText struct {
	Key   json.RawMessage `json:"key"`
	Value json.RawMessage `json:"value"`
}

// Text returns the definition of a schema as the admin API writes it.
func Text(s *protocol.Schema) string {
	if s.Kind != schemaKeyValue {
		return string(s.Data)
	}
	key, value, err := pair(s)
	if err != nil {
		return string(s.Data)
	}
	text, _ := json.Marshal(pairText{raw(key.Data), raw(value.Data)})
	return string(text)
}

// raw is a part of a pair in JSON; one without a definition is an empty text.
func raw(data []byte) json.RawMessage {
	if !json.Valid(data) {
		data, _ = json.Marshal(string(data))
	}
	return data
}

// Definition returns the definition of a schema that the admin API was given.
func Definition(kind int32, text string) []byte {
	var of pairText
	if kind != schemaKeyValue || json.Unmarshal([]byte(text), &of) != nil {
		return []byte(text)
	}
	var data []byte
	for _, part := range []json.RawMessage{of.Key, of.Value} {
		var plain string
		if json.Unmarshal(part, &plain) == nil {
			part = []byte(plain)
		}
		data = append(binary.BigEndian.AppendUint32(data, uint32(len(part))), part...)
	}
	return data
}
