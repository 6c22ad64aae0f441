package rest

import (
	"encoding/binary"
	"net/http"

	"pulsh/session/broker/protocol"
)

// schemaTopic is the whole name of the topic of a call about its schema.
func (r *request) schemaTopic() string { return "persistent://" + r.ns + "/" + r.args[0] }

func getSchema(r *request) (any, error) {
	var version []byte
	if len(r.args) > 1 {
		n, err := r.number(1)
		if err != nil {
			return nil, err
		}
		version = binary.BigEndian.AppendUint64(nil, uint64(n))
	}
	found, version, err := r.broker.Schema(r.schemaTopic(), version)
	if err != nil {
		return nil, fail(http.StatusNotFound, "Schema not found")
	}
	properties := map[string]string{}
	for _, p := range found.Properties {
		properties[p.Key] = p.Value
	}
	return map[string]any{"version": binary.BigEndian.Uint64(version), "type": protocol.SchemaKindName(found.Kind), "timestamp": 0,
		"data": string(found.Data), "properties": properties}, nil
}

func postSchema(r *request) (any, error) {
	var given struct {
		Kind       string `json:"type"`
		Data       string `json:"schema"`
		Properties map[string]string
	}
	if err := r.read(&given); err != nil {
		return nil, err
	}
	kind, known := protocol.SchemaKindOf(given.Kind)
	if !known {
		return nil, fail(http.StatusUnprocessableEntity, "Unknown schema type %.100q", given.Kind)
	}
	s := &protocol.Schema{Name: r.args[0], Kind: kind, Data: []byte(given.Data)}
	for key, value := range given.Properties {
		s.Properties = append(s.Properties, protocol.KeyValue{Key: key, Value: value})
	}
	version, err := r.broker.AddSchema(r.schemaTopic(), s)
	if err != nil {
		return nil, fail(http.StatusConflict, "%s", err)
	}
	if len(version) == 0 {
		version = make([]byte, 8)
	}
	return map[string]any{"version": map[string]any{"version": binary.BigEndian.Uint64(version)}}, nil
}

func deleteSchema(r *request) (any, error) {
	if !r.broker.DeleteSchema(r.schemaTopic()) {
		return nil, fail(http.StatusNotFound, "Schema not found")
	}
	return map[string]any{"version": map[string]any{"version": -1}}, nil
}
