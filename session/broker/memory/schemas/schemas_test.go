package schemas

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"pulsh/session/broker/protocol"
)

func record(fields string) string {
	return fmt.Sprintf(`{"type":"record","name":"order","namespace":"n","fields":[%s]}`, fields)
}

func of(kind int32, data string) *protocol.Schema {
	return &protocol.Schema{Kind: kind, Data: []byte(data)}
}

// TestWhichSchemaMayFollow has the verdicts of a real Pulsar 4.0.8: whether the new
// definition reads what the old one has written, and the other way round.
func TestWhichSchemaMayFollow(t *testing.T) {
	const id = `{"name":"id","type":"int"}`
	enum := func(symbols string) string {
		return record(`{"name":"e","type":{"type":"enum","name":"e","symbols":[` + symbols + `]}}`)
	}
	kind := func(name string) string { return record(`{"name":"id","type":` + name + `}`) }
	for name, c := range map[string]struct {
		from, to          string
		backward, forward bool
	}{
		"a field without a default is added": {record(id), record(id + `,{"name":"x","type":"int"}`), false, true},
		"a field with a default is added":    {record(id), record(id + `,{"name":"x","type":"int","default":1}`), true, true},
		"a null default is one":              {record(id), record(id + `,{"name":"x","type":["null","int"],"default":null}`), true, true},
		"int becomes long":                   {kind(`"int"`), kind(`"long"`), true, false},
		"double becomes float":               {kind(`"double"`), kind(`"float"`), false, true},
		"string becomes bytes":               {kind(`"string"`), kind(`"bytes"`), true, true},
		"int becomes string":                 {kind(`"int"`), kind(`"string"`), false, false},
		"a field may be null":                {kind(`"int"`), kind(`["null","int"]`), true, false},
		"a union loses a branch":             {kind(`["null","int","string"]`), kind(`["null","int"]`), false, true},
		"a branch is promoted":               {kind(`["null","int"]`), kind(`["null","double"]`), true, false},
		"a symbol is added":                  {enum(`"A"`), enum(`"A","B"`), true, true},
		"a fixed grows": {record(`{"name":"f","type":{"type":"fixed","name":"f","size":4}}`),
			record(`{"name":"f","type":{"type":"fixed","name":"f","size":8}}`), false, false},
		"items are promoted": {kind(`{"type":"array","items":"int"}`), kind(`{"type":"array","items":"long"}`), true, false},
		"values change":      {kind(`{"type":"map","values":"int"}`), kind(`{"type":"map","values":"string"}`), false, false},
		"an alias":           {record(id), record(`{"name":"number","type":"int","aliases":["id"]}`), true, false},
		"a field is renamed": {record(id), record(`{"name":"number","type":"int"}`), false, false},
		"another record":     {record(id), strings.Replace(record(id), "order", "bill", 1), true, true},
		"another namespace":  {record(id), strings.Replace(record(id), `"n"`, `"m"`, 1), true, true},
		"it refers to itself": {record(id + `,{"name":"next","type":["null","order"],"default":null}`),
			record(`{"name":"id","type":"long"},{"name":"next","type":["null","n.order"],"default":null}`), true, false},
		"an enum instead": {record(id), `{"type":"enum","name":"order","namespace":"n","symbols":["A"]}`, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			for _, k := range []int32{schemaAvro, schemaJSON, schemaProtobuf} {
				for strategy, want := range map[Strategy]bool{
					AlwaysCompatible: true, AlwaysIncompatible: false, Backward: c.backward, BackwardTransitive: c.backward,
					Forward: c.forward, ForwardTransitive: c.forward, Full: c.backward && c.forward, FullTransitive: c.backward && c.forward,
				} {
					v := &Versions{}
					_, err := v.Register(of(k, c.from), strategy, false)
					require.NoError(t, err)
					number, err := v.Register(of(k, c.to), strategy, false)
					require.Equal(t, want, err == nil, "%s: %v", strategy, err)
					if want {
						require.Equal(t, 1, number)
					}
				}
			}
		})
	}
}

func TestTransitiveStrategiesLookAtAllVersions(t *testing.T) {
	one, two, three := record(`{"name":"a","type":"int"}`), record(`{"name":"a","type":"int"},{"name":"b","type":"int","default":1}`), record(`{"name":"b","type":"int"}`)
	for strategy, want := range map[Strategy]bool{Backward: true, BackwardTransitive: false} {
		v := &Versions{}
		for _, data := range []string{one, two} {
			_, err := v.Register(of(schemaAvro, data), strategy, false)
			require.NoError(t, err)
		}
		require.Equal(t, want, v.Follows(of(schemaAvro, three), strategy) == nil, strategy)
	}
}

func TestTheRefusalShowsBothDefinitions(t *testing.T) {
	v := &Versions{}
	_, err := v.Register(of(schemaAvro, record(`{"name":"id","type":"int","doc":"a <number>"}`)), Full, false)
	require.NoError(t, err)
	_, err = v.Register(of(schemaAvro, record(`{"name":"e","type":{"type":"enum","name":"e","symbols":["A","B"]},"aliases":["x"]},{"name":"f","type":"e","default":"A"}`)), Full, false)
	require.EqualError(t, err, `Error during schema compatibility check with strategy FULL: org.apache.avro.SchemaValidationException: Unable to read schema: 
{
  "type" : "record",
  "name" : "order",
  "namespace" : "n",
  "fields" : [ {
    "name" : "e",
    "type" : {
      "type" : "enum",
      "name" : "e",
      "symbols" : [ "A", "B" ]
    },
    "aliases" : [ "x" ]
  }, {
    "name" : "f",
    "type" : "e",
    "default" : "A"
  } ]
}
using schema:
{
  "type" : "record",
  "name" : "order",
  "namespace" : "n",
  "fields" : [ {
    "name" : "id",
    "type" : "int",
    "doc" : "a <number>"
  } ]
}`)
}

func TestVersions(t *testing.T) {
	v := &Versions{}
	first, again := record(`{"name":"id","type":"int"}`), record(` {"name":"id","doc":"it","type":"int"}`)
	for _, data := range []string{first, again, first} {
		number, err := v.Register(of(schemaAvro, data), Full, false)
		require.NoError(t, err)
		require.Zero(t, number, "a comment makes no version")
	}
	_, err := v.Register(of(schemaJSON, first), Full, false)
	require.EqualError(t, err, "Incompatible schema: exists schema type AVRO, new schema type JSON")
	_, err = v.Register(of(schemaAvro, record(``)), Full, true)
	require.ErrorContains(t, err, "auto updating is disabled")
	require.Equal(t, 1, v.Delete())
	require.Zero(t, v.Count())
	_, there := v.At(1)
	require.False(t, there)
	number, err := v.Register(of(schemaString, ""), Full, false)
	require.NoError(t, err)
	require.Equal(t, 2, number)
	require.NoError(t, v.Reader(of(schemaString, ""), Full))
	require.Error(t, v.Reader(of(schemaJSON, first), Full))
	require.Equal(t, -1, v.Find(of(schemaAvro, first)))
}

func TestAConsumerReadsWhatTheTopicHas(t *testing.T) {
	v := &Versions{}
	_, err := v.Register(of(schemaAvro, record(`{"name":"id","type":"int"}`)), Forward, false)
	require.NoError(t, err)
	require.NoError(t, v.Reader(of(schemaAvro, record(`{"name":"id","type":"long"}`)), Forward), "it reads, whatever producers may do")
	require.Error(t, v.Reader(of(schemaAvro, record(`{"name":"id","type":"string"}`)), Forward))
	require.NoError(t, v.Reader(of(schemaAvro, `{`), AlwaysCompatible))
}

// pairOf is the schema of a key and a value.
func pairOf(keyKind, valueKind, definition string) *protocol.Schema {
	s := of(schemaKeyValue, "")
	s.Data = Definition(schemaKeyValue, definition)
	s.Properties = []protocol.KeyValue{{Key: "key.schema.type", Value: keyKind}, {Key: "value.schema.type", Value: valueKind}}
	return s
}

func TestPairs(t *testing.T) {
	definition := func(value string) string { return `{"key":"","value":` + value + `}` }
	v := &Versions{}
	a := pairOf("STRING", "AVRO", definition(record(`{"name":"id","type":"int"}`)))
	_, err := v.Register(a, Backward, false)
	require.NoError(t, err)
	require.Equal(t, definition(record(`{"name":"id","type":"int"}`)), Text(a))
	_, err = v.Register(pairOf("STRING", "AVRO", definition(record(`{"name":"id","type":"long"}`))), Backward, false)
	require.NoError(t, err)
	_, err = v.Register(pairOf("STRING", "AVRO", definition(record(`{"name":"id","type":"string"}`))), Backward, false)
	require.ErrorContains(t, err, "Unable to read schema")
	_, err = v.Register(pairOf("INT32", "AVRO", definition(record(``))), Backward, false)
	require.EqualError(t, err, "Key schemas or Value schemas are different schema type, from key schema type is STRING and to key schema is INT32, from value schema is AVRO and to value schema is AVRO")
	require.Error(t, Valid(of(schemaKeyValue, "\x00\x00\x00\x09")))
	require.Error(t, Valid(of(schemaKeyValue, "")))
}

func TestProtobufKeepsItsRootMessage(t *testing.T) {
	message := func(name string) *protocol.Schema {
		return of(schemaNative, `{"fileDescriptorSet":"x","rootMessageTypeName":"`+name+`","rootFileDescriptorName":"f"}`)
	}
	v := &Versions{}
	_, err := v.Register(message("a.B"), Full, false)
	require.NoError(t, err)
	_, err = v.Register(message("a.C"), Full, false)
	require.EqualError(t, err, "Protobuf root message change is not allowed under the 'FULL' strategy. Original message name: 'a.B', new message name: 'a.C'.")
	require.Error(t, Valid(of(schemaNative, `{}`)))
}

func TestWhatIsNoDefinition(t *testing.T) {
	for _, data := range []string{
		``, `{`, `7`, `{}`, `{"type":"record"}`, `{"type":"record","name":"x"}`, `{"type":"record","name":"1x","fields":[]}`, `["null","int"]`, `"other"`,
		record(`{"name":"a"}`), record(`{"name":"a","type":"int"},{"name":"a","type":"int"}`), record(`{"name":"a","type":"none"}`), record(`7`),
		record(`{"name":"a","type":["int","int"]}`), record(`{"name":"a","type":["int",["null"]]}`), `{"type":"array"}`, `{"type":"fixed","name":"f"}`,
		`{"type":"enum","name":"e"}`, `{"type":"enum","name":"e","symbols":[1]}`, record(`{"name":"a","type":{"type":"fixed","name":"order","size":1}}`),
		strings.Repeat(`{"type":"array","items":`, 10_000) + `"int"` + strings.Repeat(`}`, 10_000),
	} {
		require.Error(t, Valid(of(schemaAvro, data)), "%.80s", data)
	}
	for _, s := range []*protocol.Schema{
		of(schemaString, "x"), of(8, "x"), of(schemaAutoConsume, ""), of(schemaJSON, `{"type":"record"}`),
	} {
		require.Error(t, Valid(s))
	}
	for _, s := range []*protocol.Schema{
		of(schemaString, "null"), of(8, ""), of(schemaJSON, `{"type":"object","id":"x"}`), of(schemaAvro, `"int"`), of(schemaAvro, `{"type":{"type":"array","items":"int"}}`),
		of(schemaAvro, `{"type":"long","logicalType":"timestamp-millis"}`), of(schemaAvro, record(`{"name":"a$b","type":"int"}`)),
	} {
		require.NoError(t, Valid(s), "%s", s.Data)
	}
}

func FuzzWhichSchemaMayFollow(f *testing.F) {
	f.Add([]byte(record(`{"name":"id","type":"int"}`)), []byte(record(`{"name":"next","type":["null","order"],"default":null}`)))
	f.Add([]byte(`["null",{"type":"map","values":"int"}]`), []byte(`{"type":"fixed","name":"a.b","size":3,"aliases":["c"]}`))
	f.Fuzz(func(t *testing.T, from, to []byte) {
		a, err := parseAvro(from)
		if err != nil {
			return
		}
		again, err := parseAvro([]byte(a.text()))
		require.NoError(t, err, a.text())
		require.True(t, same(a, again))
		require.True(t, readable(a, again), a.text())
		if b, err := parseAvro(to); err == nil {
			readable(a, b)
		}
	})
}
