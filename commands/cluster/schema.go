package cluster

import (
	"context"
	"fmt"
	"strings"

	"pulsh/commands/host"
	"pulsh/commands/kinds"
	"pulsh/commands/lang"
	"pulsh/graphs"
	"pulsh/session/broker"
	"pulsh/session/schema"
	"pulsh/session/spec"
)

// SchemaVersion is the kind COUNT of a version of a schema.
func SchemaVersion() lang.Kind {
	k := kinds.Count()
	k.Sample, k.Doc, k.Range = "0", "a version of a schema", "0 or more"
	k.Parse = func(text string) (any, error) { return spec.ParseCount(text) }
	k.Complete = lang.Offer("0", "the first")
	return k
}

// noSchema adds to the error of a missing schema what may be done.
func noSchema(c *host.Call, err error) error {
	if !broker.IsMissing(err) {
		return err
	}
	topic := c.Text("topic")
	if n, ok := host.Value[int](c, "version"); ok {
		return c.Refuse("version", "schema show "+topic, "topic %s has no version %d of a schema", topic, n)
	}
	return c.Refuse("topic", "schema upload "+topic+" string", "topic %s has no schema", topic)
}

// ShowSchema runs the command schema show: print a topic's schema.
func ShowSchema(ctx context.Context, c *host.Call) error {
	a, err := c.Admin()
	if err != nil {
		return err
	}
	version := int64(broker.LatestSchema)
	if n, ok := host.Value[int](c, "version"); ok {
		version = int64(n)
	}
	ctx, cancel := host.Asked(ctx)
	defer cancel()
	info, err := a.Schema(ctx, c.Text("topic"), version)
	if err != nil {
		return noSchema(c, err)
	}
	c.Say("%s: %s, version %d", c.Text("topic"), info.Kind, info.Version)
	definition := string(info.Data)
	if codec, err := schema.New(info); err == nil {
		definition = codec.Describe()
	}
	for line := range strings.Lines(definition) {
		c.Say("  %s", graphs.Clean(strings.TrimRight(line, "\r\n")))
	}
	return nil
}

// UploadSchema runs the command schema upload: register a schema of a topic.
func UploadSchema(ctx context.Context, c *host.Call) error {
	a, err := c.Admin()
	if err != nil {
		return err
	}
	topic := c.Text("topic")
	from, _ := host.Value[spec.SchemaFrom](c, "schema")
	if from.Word == "" || from.Word == spec.SchemaAuto || from.Word == spec.SchemaBytes {
		return c.Refuse("schema", "schema upload "+topic+" string", "schema=%s cannot be uploaded: a topic has one of Avro, JSON, Protobuf or text", from)
	}
	codec, err := schema.Read(from)
	if err != nil {
		return c.Refuse("schema", "schema upload "+topic+" string", "%s", err)
	}
	ctx, cancel := host.Asked(ctx)
	defer cancel()
	if err := a.UploadSchema(ctx, topic, *codec.Schema()); err != nil {
		return noTopic(c, err)
	}
	info, err := a.Schema(ctx, topic, broker.LatestSchema)
	if err != nil {
		return err
	}
	c.Say("%s: %s is version %d of its schema", topic, from, info.Version)
	return nil
}

// DeleteSchema runs the command schema delete: delete a topic's schema.
func DeleteSchema(ctx context.Context, c *host.Call) error {
	a, err := c.Admin()
	if err != nil {
		return err
	}
	topic := c.Text("topic")
	asking, cancel := host.Asked(ctx)
	info, err := a.Schema(asking, topic, broker.LatestSchema)
	cancel()
	if err != nil {
		return noSchema(c, err)
	}
	what := "version 0"
	if info.Version > 0 {
		what = fmt.Sprintf("versions 0 to %d", info.Version)
	}
	if err := c.Consent(ctx, "delete the schema of topic %s (%s, %s)?", topic, info.Kind, what); err != nil {
		return err
	}
	ctx, cancel = host.Asked(ctx)
	defer cancel()
	if err := a.DeleteSchema(ctx, topic); err != nil {
		return noSchema(c, err)
	}
	c.Say("%s: its schema is deleted", topic)
	return nil
}
