// Package schema makes, checks and describes message bodies by a schema: Avro, JSON,
// Protobuf, text and the primitive kinds. Definitions come from files, or from the topic.
// The encodings are those of well-kept libraries.
package schema

import (
	"context"
	"fmt"
	"time"

	"pulsh/session/broker"
	"pulsh/session/input"
	"pulsh/session/payload"
	"pulsh/session/spec"
)

// A Codec makes and checks bodies of one schema. Any number of goroutines may use it.
type Codec struct {
	info broker.Schema
	form form
}

// form is the part of a codec that differs by kind.
type form interface {
	// maker returns what makes bodies. Fields that the user describes are removed from
	// wanted as they are found.
	maker(wanted *wishes, size payload.Size) (makeFunc, error)
	// check returns why a body does not fit the schema.
	check(body []byte) error
	// describe returns the definition, for the user.
	describe() string
}

// makeFunc appends the body of one message.
type makeFunc func(b []byte, f *payload.Facts) []byte

// New returns the codec of a schema, as the admin API gives it.
func New(info broker.Schema) (*Codec, error) {
	c := &Codec{info: info}
	var err error
	switch info.Kind {
	case broker.SchemaAvro:
		c.form, err = parseAvro(info.Data, false)
	case broker.SchemaJSON:
		c.form, err = parseAvro(info.Data, true)
	case broker.SchemaProtobuf:
		c.form, err = parseNative(info.Data)
	default:
		if c.form = primitives[info.Kind]; c.form == nil {
			err = fmt.Errorf("a schema of kind %s can be shown, but no messages can be made from it or checked by it", info.Kind)
		}
	}
	if err != nil {
		return nil, err
	}
	return c, nil
}

// DefinitionMax bounds the file of a definition in bytes.
const DefinitionMax = input.ConfigMax

// Read returns the codec of a schema that the user names, from its file. It is nil for
// none and for bytes, which Pulsar treats as none, and for auto.
func Read(from spec.SchemaFrom) (*Codec, error) {
	switch from.Word {
	case spec.SchemaString:
		return New(broker.Schema{Kind: broker.SchemaString})
	case spec.SchemaProtobuf:
		data, err := compile(from.File, from.Message)
		if err != nil {
			return nil, err
		}
		return New(broker.Schema{Kind: broker.SchemaProtobuf, Data: data})
	case spec.SchemaAvro, spec.SchemaJSON:
		kind := map[string]broker.SchemaKind{spec.SchemaAvro: broker.SchemaAvro, spec.SchemaJSON: broker.SchemaJSON}[from.Word]
		text, err := input.ReadRegular(input.Home(from.File), DefinitionMax)
		if err != nil {
			return nil, fmt.Errorf("the schema %s cannot be read: %w", from.File, err)
		}
		c, err := New(broker.Schema{Kind: kind, Data: compact(text)})
		if err != nil {
			return nil, fmt.Errorf("%s is not a schema: %w", from.File, err)
		}
		return c, nil
	}
	return nil, nil
}

// askTime bounds a question to the admin API.
const askTime = 5 * time.Second

// Find is Read for a group with this name, and for auto asks for the schema of the topic.
// The admin API may be nil.
func Find(ctx context.Context, group string, from spec.SchemaFrom, topic string, admin broker.Admin) (*Codec, error) {
	if from.Word != spec.SchemaAuto {
		c, err := Read(from)
		if err != nil {
			return nil, &broker.Error{Message: err.Error(), Try: "set " + group + " schema=none"}
		}
		return c, nil
	}
	if admin == nil {
		return nil, &broker.Error{Message: "schema=auto needs the admin API to ask for the topic's schema", Try: "connect pulsar://localhost:6650 admin=http://localhost:8080"}
	}
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	info, err := admin.Schema(ctx, topic, broker.LatestSchema)
	switch {
	case broker.IsMissing(err):
		return nil, &broker.Error{Category: broker.Gone, Message: fmt.Sprintf("topic %s has no schema, and schema=auto needs one", topic),
			Try: "set " + group + " schema=none", Cause: err}
	case err != nil:
		return nil, err
	}
	c, err := New(info)
	if err != nil {
		return nil, &broker.Error{Message: fmt.Sprintf("schema=auto cannot use the schema of topic %s: %s", topic, err), Try: "schema show " + topic}
	}
	return c, nil
}

// Schema returns what is registered.
func (c *Codec) Schema() *broker.Schema { return &c.info }

// Check returns why a body does not fit the schema.
func (c *Codec) Check(body []byte) (err error) {
	defer func() {
		if broken := recover(); broken != nil { // a library that fails on a hostile body
			err = fmt.Errorf("it cannot be decoded: %v", broken)
		}
	}()
	return c.form.check(body)
}

// Describe returns the definition, for the user.
func (c *Codec) Describe() string { return c.form.describe() }

// Maker returns what makes bodies, with the user's fields. size is that of bodies of
// schema=string, which has none of its own.
func (c *Codec) Maker(fields payload.Properties, size payload.Size) (payload.Maker, error) {
	wanted, err := newWishes(fields)
	if err != nil {
		return nil, err
	}
	made, err := c.form.maker(wanted, size)
	if err == nil {
		err = wanted.left()
	}
	if err != nil {
		return nil, err
	}
	return newMaker(c, made)
}

// maker is what makes bodies, for the producers of a group.
type maker struct {
	make    makeFunc
	largest int
}

// samples is how many bodies are made to learn about how large they are.
const (
	samples      = 200
	samplesBytes = 16 << 20 // or until there are so many bytes
)

// newMaker makes some bodies, to know about the largest, and that each fits the schema.
func newMaker(c *Codec, made makeFunc) (m *maker, err error) {
	defer func() {
		if broken := recover(); broken != nil {
			m, err = nil, fmt.Errorf("no message can be made from the schema: %v", broken)
		}
	}()
	facts, largest, all := payload.NewFacts(1), 0, 0
	var body []byte
	for n := 0; n < samples && all < samplesBytes; n++ {
		body = made(body[:0], facts)
		if err := c.form.check(body); err != nil {
			return nil, fmt.Errorf("a message made from the schema does not fit it: %w", err)
		}
		largest, all = max(largest, len(body)), all+len(body)
		facts.Next(time.Second.Nanoseconds() * int64(largest))
	}
	return &maker{made, largest + largest/4}, nil
}

func (m *maker) Make(b []byte, f *payload.Facts) []byte { return m.make(b, f) }

func (m *maker) Largest() int { return m.largest }
