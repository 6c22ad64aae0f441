package rest

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"pulsh/session/broker/memory/schemas"
	"pulsh/session/broker/protocol"
)

// schemaTopic is the whole name of the topic of a call about its schema.
func (r *request) schemaTopic() string { return "persistent://" + r.ns + "/" + r.args[0] }

// unexpected is a failure that Pulsar's brokers have no status for.
func unexpected(exception, text string) error {
	return fail(http.StatusInternalServerError, "\n --- An unexpected error occurred in the server ---\n\nMessage: %s\n\nStacktrace:\n\n%s: %s\n", text, exception, text)
}

// schemaJSON is a version of a schema in JSON.
func schemaJSON(number int, s *protocol.Schema) map[string]any {
	properties := map[string]string{}
	for _, p := range s.Properties {
		properties[p.Key] = p.Value
	}
	return map[string]any{"version": number, "type": schemas.KindName(s.Kind), "timestamp": 0, "data": schemas.Text(s), "properties": properties}
}

func getSchema(r *request) (any, error) {
	var version []byte
	if len(r.args) > 1 {
		n, err := strconv.ParseInt(r.args[1], 10, 64)
		if err != nil {
			return nil, unexpected("java.lang.NumberFormatException", "For input string: "+strconv.Quote(r.args[1]))
		}
		version = binary.BigEndian.AppendUint64(nil, uint64(n))
	}
	found, version, err := r.broker.Schema(r.schemaTopic(), version)
	if err != nil {
		return nil, fail(http.StatusNotFound, "Schema not found")
	}
	return schemaJSON(int(binary.BigEndian.Uint64(version)), found), nil
}

func getSchemas(r *request) (any, error) {
	first, list := r.broker.Schemas.List(r.schemaTopic())
	all := []map[string]any{}
	for i := range list {
		all = append(all, schemaJSON(first+i, &list[i]))
	}
	return map[string]any{"getSchemaResponses": all}, nil
}

// posted reads a schema from the body.
func (r *request) posted() (*protocol.Schema, error) {
	var given struct {
		Kind       string            `json:"type"`
		Data       string            `json:"schema"`
		Properties map[string]string `json:"properties"`
	}
	if err := r.read(&given); err != nil {
		return nil, err
	}
	kind, known := schemas.KindOf(given.Kind)
	if !known {
		return nil, unexpected("java.lang.IllegalArgumentException", fmt.Sprintf("No enum constant org.apache.pulsar.common.schema.SchemaType.%.100s", given.Kind))
	}
	s := &protocol.Schema{Name: r.args[0], Kind: kind, Data: schemas.Definition(kind, given.Data)}
	for key, value := range given.Properties {
		s.Properties = append(s.Properties, protocol.KeyValue{Key: key, Value: value})
	}
	return s, nil
}

func postSchema(r *request) (any, error) {
	s, err := r.posted()
	if err != nil {
		return nil, err
	}
	if err := schemas.Valid(s); err != nil {
		return nil, fail(http.StatusUnprocessableEntity, "%s", err)
	}
	number, err := r.broker.Schemas.Post(r.schemaTopic(), s)
	if err != nil {
		return nil, fail(http.StatusConflict, "%s", err)
	}
	return map[string]any{"version": map[string]any{"version": number}}, nil
}

// incompatibleSchema and invalidSchema are the exceptions that brokers answer a test with.
const (
	incompatibleSchema = "org.apache.pulsar.broker.service.schema.exceptions.IncompatibleSchemaException"
	invalidSchema      = "org.apache.pulsar.broker.service.schema.exceptions.InvalidSchemaDataException"
)

func testSchema(r *request) (any, error) {
	s, err := r.posted()
	if err != nil {
		return nil, err
	}
	if err := schemas.Valid(s); err != nil {
		return nil, unexpected(invalidSchema, err.Error())
	}
	by, err := r.broker.Schemas.Test(r.schemaTopic(), s)
	if err != nil {
		return nil, unexpected(incompatibleSchema, err.Error())
	}
	return accepted{map[string]any{"compatibility": true, "schemaCompatibilityStrategy": by}}, nil
}

func findSchema(r *request) (any, error) {
	s, err := r.posted()
	if err != nil {
		return nil, err
	}
	return map[string]any{"version": r.broker.Schemas.Find(r.schemaTopic(), s)}, nil
}

func deleteSchema(r *request) (any, error) {
	number, err := r.broker.Schemas.Delete(r.schemaTopic())
	return map[string]any{"version": number}, err
}

// namespaceThere refuses a namespace that there is not.
func (r *request) namespaceThere() error {
	tenant, _, _ := strings.Cut(r.ns, "/")
	if !slices.Contains(r.broker.Namespaces(tenant), r.ns) {
		return fail(http.StatusNotFound, "Namespace does not exist")
	}
	return nil
}

// strategyResource is the policy that says which schemas may follow others.
const strategyResource = "schemaCompatibilityStrategy"

func getStrategy(r *request) (any, error) {
	if err := r.namespaceThere(); err != nil {
		return nil, err
	}
	if raw := r.broker.Policy(r.ns, strategyResource, false); raw != nil {
		return raw, nil
	}
	return schemas.Undefined, nil
}

// strategy reads a strategy from the body. Like Pulsar's brokers it takes what it does not
// know for none.
func (r *request) strategy() json.RawMessage {
	var s schemas.Strategy
	if json.Unmarshal(r.body, &s) != nil || !s.Known() {
		return nil
	}
	raw, _ := json.Marshal(s)
	return raw
}

func setStrategy(r *request) (any, error) {
	if err := r.namespaceThere(); err != nil {
		return nil, err
	}
	return nil, r.broker.SetPolicy(r.ns, strategyResource, r.strategy())
}

func getAutoUpdate(r *request) (any, error) {
	if err := r.namespaceThere(); err != nil {
		return nil, err
	}
	if raw := r.broker.Policy(r.ns, "isAllowAutoUpdateSchema", false); raw != nil {
		return raw, nil
	}
	return true, nil
}

func setAutoUpdate(r *request) (any, error) {
	var allowed bool
	if err := r.namespaceThere(); err != nil {
		return nil, err
	}
	if err := json.Unmarshal(r.body, &allowed); err != nil {
		return nil, fail(http.StatusBadRequest, "isAllowAutoUpdateSchema is true or false")
	}
	raw, err := json.Marshal(allowed)
	return nil, errors.Join(err, r.broker.SetPolicy(r.ns, "isAllowAutoUpdateSchema", raw))
}

func getTopicStrategy(r *request) (any, error) {
	level, err := r.whole()
	if err != nil {
		return nil, err
	}
	raw := r.broker.Policy(level, strategyResource, r.flag("applied"))
	switch {
	case raw != nil && string(raw) != `"UNDEFINED"`:
		return raw, nil
	case r.flag("applied"):
		return schemas.Full, nil
	}
	return plain(""), nil
}

func setTopicStrategy(r *request) (any, error) {
	level, err := r.whole()
	if err != nil {
		return nil, fail(http.StatusNotFound, "Topic %s not found", r.name.Full)
	}
	return nil, r.broker.SetPolicy(level, strategyResource, r.strategy())
}
