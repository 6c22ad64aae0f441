package schema

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"pulsh/session/broker"
	"pulsh/session/payload"
	"pulsh/session/spec"
)

const everything = `{"type":"record","name":"All","namespace":"n","fields":[
	{"name":"b","type":"boolean"},{"name":"i","type":"int","pulsh":"int(1,3)"},{"name":"l","type":"long","pulsh":"counter"},
	{"name":"f","type":"float"},{"name":"d","type":"double"},{"name":"s","type":"string","pulsh":"choice(a,b)"},{"name":"y","type":"bytes"},
	{"name":"e","type":{"type":"enum","name":"E","symbols":["X","Y"]}},
	{"name":"x","type":{"type":"fixed","name":"F","size":5}},
	{"name":"u","type":["null","string","long"],"default":null},
	{"name":"a","type":{"type":"array","items":"int"}},{"name":"m","type":{"type":"map","values":"double"}},
	{"name":"day","type":{"type":"int","logicalType":"date"}},{"name":"at","type":{"type":"long","logicalType":"timestamp-millis"}},
	{"name":"id","type":{"type":"string","logicalType":"uuid"}},
	{"name":"r","type":{"type":"record","name":"Inner","fields":[{"name":"n","type":"int"},{"name":"next","type":["null","Inner"],"default":null}]}}]}`

func write(t *testing.T, name, text string) string {
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

func codec(t *testing.T, text string) *Codec {
	t.Helper()
	from, err := spec.ParseSchema(text)
	require.NoError(t, err)
	c, err := Read(from)
	require.NoError(t, err)
	return c
}

func bodies(t *testing.T, c *Codec, fields string) [][]byte {
	t.Helper()
	size, err := payload.FixedSize(100)
	require.NoError(t, err)
	m, err := c.Maker(payload.Properties(fields), size)
	require.NoError(t, err)
	require.Positive(t, m.Largest())
	facts := payload.NewFacts(7)
	var all [][]byte
	for i := range 500 {
		body := m.Make(nil, facts)
		require.NoError(t, c.Check(body))
		all = append(all, body)
		facts.Next(int64(i) * 1e12)
	}
	return all
}

func TestAvroMakesAndChecksEveryType(t *testing.T) {
	c := codec(t, "avro("+write(t, "all.avsc", everything)+")")
	require.Equal(t, broker.SchemaAvro, c.Schema().Kind)
	require.Contains(t, string(c.Schema().Data), `"pulsh":"counter"`, "the attributes go along")
	body := bodies(t, c, "")[0]
	require.Error(t, c.Check(body[:len(body)-1]), "too short")
	require.ErrorContains(t, c.Check(append(body, 0)), "goes on after the record")
	require.Error(t, c.Check(nil))
	require.Contains(t, c.Describe(), "\n  \"name\": \"All\"")
}

func TestJSONMakesAndChecksEveryType(t *testing.T) {
	c := codec(t, "json("+write(t, "all.avsc", everything)+")")
	var first map[string]any
	require.NoError(t, json.Unmarshal(bodies(t, c, "i:int(7,7),r.n:int(9,9),u:choice(word)")[0], &first))
	require.EqualValues(t, 7, first["i"])
	require.EqualValues(t, 1, first["l"])
	require.Equal(t, "word", first["u"])
	require.EqualValues(t, 9, first["r"].(map[string]any)["n"])
	for field, value := range map[string]any{"i": "text", "e": "Z", "b": 1, "a": 3, "m": []int{}, "r": nil, "u": true, "l": 1.5} {
		broken := map[string]any{}
		for k, v := range first {
			broken[k] = v
		}
		broken[field] = value
		text, err := json.Marshal(broken)
		require.NoError(t, err)
		require.ErrorContains(t, c.Check(text), field)
	}
	delete(first, "u") // it has a default
	text, err := json.Marshal(first)
	require.NoError(t, err)
	require.NoError(t, c.Check(text))
	require.ErrorContains(t, c.Check([]byte("{")), "not JSON")
}

func TestProtobufMakesAndChecksEveryType(t *testing.T) {
	path := write(t, "all.proto", `syntax = "proto3";
		package n;
		import "google/protobuf/timestamp.proto";
		message All {
		  bool b = 1; int32 i = 2; /* pulsh: int(1,3) */ sint64 l = 3; uint32 u = 4; fixed64 f = 5; float x = 6; double d = 7; string s = 8; bytes y = 9;
		  E e = 10; repeated int32 list = 11; map<string, Inner> m = 12; google.protobuf.Timestamp at = 13; optional string o = 14;
		  oneof one { string first = 15; Inner second = 16; } All parent = 17; map<bool, int32> k = 18;
		}
		enum E { X = 0; Y = 4; }
		message Inner { int64 n = 1; // pulsh: counter
		}`)
	c := codec(t, "protobuf("+path+":All)")
	body := bodies(t, c, "e:choice(Y),first:choice(word),m.n:int(5,5)")[0]
	require.Contains(t, string(body), "word")
	require.ErrorContains(t, c.Check([]byte{0xff}), "not a All")
	require.Contains(t, c.Describe(), "map<string, n.Inner> m = 12;")
	again, err := New(*c.Schema())
	require.NoError(t, err)
	bodies(t, again, "i:int(1,2)")
	require.NoError(t, codec(t, "protobuf("+path+":n.Inner)").Check(nil))
}

func TestPrimitives(t *testing.T) {
	text := codec(t, "string")
	require.Len(t, bodies(t, text, "")[0], 100)
	require.Equal(t, "1", string(bodies(t, text, "value:counter")[0]))
	require.ErrorContains(t, text.Check([]byte{0xff}), "not UTF-8")
	for kind, size := range map[broker.SchemaKind]int{"BOOLEAN": 1, "INT8": 1, "INT16": 2, "INT32": 4, "INT64": 8, "FLOAT": 4, "DOUBLE": 8} {
		c, err := New(broker.Schema{Kind: kind})
		require.NoError(t, err)
		require.Len(t, bodies(t, c, "")[0], size)
		require.Error(t, c.Check(make([]byte, size+1)))
		require.Error(t, c.Check(nil))
	}
	c, err := New(broker.Schema{Kind: "INT16"})
	require.NoError(t, err)
	require.Equal(t, []byte{1, 2}, bodies(t, c, "value:int(258,258)")[0])
}

func TestWhatNoMessageCanBeMadeFrom(t *testing.T) {
	size, _ := payload.FixedSize(100)
	for _, test := range []struct{ definition, fields, says string }{
		{everything, "nothing:uuid", `no field "nothing"`},
		{everything, "r:uuid", `no field "r"`},
		{everything, "i:uuid", "field i is of type int"},
		{everything, "e:choice(X,Z)", "field e is one of X, Y"},
		{everything, "b:int(0,1)", "field b is of type boolean"},
		{`{"type":"record","name":"N","fields":[{"name":"n","type":"N"}]}`, "", "contains itself without end"},
		{`{"type":"record","name":"N","fields":[{"name":"n","type":"int","pulsh":"what"}]}`, "", "field n: {{what}} is not a field"},
		{deep(12), "", "more than 20000 fields"},
	} {
		c, err := New(broker.Schema{Kind: broker.SchemaAvro, Data: []byte(test.definition)})
		require.NoError(t, err)
		_, err = c.Maker(payload.Properties(test.fields), size)
		require.ErrorContains(t, err, test.says)
	}
}

// deep is a schema whose records double at each level.
func deep(levels int) string {
	inner := `"int"`
	for i := range levels {
		name := string(rune('A' + i))
		fields := `{"name":"p","type":` + inner + `}`
		for j := range 3 {
			typed := inner
			if i > 0 {
				typed = `"` + string(rune('A'+i-1)) + `"`
			}
			fields += `,{"name":"q` + string(rune('a'+j)) + `","type":` + typed + `}`
		}
		inner = `{"type":"record","name":"` + name + `","fields":[` + fields + `]}`
	}
	return inner
}

func TestBrokenDefinitions(t *testing.T) {
	for text, says := range map[string]string{
		"avro(none.avsc)":                                                                               "none.avsc cannot be read: no such file",
		"avro(" + write(t, "a.avsc", "{") + ")":                                                         "is not a schema: it is not JSON",
		"avro(" + write(t, "b.avsc", "") + ")":                                                          "is not a schema: it is empty",
		"json(" + write(t, "c.avsc", `{"type":"what"}`) + ")":                                           "is not a schema: unknown type",
		"protobuf(" + write(t, "d.proto", "message") + ":M)":                                            "is not a schema: ",
		"protobuf(" + write(t, "e.proto", `syntax="proto3";`) + ":M)":                                   "has no messages",
		"protobuf(" + write(t, "f.proto", `syntax="proto3"; import "../x.proto"; message M {}`) + ":M)": "is not a schema: ",
		"protobuf(" + write(t, "g.proto", `syntax="proto3"; message A {} message B {}`) + ":M)":         `has no message "M" (A, B)`,
		"avro(" + write(t, "h.avsc", strings.Repeat(" ", DefinitionMax+1)) + ")":                        "it is larger than 1 MiB",
	} {
		from, err := spec.ParseSchema(text)
		require.NoError(t, err)
		_, err = Read(from)
		require.ErrorContains(t, err, says, text)
	}
	for _, kind := range []broker.SchemaKind{"KEY_VALUE", "PROTOBUF", "NONE", "WHAT"} {
		_, err := New(broker.Schema{Kind: kind})
		require.ErrorContains(t, err, string(kind))
	}
	for _, data := range []string{"", "{}", `{"fileDescriptorSet":"////"}`, `{"fileDescriptorSet":"","rootMessageTypeName":"M"}`} {
		_, err := New(broker.Schema{Kind: broker.SchemaProtobuf, Data: []byte(data)})
		require.ErrorContains(t, err, "definition", data)
	}
}

// versions is an admin API that knows schemas alone.
type versions struct {
	broker.Admin
	list  []broker.Schema
	asked int
	fails error
}

func (v *versions) Schema(_ context.Context, topic string, version int64) (broker.Schema, error) {
	v.asked++
	if version == broker.LatestSchema {
		version = int64(len(v.list)) - 1
	}
	if v.fails != nil || version < 0 || version >= int64(len(v.list)) {
		return broker.Schema{}, &broker.Error{Message: "no such schema", Cause: errors.Join(v.fails, &broker.Refusal{Status: 404})}
	}
	s := v.list[version]
	s.Version = version
	return s, nil
}

func TestMessagesAreReadByTheVersionTheyWereSentWith(t *testing.T) {
	record := func(fields string) broker.Schema {
		return broker.Schema{Kind: broker.SchemaAvro, Data: []byte(`{"type":"record","name":"R","fields":[` + fields + `]}`)}
	}
	one, two := record(`{"name":"a","type":"string"}`), record(`{"name":"a","type":"string"},{"name":"b","type":"int","default":0}`)
	three := record(`{"name":"c","type":"string"}`)
	api := &versions{list: []broker.Schema{one, two, three}}
	version := func(n byte) []byte { return []byte{0, 0, 0, 0, 0, 0, 0, n} }
	r := NewReader(nil, api)
	require.NoError(t, r.Check("t", version(0), []byte{2, 'x'}))
	require.Error(t, r.Check("t", version(1), []byte{2, 'x'}))
	require.NoError(t, r.Check("t", version(1), []byte{2, 'x', 4}))
	require.NoError(t, r.Check("t", nil, []byte{2, 'x'}), "without a version by the newest")
	require.ErrorContains(t, r.Check("t", version(9), nil), "cannot be read: no such schema")
	require.ErrorContains(t, r.Check("t", version(9), nil), "cannot be read: no such schema")
	require.Equal(t, 4, api.asked, "each version once")

	own, err := New(two)
	require.NoError(t, err)
	r = NewReader(own, api)
	require.NoError(t, r.Check("t", version(0), []byte{2, 'x'}), "a field with a default may be missing")
	require.ErrorContains(t, r.Check("t", version(2), []byte{2, 'x'}), "version 2 of the topic's schema")
	require.NoError(t, NewReader(own, nil).Check("t", version(0), []byte{2, 'x', 4}))
}

func TestASchemaOfTheTopic(t *testing.T) {
	auto := spec.SchemaFrom{Word: spec.SchemaAuto}
	_, err := Find(t.Context(), "fast", auto, "t", nil)
	require.ErrorContains(t, err, "needs the admin API")
	_, err = Find(t.Context(), "fast", auto, "t", &versions{})
	require.ErrorContains(t, err, "topic t has no schema")
	_, err = Find(t.Context(), "fast", auto, "t", &versions{list: []broker.Schema{{Kind: "KEY_VALUE"}}})
	require.ErrorContains(t, err, "schema=auto cannot use the schema of topic t")
	c, err := Find(t.Context(), "fast", auto, "t", &versions{list: []broker.Schema{{Kind: "STRING"}}})
	require.NoError(t, err)
	require.Equal(t, broker.SchemaString, c.Schema().Kind)
}

// FuzzHostileBodies lets bodies of others be anything: none may end the process.
func FuzzHostileBodies(f *testing.F) {
	f.Add([]byte{1, 2, 3})
	f.Add([]byte(`{"l":1}`))
	f.Add([]byte(strings.Repeat("\x02", 1000)))
	var codecs []*Codec
	for _, kind := range []broker.SchemaKind{broker.SchemaAvro, broker.SchemaJSON} {
		c, err := New(broker.Schema{Kind: kind, Data: []byte(everything)})
		if err != nil {
			f.Fatal(err)
		}
		codecs = append(codecs, c)
	}
	f.Fuzz(func(_ *testing.T, body []byte) {
		for _, c := range codecs {
			_ = c.Check(body) // any answer will do
		}
	})
}

// FuzzDefinitions lets the schema of a topic be anything.
func FuzzDefinitions(f *testing.F) {
	f.Add([]byte(everything))
	f.Add([]byte(`"string"`))
	f.Add([]byte(`["null",{"type":"array","items":"long"}]`))
	size, _ := payload.FixedSize(100)
	f.Fuzz(func(_ *testing.T, data []byte) {
		for _, kind := range []broker.SchemaKind{broker.SchemaAvro, broker.SchemaJSON, broker.SchemaProtobuf} {
			if c, err := New(broker.Schema{Kind: kind, Data: data}); err == nil {
				_, _ = c.Maker("", size) // any answer will do
			}
		}
	})
}

func TestAHostileBodyEndsSoon(t *testing.T) {
	c, err := New(broker.Schema{Kind: broker.SchemaJSON, Data: []byte(`{"type":"record","name":"A","fields":[{"name":"x","type":["null",
		{"type":"record","name":"B","fields":[{"name":"x","type":["null","A","B"]}]},"A"]}]}`)})
	require.NoError(t, err)
	body := strings.Repeat(`{"x":`, 500) + "1" + strings.Repeat("}", 500)
	require.Error(t, c.Check([]byte(body)))
}
