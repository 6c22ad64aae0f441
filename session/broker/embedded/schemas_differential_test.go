package embedded_test

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/stretchr/testify/require"

	"pulsh/session/broker/memory/schemas"
	"pulsh/session/broker/protocol"
)

// line is a connection that says exactly what a script wants.
type line struct {
	*trace
	socket  net.Conn
	buf     []byte
	used    int
	request uint64
}

// dial greets the broker of a trace.
func (tr *trace) dial() *line {
	socket, err := net.Dial("tcp", strings.TrimPrefix(tr.url, "pulsar://"))
	require.NoError(tr.t, err)
	tr.t.Cleanup(func() { socket.Close() })
	l := &line{trace: tr, socket: socket}
	l.write(&protocol.Connect{ClientVersion: "raw", ProtocolVersion: protocol.Version, AuthMethod: "none"})
	l.answer()
	return l
}

func (l *line) write(m protocol.Body) {
	_, err := l.socket.Write(protocol.Append(nil, m))
	require.NoError(l.t, err)
}

// answer is the next command of the broker that is an answer.
func (l *line) answer() protocol.Body {
	require.NoError(l.t, l.socket.SetReadDeadline(time.Now().Add(soon)))
	for {
		f, n, err := protocol.NextFrame(l.buf[l.used:], protocol.MaxMessageSize)
		require.NoError(l.t, err)
		if l.used += n; n > 0 {
			m := protocol.New(f.Type)
			require.NoError(l.t, protocol.Decode(f.Body, m))
			switch m.(type) {
			case *protocol.Ping:
				l.write(&protocol.Pong{})
				continue
			case *protocol.ActiveConsumerChange:
				continue
			}
			return m
		}
		var more [64 << 10]byte
		k, err := l.socket.Read(more[:])
		require.NoError(l.t, err)
		l.buf = append(append([]byte(nil), l.buf[l.used:]...), more[:k]...)
		l.used = 0
	}
}

// heard notes an answer.
func (l *line) heard(what string, m protocol.Body) {
	switch m := m.(type) {
	case *protocol.Error:
		l.say("%s: %s: %s", what, m.Error, l.masked(m.Message))
	case *protocol.ProducerSuccess:
		l.say("%s: version %x", what, m.SchemaVersion)
	case *protocol.GetOrCreateSchemaAnswer:
		l.say("%s: version %x %s %s", what, m.Version, m.Error, l.masked(m.Message))
	default:
		l.say("%s: %T", what, m)
	}
}

func (l *line) produceAs(topic, what string, s *protocol.Schema) {
	l.request++
	l.write(&protocol.Producer{Numbered: protocol.Numbered{RequestID: l.request}, Topic: topic, ProducerID: l.request, Schema: s, Name: fmt.Sprint("p", l.request)})
	l.heard("a producer of "+what, l.answer())
}

func (l *line) subscribeAs(topic, what string, s *protocol.Schema) {
	l.request++
	l.write(&protocol.Subscribe{Numbered: protocol.Numbered{RequestID: l.request}, Topic: topic, ConsumerID: l.request, Schema: s, Subscription: fmt.Sprint("s", l.request), SubType: protocol.Shared, Name: "c"})
	l.heard("a consumer of "+what, l.answer())
}

func (l *line) register(topic, what string, s *protocol.Schema) {
	l.request++
	l.write(&protocol.GetOrCreateSchema{Numbered: protocol.Numbered{RequestID: l.request}, Topic: topic, Schema: *s})
	l.heard("registering "+what, l.answer())
}

// schemaOf returns a schema in the protocol's words.
func schemaOf(kind, data string) *protocol.Schema {
	number, ok := schemas.KindOf(kind)
	if !ok {
		panic(kind)
	}
	return &protocol.Schema{Name: "s", Kind: number, Data: []byte(data)}
}

// posted returns a schema as the admin API takes it.
func posted(kind, data string) string {
	body, err := json.Marshal(map[string]any{"type": kind, "schema": data, "properties": map[string]string{}})
	if err != nil {
		panic(err)
	}
	return string(body)
}

const (
	recordOf = `{"type":"record","name":"order","namespace":"n","fields":[%s]}`
	idField  = `{"name":"id","type":"int"}`
)

// evolutions are pairs of Avro definitions, of which the second is to follow the first.
var evolutions = []struct{ name, from, to string }{
	{"a field without a default is added", fmt.Sprintf(recordOf, idField), fmt.Sprintf(recordOf, idField+`,{"name":"x","type":"int"}`)},
	{"a field with a default is added", fmt.Sprintf(recordOf, idField), fmt.Sprintf(recordOf, idField+`,{"name":"x","type":"int","default":1}`)},
	{"a field is dropped", fmt.Sprintf(recordOf, idField+`,{"name":"x","type":"int"}`), fmt.Sprintf(recordOf, idField)},
	{"int becomes long", fmt.Sprintf(recordOf, idField), fmt.Sprintf(recordOf, `{"name":"id","type":"long"}`)},
	{"double becomes float", fmt.Sprintf(recordOf, `{"name":"id","type":"double"}`), fmt.Sprintf(recordOf, `{"name":"id","type":"float"}`)},
	{"string becomes bytes", fmt.Sprintf(recordOf, `{"name":"id","type":"string"}`), fmt.Sprintf(recordOf, `{"name":"id","type":"bytes"}`)},
	{"int becomes string", fmt.Sprintf(recordOf, idField), fmt.Sprintf(recordOf, `{"name":"id","type":"string"}`)},
	{"a field may be null", fmt.Sprintf(recordOf, idField), fmt.Sprintf(recordOf, `{"name":"id","type":["null","int"]}`)},
	{"a union loses a branch", fmt.Sprintf(recordOf, `{"name":"id","type":["null","int","string"]}`), fmt.Sprintf(recordOf, `{"name":"id","type":["null","int"]}`)},
	{"a union's branch is promoted", fmt.Sprintf(recordOf, `{"name":"id","type":["null","int"]}`), fmt.Sprintf(recordOf, `{"name":"id","type":["null","double"]}`)},
	{"a symbol is added", fmt.Sprintf(recordOf, `{"name":"e","type":{"type":"enum","name":"e","symbols":["A"]}}`), fmt.Sprintf(recordOf, `{"name":"e","type":{"type":"enum","name":"e","symbols":["A","B"]}}`)},
	{"a symbol is dropped, with a default", fmt.Sprintf(recordOf, `{"name":"e","type":{"type":"enum","name":"e","symbols":["A","B"]}}`), fmt.Sprintf(recordOf, `{"name":"e","type":{"type":"enum","name":"e","symbols":["A"],"default":"A"}}`)},
	{"a fixed grows", fmt.Sprintf(recordOf, `{"name":"f","type":{"type":"fixed","name":"f","size":4}}`), fmt.Sprintf(recordOf, `{"name":"f","type":{"type":"fixed","name":"f","size":8}}`)},
	{"an array's items are promoted", fmt.Sprintf(recordOf, `{"name":"a","type":{"type":"array","items":"int"}}`), fmt.Sprintf(recordOf, `{"name":"a","type":{"type":"array","items":"long"}}`)},
	{"a map's values change", fmt.Sprintf(recordOf, `{"name":"m","type":{"type":"map","values":"int"}}`), fmt.Sprintf(recordOf, `{"name":"m","type":{"type":"map","values":"string"}}`)},
	{"a field is renamed with an alias", fmt.Sprintf(recordOf, idField), fmt.Sprintf(recordOf, `{"name":"number","type":"int","aliases":["id"]}`)},
	{"a field is renamed", fmt.Sprintf(recordOf, idField), fmt.Sprintf(recordOf, `{"name":"number","type":"int"}`)},
	{"the record is renamed", fmt.Sprintf(recordOf, idField), strings.Replace(fmt.Sprintf(recordOf, idField), `"order"`, `"bill"`, 1)},
	{"the record is renamed with an alias", fmt.Sprintf(recordOf, idField), strings.Replace(fmt.Sprintf(recordOf, idField), `"order"`, `"bill","aliases":["n.order"]`, 1)},
	{"the namespace changes", fmt.Sprintf(recordOf, idField), strings.Replace(fmt.Sprintf(recordOf, idField), `"n"`, `"m"`, 1)},
	{"a record in a record loses a field", fmt.Sprintf(recordOf, `{"name":"r","type":{"type":"record","name":"q","fields":[{"name":"a","type":"int"},{"name":"b","type":"int"}]}}`), fmt.Sprintf(recordOf, `{"name":"r","type":{"type":"record","name":"q","fields":[{"name":"a","type":"int"}]}}`)},
	{"a record refers to itself", fmt.Sprintf(recordOf, idField), fmt.Sprintf(recordOf, idField+`,{"name":"next","type":["null","order"],"default":null}`)},
	{"a record becomes an enum", fmt.Sprintf(recordOf, idField), `{"type":"enum","name":"order","namespace":"n","symbols":["A"]}`},
	{"a comment is added", fmt.Sprintf(recordOf, idField), fmt.Sprintf(recordOf, `{"name":"id","doc":"the number","type":"int"}`)},
	{"it is broken", fmt.Sprintf(recordOf, idField), `{"type":"record"`},
}

var strategies = []string{"ALWAYS_INCOMPATIBLE", "ALWAYS_COMPATIBLE", "BACKWARD", "FORWARD", "FULL", "BACKWARD_TRANSITIVE", "FORWARD_TRANSITIVE", "FULL_TRANSITIVE", "UNDEFINED"}

func init() {
	differentials = append(differentials, []differential{
		{"schema strategies", func(tr *trace, topic string) {
			ns := namespaceOf(topic)
			tr.call("PUT", "namespaces/"+ns, "")
			tr.call("GET", "namespaces/"+ns+"/schemaCompatibilityStrategy", "")
			tr.call("GET", "namespaces/"+ns+"/isAllowAutoUpdateSchema", "")
			tr.call("GET", "namespaces/"+ns+"/schemaValidationEnforced", "")
			for _, s := range append(strategies, "WRONG", "full", "AUTO_UPDATE_DISABLED") {
				tr.call("PUT", "namespaces/"+ns+"/schemaCompatibilityStrategy", `"`+s+`"`)
				tr.call("GET", "namespaces/"+ns+"/schemaCompatibilityStrategy", "")
			}
			tr.call("PUT", "namespaces/"+ns+"/schemaCompatibilityStrategy", "7")
			tr.call("PUT", "namespaces/"+ns+"/schemaCompatibilityStrategy", "null")
			tr.call("POST", "namespaces/"+ns+"/schemaCompatibilityStrategy", `"FULL"`)
			for _, b := range []string{"false", "true"} {
				tr.call("POST", "namespaces/"+ns+"/isAllowAutoUpdateSchema", b)
				tr.call("GET", "namespaces/"+ns+"/isAllowAutoUpdateSchema", "")
			}
			tr.call("GET", "namespaces/"+ns+"none/schemaCompatibilityStrategy", "")
			tr.call("PUT", "namespaces/"+ns+"none/schemaCompatibilityStrategy", `"FULL"`)
			tr.call("GET", "namespaces/"+ns+"none/isAllowAutoUpdateSchema", "")
			tr.call("PUT", "persistent/"+topic, "")
			tr.call("GET", "persistent/"+topic+"/schemaCompatibilityStrategy", "")
			tr.call("GET", "persistent/"+topic+"/schemaCompatibilityStrategy?applied=true", "")
			tr.call("GET", "persistent/"+topic+"/schemaValidationEnforced", "")
			tr.call("PUT", "persistent/"+topic+"/schemaCompatibilityStrategy", `"BACKWARD"`)
			time.Sleep(time.Second)
			tr.call("GET", "persistent/"+topic+"/schemaCompatibilityStrategy", "")
			tr.call("GET", "persistent/"+topic+"/schemaCompatibilityStrategy?applied=true", "")
			tr.call("PUT", "persistent/"+topic+"/schemaCompatibilityStrategy", `"WRONG"`)
			tr.call("POST", "persistent/"+topic+"/schemaCompatibilityStrategy", `"FULL"`)
			tr.call("POST", "schemas/"+topic+"/schema", posted("AVRO", evolutions[0].from))
			tr.call("POST", "schemas/"+topic+"/compatibility", posted("AVRO", evolutions[2].to))
			tr.call("POST", "schemas/"+topic+"/compatibility", posted("AVRO", evolutions[0].to))
			tr.call("DELETE", "persistent/"+topic+"/schemaCompatibilityStrategy", "")
			time.Sleep(time.Second)
			tr.call("GET", "persistent/"+topic+"/schemaCompatibilityStrategy", "")
			tr.call("PUT", "persistent/"+topic+"-none/schemaCompatibilityStrategy", `"BACKWARD"`)
		}, ""},
		{"schema endpoints", func(tr *trace, topic string) {
			tr.call("PUT", "persistent/"+topic, "")
			at := "schemas/" + topic
			tr.call("GET", at+"/schema", "")
			tr.call("GET", at+"/schemas", "")
			tr.call("POST", at+"/version", posted("AVRO", evolutions[0].from))
			tr.call("POST", at+"/compatibility", posted("AVRO", evolutions[0].from))
			tr.call("POST", at+"/schema", posted("AVRO", evolutions[0].from))
			tr.call("POST", at+"/schema", posted("AVRO", evolutions[0].from))
			tr.call("POST", at+"/schema", posted("AVRO", evolutions[0].to))
			tr.call("POST", at+"/schema", posted("JSON", evolutions[0].from))
			tr.call("POST", at+"/schema", posted("JSON", evolutions[0].to))
			tr.call("POST", at+"/schema", posted("STRING", ""))
			tr.call("POST", at+"/schema", posted("STRING", "x"))
			tr.call("POST", at+"/schema", posted("INT32", "x"))
			tr.call("POST", at+"/schema", posted("AVRO", "{"))
			tr.call("POST", at+"/schema", posted("AVRO", `{"type":"record","name":"x"}`))
			tr.call("POST", at+"/schema", posted("AVRO", `["null","int"]`))
			tr.call("POST", at+"/schema", posted("AVRO", `"int"`))
			tr.call("POST", at+"/schema", posted("WRONG", `"int"`))
			tr.call("POST", at+"/schema", posted("AUTO_CONSUME", ``))
			tr.call("POST", at+"/schema", posted("NONE", ``))
			tr.call("POST", at+"/schema", posted("BYTES", ``))
			tr.call("POST", at+"/schema", posted("AVRO", evolutions[1].to))
			tr.call("POST", at+"/version", posted("AVRO", evolutions[1].to))
			tr.call("POST", at+"/version", posted("JSON", evolutions[1].to))
			tr.call("POST", at+"/version", posted("AVRO", evolutions[0].to))
			tr.call("GET", at+"/schema", "")
			tr.call("GET", at+"/schema/0", "")
			tr.call("GET", at+"/schema/9", "")
			tr.call("GET", at+"/schema/x", "")
			tr.call("GET", at+"/schemas", "")
			tr.call("GET", at+"-none/schema", "")
			tr.call("DELETE", at+"/schema", "")
			tr.call("DELETE", at+"/schema", "")
			tr.call("GET", at+"/schema", "")
			tr.call("POST", at+"/schema", posted("STRING", ""))
			tr.call("POST", at+"/compatibility", posted("STRING", ""))
			tr.call("POST", at+"/compatibility", posted("INT32", ""))
			tr.call("POST", at+"/compatibility", posted("INT32", "x"))
			tr.call("GET", at+"/schema", "")
		}, ""},
		{"schema evolution", func(tr *trace, topic string) {
			topic = namespaceOf(topic)
			tr.call("PUT", "namespaces/"+topic, "")
			for i, e := range evolutions {
				at := fmt.Sprintf("schemas/%s/t%d", topic, i)
				tr.call("PUT", fmt.Sprintf("persistent/%s/t%d", topic, i), "")
				tr.call("POST", at+"/schema", posted("AVRO", e.from))
			}
			for _, s := range strategies {
				tr.call("PUT", "namespaces/"+topic+"/schemaCompatibilityStrategy", `"`+s+`"`)
				for i, e := range evolutions {
					tr.say("%s, %s", s, e.name)
					tr.call("POST", fmt.Sprintf("schemas/%s/t%d/compatibility", topic, i), posted("AVRO", e.to))
				}
			}
		}, ""},
		{"schemas of clients", clientSchemas, ""},
	}...)
}

// namespaceOf is a namespace for the script of a topic alone.
func namespaceOf(topic string) string { return strings.Replace(topic, "default/", "", 1) }

// own lets a broker serve a topic.
func (tr *trace) own(topic string) {
	answer, err := http.Get(tr.adminURL + "/lookup/v2/topic/" + strings.Replace(topic, "://", "/", 1))
	require.NoError(tr.t, err)
	require.NoError(tr.t, answer.Body.Close())
}

func clientSchemas(tr *trace, topic string) {
	topic = namespaceOf(topic)
	tr.call("PUT", "namespaces/"+topic, "")
	l := tr.dial()
	avro, added, more, text := schemaOf("AVRO", evolutions[0].from), schemaOf("AVRO", evolutions[1].to), schemaOf("AVRO", evolutions[0].to), schemaOf("STRING", "")
	number := schemaOf("INT32", "")
	json := schemaOf("JSON", evolutions[0].from)
	kv := func(key, value string) *protocol.Schema {
		s := schemaOf("KEY_VALUE", "\x00\x00\x00\x00\x00\x00\x00\x00")
		s.Properties = []protocol.KeyValue{{Key: "key.schema.type", Value: key}, {Key: "value.schema.type", Value: value}, {Key: "kv.encoding.type", Value: "INLINE"}}
		return s
	}
	all := func(full string, set []struct {
		what string
		s    *protocol.Schema
	}) {
		tr.own(full)
		for _, one := range set {
			l.subscribeAs(full, one.what, one.s)
			l.produceAs(full, one.what, one.s)
			l.register(full, one.what, one.s)
		}
	}
	type named = []struct {
		what string
		s    *protocol.Schema
	}
	for _, s := range append(strategies, "AUTO") {
		if s == "AUTO" {
			tr.call("POST", "namespaces/"+topic+"/isAllowAutoUpdateSchema", "false")
		} else {
			tr.call("PUT", "namespaces/"+topic+"/schemaCompatibilityStrategy", `"`+s+`"`)
		}
		time.Sleep(300 * time.Millisecond)
		full := "persistent://" + topic + "/" + s
		tr.say("under %s", s)
		tr.own(full)
		l.produceAs(full, "avro", avro)
		all(full, named{{"avro", avro}, {"json", json}, {"a string", text}, {"more", more}, {"added", added}, {"added again", added}, {"avro again", avro}})
		l.produceAs(full, "nothing", nil)
		l.subscribeAs(full, "nothing", nil)
		tr.call("GET", strings.Replace(full, "persistent://", "schemas/", 1)+"/schemas", "")
		full += "-text"
		all(full, named{{"a string", text}, {"a number", number}, {"avro", avro}})
		full += "-kv"
		all(full, named{{"a pair", kv("STRING", "INT32")}, {"another pair", kv("STRING", "INT64")}, {"a string", text}})
		full = "persistent://" + topic + "/" + s + "-bare"
		tr.own(full)
		l.produceAs(full, "nothing", nil)
		all(full, named{{"avro", avro}})
		full += "-read"
		tr.own(full)
		l.subscribeAs(full, "nothing", nil)
		all(full, named{{"a string", text}})
		full += "-broken"
		all(full, named{{"broken avro", schemaOf("AVRO", "{")}, {"broken json", schemaOf("JSON", "{")}, {"a long string", schemaOf("INT32", "x")}})
	}
}
