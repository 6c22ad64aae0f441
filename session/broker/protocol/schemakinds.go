package protocol

import "slices"

// Kinds of schemas that engines name.
const (
	SchemaNone = 0
	SchemaAvro = 4
)

// schemaKinds are the kinds by their numbers, as the admin API writes them.
var schemaKinds = []string{"NONE", "STRING", "JSON", "PROTOBUF", "AVRO", "BOOLEAN", "INT8", "INT16", "INT32", "INT64", "FLOAT", "DOUBLE",
	"DATE", "TIME", "TIMESTAMP", "KEY_VALUE", "INSTANT", "LOCAL_DATE", "LOCAL_TIME", "LOCAL_DATE_TIME", "PROTOBUF_NATIVE", "AUTO_CONSUME"}

// SchemaKindName returns the name of a kind in the admin API.
func SchemaKindName(kind int32) string {
	if kind < 0 || int(kind) >= len(schemaKinds) {
		return "NONE"
	}
	return schemaKinds[kind]
}

// SchemaKindOf returns the kind of a name, and false if there is none.
func SchemaKindOf(name string) (kind int32, known bool) {
	at := slices.Index(schemaKinds, name)
	return int32(at), at >= 0
}
