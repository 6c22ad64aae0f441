package admin

import (
	"context"
	"net/http"
	"strconv"

	"pulsh/session/broker"
)

// schemaPath returns the path of the schema of a topic. Its partitions share it.
func schemaPath(name broker.TopicName, parts ...string) path {
	name = name.Of(-1)
	return path{escaped: join("schemas", name.Tenant, name.Namespace, append([]string{escape(name.Leaf()), "schema"}, parts...)), topic: name}
}

// schemaMax bounds the answer that has a schema: those of thousands of fields have some
// hundred KiB.
const schemaMax = 8 << 20

// Schema returns a version of a topic's schema, or the newest one.
func (a *api) Schema(ctx context.Context, topic string, version int64) (broker.Schema, error) {
	name, err := broker.ParseTopic(topic)
	if err != nil {
		return broker.Schema{}, err
	}
	at := schemaPath(name)
	if version != broker.LatestSchema {
		at = schemaPath(name, strconv.FormatInt(version, 10))
	}
	var answer struct {
		Version    int64             `json:"version"`
		Kind       string            `json:"type"`
		Data       string            `json:"data"`
		Properties map[string]string `json:"properties"`
	}
	err = a.get(ctx, call{at: at, doing: "read the schema of " + name.Short(), max: schemaMax}, &answer)
	return broker.Schema{Kind: broker.SchemaKind(answer.Kind), Data: []byte(answer.Data), Properties: answer.Properties, Version: answer.Version}, err
}

// UploadSchema registers a schema of a topic.
func (a *api) UploadSchema(ctx context.Context, topic string, s broker.Schema) error {
	name, err := broker.ParseTopic(topic)
	if err != nil {
		return err
	}
	properties := s.Properties
	if properties == nil {
		properties = map[string]string{}
	}
	body := map[string]any{"type": s.Kind, "schema": string(s.Data), "properties": properties}
	return a.change(ctx, call{method: http.MethodPost, at: schemaPath(name), body: body, doing: "upload a schema of " + name.Short()})
}

// DeleteSchema deletes all versions of a topic's schema.
func (a *api) DeleteSchema(ctx context.Context, topic string) error {
	name, err := broker.ParseTopic(topic)
	if err != nil {
		return err
	}
	return a.change(ctx, call{method: http.MethodDelete, at: schemaPath(name), doing: "delete the schema of " + name.Short()})
}
