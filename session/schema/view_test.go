package schema

import (
	"encoding/binary"
	"encoding/json"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/hamba/avro/v2"
	"github.com/stretchr/testify/require"

	"pulsh/session/broker"
)

// versionOf returns the version of a schema as a message carries it.
func versionOf(n uint64) []byte { return binary.BigEndian.AppendUint64(nil, n) }

// viewOf shows a body of one schema.
func viewOf(t *testing.T, s broker.Schema, body []byte) View {
	t.Helper()
	return NewViewer(&versions{list: []broker.Schema{s}}).View(t.Context(), "t", versionOf(0), body)
}

func compacted(t *testing.T, text []byte) string {
	t.Helper()
	require.True(t, json.Valid(text), "%s", text)
	return string(compact(string(text)))
}

func TestAvroIsShownAsJSON(t *testing.T) {
	definition := `{"type":"record","name":"All","namespace":"n","fields":[
		{"name":"z","type":"boolean"},{"name":"i","type":"int"},{"name":"f","type":"float"},{"name":"d","type":"double"},{"name":"s","type":"string"},{"name":"y","type":"bytes"},
		{"name":"e","type":{"type":"enum","name":"E","symbols":["X","Y"]}},{"name":"x","type":{"type":"fixed","name":"F","size":2}},
		{"name":"u","type":["null","string"]},{"name":"w","type":["null",{"type":"record","name":"Inner","fields":[{"name":"n","type":"int"},{"name":"next","type":["null","Inner"]}]}]},
		{"name":"a","type":{"type":"array","items":"int"}},{"name":"m","type":{"type":"map","values":"double"}},
		{"name":"day","type":{"type":"int","logicalType":"date"}},{"name":"clock","type":{"type":"int","logicalType":"time-millis"}},
		{"name":"at","type":{"type":"long","logicalType":"timestamp-millis"}},{"name":"far","type":{"type":"long","logicalType":"timestamp-micros"}},
		{"name":"local","type":{"type":"long","logicalType":"local-timestamp-millis"}},
		{"name":"price","type":{"type":"bytes","logicalType":"decimal","precision":9,"scale":2}},{"name":"small","type":{"type":"bytes","logicalType":"decimal","precision":4,"scale":3}}]}`
	s, err := avro.Parse(definition)
	require.NoError(t, err)
	w := avro.NewWriter(nil, 100)
	w.WriteBool(true)
	w.WriteInt(-5)
	w.WriteFloat(1.5)
	w.WriteDouble(math.Inf(-1))
	w.WriteString("<a>\x1b[2J\"é\xff")
	w.WriteBytes([]byte{0, 255})
	w.WriteInt(1) // Y
	_, err = w.Write([]byte("hi"))
	require.NoError(t, err)
	w.WriteLong(0) // null
	w.WriteLong(1) // Inner
	w.WriteInt(7)
	w.WriteLong(0)
	w.WriteBlockHeader(2, 0)
	w.WriteInt(1)
	w.WriteInt(2)
	w.WriteBlockHeader(0, 0)
	w.WriteBlockHeader(1, 0)
	w.WriteString("k")
	w.WriteDouble(2)
	w.WriteBlockHeader(0, 0)
	w.WriteInt(20513)
	w.WriteInt(37_327_500)
	w.WriteLong(1_772_359_200_123)
	w.WriteLong(math.MaxInt64)
	w.WriteLong(1_772_359_200_123)
	w.WriteBytes([]byte{0xff, 0x38}) // -200
	w.WriteBytes([]byte{5})
	body := w.Buffer()
	require.NotNil(t, s)
	got := viewOf(t, broker.Schema{Kind: broker.SchemaAvro, Data: []byte(definition)}, body)
	require.NoError(t, got.Err)
	require.Equal(t, "n.All", got.Name)
	require.True(t, strings.HasPrefix(string(got.Text), "{\n  \"z\": true,\n  \"i\": -5"), "%s", got.Text)
	require.Equal(t, `{"z":true,"i":-5,"f":1.5,"d":"-Infinity","s":"<a>\u001b[2J\"é\ufffd","y":"AP8=","e":"Y","x":"aGk=","u":null,"w":{"n":7,"next":null},"a":[1,2],"m":{"k":2},`+
		`"day":"2026-03-01","clock":"10:22:07.5","at":"2026-03-01T10:00:00.123Z","far":9223372036854775807,"local":"2026-03-01T10:00:00.123","price":-2.00,"small":0.005}`, compacted(t, got.Text))
	for n := range body { // each end that comes too early is told
		require.Error(t, viewOf(t, broker.Schema{Kind: broker.SchemaAvro, Data: []byte(definition)}, body[:n]).Err, n)
	}
	require.ErrorContains(t, viewOf(t, broker.Schema{Kind: broker.SchemaAvro, Data: []byte(definition)}, append(body, 1)).Err, "goes on after the record")
}

func TestOtherKindsAreShown(t *testing.T) {
	proto := codec(t, "protobuf("+write(t, "o.proto", `syntax = "proto3"; package shop; message Order { int64 order_id = 1; string who = 2; repeated int32 n = 3; }`)+":Order)")
	big := func(n int64) []byte { return binary.BigEndian.AppendUint64(nil, uint64(n)) }
	for name, c := range map[string]struct {
		schema     broker.Schema
		body       []byte
		text, fail string
	}{
		"protobuf":          {*proto.Schema(), []byte{0x12, 1, 'x'}, `{"order_id":"0","who":"x","n":[]}`, ""},
		"no protobuf":       {*proto.Schema(), []byte{0xff}, "", "it is not a Order"},
		"json":              {broker.Schema{Kind: broker.SchemaJSON, Data: []byte(`{"type":"record","name":"R","fields":[{"name":"a","type":"int"}]}`)}, []byte(`{"a":1,"b":2}`), `{"a":1,"b":2}`, ""},
		"json of others":    {broker.Schema{Kind: broker.SchemaJSON, Data: []byte(`{"type":"record","name":"R","fields":[{"name":"a","type":"int"}]}`)}, []byte(`{"a":"x"}`), "", "a is not of type int"},
		"string":            {broker.Schema{Kind: "STRING"}, []byte("x"), "", ""},
		"no string":         {broker.Schema{Kind: "STRING"}, []byte{0xff}, "", "it is not UTF-8"},
		"bytes":             {broker.Schema{Kind: "BYTES"}, []byte{0xff}, "", ""},
		"boolean":           {broker.Schema{Kind: "BOOLEAN"}, []byte{1}, "true", ""},
		"int8":              {broker.Schema{Kind: "INT8"}, []byte{0xff}, "-1", ""},
		"int16":             {broker.Schema{Kind: "INT16"}, []byte{1, 0}, "256", ""},
		"int32":             {broker.Schema{Kind: "INT32"}, []byte{0, 0, 1, 0}, "256", ""},
		"int64":             {broker.Schema{Kind: "INT64"}, big(-7), "-7", ""},
		"float":             {broker.Schema{Kind: "FLOAT"}, binary.BigEndian.AppendUint32(nil, math.Float32bits(0.1)), "0.1", ""},
		"double":            {broker.Schema{Kind: "DOUBLE"}, big(int64(math.Float64bits(math.NaN()))), `"NaN"`, ""},
		"too short":         {broker.Schema{Kind: "INT32"}, []byte{0}, "", "has 4 bytes, not 1"},
		"timestamp":         {broker.Schema{Kind: "TIMESTAMP"}, big(1_772_359_200_123), `"2026-03-01T10:00:00.123Z"`, ""},
		"instant":           {broker.Schema{Kind: "INSTANT"}, append(big(1_772_359_200), 0, 0, 0, 1), `"2026-03-01T10:00:00.000000001Z"`, ""},
		"local date":        {broker.Schema{Kind: "LOCAL_DATE"}, big(20513), `"2026-03-01"`, ""},
		"no local date":     {broker.Schema{Kind: "LOCAL_DATE"}, big(math.MaxInt64), "", "its year is not one of"},
		"local time":        {broker.Schema{Kind: "LOCAL_TIME"}, big(int64(90 * time.Minute)), `"01:30:00"`, ""},
		"local date time":   {broker.Schema{Kind: "LOCAL_DATE_TIME"}, append(big(20513), big(1)...), `"2026-03-01T00:00:00.000000001"`, ""},
		"key and value":     {broker.Schema{Kind: "KEY_VALUE"}, []byte("x"), "", "pulsh does not decode schemas of kind KEY_VALUE"},
		"a broken schema":   {broker.Schema{Kind: broker.SchemaAvro, Data: []byte("{")}, []byte("x"), "", "its schema cannot be used: it is not JSON"},
		"items of no bytes": {broker.Schema{Kind: broker.SchemaAvro, Data: []byte(`{"type":"array","items":"null"}`)}, []byte{0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 0}, "", "its JSON has more than 8MiB"},
	} {
		t.Run(name, func(t *testing.T) {
			got := viewOf(t, c.schema, c.body)
			if c.fail != "" {
				require.ErrorContains(t, got.Err, c.fail)
				require.Nil(t, got.Text)
				return
			}
			require.NoError(t, got.Err)
			if c.text == "" {
				require.Nil(t, got.Text)
				return
			}
			require.Equal(t, c.text, compacted(t, got.Text))
		})
	}
}

func TestAViewerAsksOnceAndKeepsFew(t *testing.T) {
	api := &versions{list: make([]broker.Schema, 2*viewedMost)}
	for i := range api.list {
		api.list[i].Kind = "INT8"
	}
	v := NewViewer(api)
	for range 3 {
		require.NoError(t, v.View(t.Context(), "t", versionOf(1), []byte{1}).Err)
	}
	require.Equal(t, 1, api.asked)
	for n := range api.list {
		v.View(t.Context(), "t", versionOf(uint64(n)), []byte{1})
		require.LessOrEqual(t, len(v.known), viewedMost)
	}
	api.asked = 0
	for range 3 {
		require.ErrorContains(t, v.View(t.Context(), "t", versionOf(999), nil).Err, "its schema cannot be read: no such schema")
	}
	require.Equal(t, 1, api.asked, "an error is not asked for again at once")
	require.ErrorContains(t, NewViewer(nil).View(t.Context(), "t", versionOf(0), nil).Err, "no admin API")
	require.ErrorContains(t, v.View(t.Context(), "t", []byte{1}, nil).Err, "schema version 01")
}

// FuzzViews shows hostile bodies: what is shown is JSON.
func FuzzViews(f *testing.F) {
	f.Add([]byte{1, 2, 3})
	f.Add([]byte(strings.Repeat("\x02", 100)))
	api := &versions{list: []broker.Schema{{Kind: broker.SchemaAvro, Data: []byte(everything)}, {Kind: broker.SchemaJSON, Data: []byte(everything)}}}
	f.Fuzz(func(t *testing.T, body []byte) {
		v := NewViewer(api)
		for n := range api.list {
			if got := v.View(t.Context(), "t", versionOf(uint64(n)), body); got.Err == nil && !json.Valid(got.Text) {
				t.Fatalf("%q", got.Text)
			}
		}
	})
}
