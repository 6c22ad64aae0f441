package memory

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"

	"pulsh/session/broker/memory/schemas"
	"pulsh/session/broker/protocol"
)

// incompatible is the refusal of a producer's schema. Brokers print the exception and its
// cause, which is the same one.
func incompatible(err error) error {
	const exception = "org.apache.pulsar.broker.service.schema.exceptions.IncompatibleSchemaException: "
	return refuse(protocol.IncompatibleSchema, "%s%s caused by %[1]s%[2]s", exception, err)
}

// refusedSchema is the refusal of a schema in the words of its error alone.
func refusedSchema(err error) error { return refuse(protocol.IncompatibleSchema, "%s", err) }

// schemaRules are the rules for the schema of a topic.
type schemaRules struct {
	strategy schemas.Strategy // of the namespace or the topic; "" and Undefined leave it to the broker
	frozen   bool             // clients register no versions
	enforced bool             // producers need a schema
}

// by is the strategy that holds.
func (r schemaRules) by() schemas.Strategy {
	if r.strategy == "" || r.strategy == schemas.Undefined {
		return schemas.Full
	}
	return r.strategy
}

func readStrategy(p *policies, raw json.RawMessage) error {
	var s schemas.Strategy
	err := json.Unmarshal(raw, &s)
	if err == nil && s != "" && !s.Known() {
		err = ErrInvalid
	}
	if err == nil && s != "" && s != schemas.Undefined {
		p.schema.strategy = s
	}
	return err
}

func readAutoUpdate(p *policies, raw json.RawMessage) error {
	allowed := true
	err := json.Unmarshal(raw, &allowed)
	p.schema.frozen = !allowed
	return err
}

// versions returns the versions of a topic's schema. The lock is held.
func (b *Broker) versions(name Name) *schemas.Versions {
	if b.schemas[name.Base] == nil {
		b.schemas[name.Base] = &schemas.Versions{}
	}
	return b.schemas[name.Base]
}

// producerSchema returns the version of the schema that a producer brings along, which
// becomes a new one if it may.
func (b *Broker) producerSchema(topic string, s *protocol.Schema) (version []byte, err error) {
	if schemas.Given(s) {
		return b.AddSchema(topic, s)
	}
	name, err := ParseName(topic)
	if err != nil {
		return nil, err
	}
	b.mu.RLock()
	defer b.mu.RUnlock()
	if b.schemas[name.Base].Count() > 0 && b.policies.of(name, b.cfg).schema.enforced {
		return nil, refuse(protocol.IncompatibleSchema, "Producers cannot connect or send message without a schema to topics with a schema when SchemaValidationEnforced is enabled")
	}
	return nil, nil
}

// consumerSchema refuses a consumer whose schema does not read what the topic has. On a
// topic that nothing has used it becomes the first version.
func (b *Broker) consumerSchema(topic string, s *protocol.Schema) error {
	if !schemas.Given(s) {
		return nil
	}
	name, err := ParseName(topic)
	if err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	rules := b.policies.of(name, b.cfg).schema
	known := b.versions(name)
	switch {
	case known.Count() > 0:
		err = known.Reader(s, rules.by())
	case rules.by() != schemas.AlwaysCompatible && b.topics[name.Full].used():
		err = fmt.Errorf("Failed to add schema to an active topic with empty(BYTES) schema: new schema type %s", schemas.KindName(s.Kind))
	case !b.topics[name.Full].used():
		_, err = known.Register(s, rules.by(), rules.frozen)
		if _, broken := errors.AsType[*schemas.InvalidError](err); broken {
			err = nil // it is let in, as by Pulsar
		}
	}
	if err != nil {
		return refusedSchema(err)
	}
	return nil
}

// used reports whether a topic has entries, or clients that take no schema from it. It may
// be nil.
func (t *Topic) used() bool {
	if t == nil {
		return false
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, s := range t.subs {
		for _, c := range s.consumers {
			if !c.anySchema {
				return true
			}
		}
	}
	return len(t.producers) > 0 || t.log.Next() > t.log.First()
}

// AddSchema registers a schema that a client brings along and returns its version.
func (b *Broker) AddSchema(topic string, s *protocol.Schema) ([]byte, error) {
	name, err := ParseName(topic)
	if err != nil {
		return nil, err
	}
	if !schemas.Given(s) {
		return []byte{}, nil
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	rules := b.policies.of(name, b.cfg).schema
	number, err := b.versions(name).Register(s, rules.by(), rules.frozen)
	if _, broken := errors.AsType[*schemas.InvalidError](err); broken {
		return nil, refusedSchema(err)
	}
	if err != nil {
		return nil, incompatible(err)
	}
	return versionBytes(number), nil
}

// PostSchema registers a schema for an administrator, whom isAllowAutoUpdateSchema does not
// hinder, and returns its number.
func (b *Broker) PostSchema(topic string, s *protocol.Schema) (int, error) {
	name, err := ParseName(topic)
	if err != nil {
		return 0, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.versions(name).Register(s, b.policies.of(name, b.cfg).schema.by(), false)
}

// TestSchema returns the strategy that holds for a topic, and why a schema may not be its
// next version.
func (b *Broker) TestSchema(topic string, s *protocol.Schema) (schemas.Strategy, error) {
	name, err := ParseName(topic)
	if err != nil {
		return "", err
	}
	b.mu.RLock()
	defer b.mu.RUnlock()
	by := b.policies.of(name, b.cfg).schema.by()
	return by, b.schemas[name.Base].Follows(s, by)
}

// FindSchema returns the number of the version that a schema is, -1 if none is.
func (b *Broker) FindSchema(topic string, s *protocol.Schema) int {
	name, err := ParseName(topic)
	if err != nil {
		return -1
	}
	b.mu.RLock()
	defer b.mu.RUnlock()
	return b.schemas[name.Base].Find(s)
}

// Schemas returns the versions of a topic's schema and the number of the first.
func (b *Broker) Schemas(topic string) (first int, list []protocol.Schema) {
	name, err := ParseName(topic)
	if err != nil {
		return 0, nil
	}
	b.mu.RLock()
	defer b.mu.RUnlock()
	return b.schemas[name.Base].Live()
}

// DeleteSchema deletes all versions of a topic's schema, which is a version as well, and
// returns its number.
func (b *Broker) DeleteSchema(topic string) int {
	name, err := ParseName(topic)
	if err != nil {
		return -1
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.versions(name).Delete()
}

// Schema returns a version of a topic's schema, the latest if version is nil.
func (b *Broker) Schema(topic string, version []byte) (*protocol.Schema, []byte, error) {
	name, err := ParseName(topic)
	if err != nil {
		return nil, nil, err
	}
	b.mu.RLock()
	defer b.mu.RUnlock()
	known := b.schemas[name.Base]
	first, list := known.Live()
	at := first + len(list) - 1
	switch {
	case version == nil && len(list) == 0:
		return nil, nil, refuse(protocol.TopicNotFound, "Topic not found or no-schema")
	case version == nil:
	case len(version) != 8:
		return nil, nil, refuse(protocol.IncompatibleSchema, "Empty schema version")
	default:
		at = int(min(binary.BigEndian.Uint64(version), 1<<31))
	}
	found, there := known.At(at)
	if !there {
		return nil, nil, refuse(protocol.TopicNotFound, "Topic not found or no-schema")
	}
	return &found, versionBytes(at), nil
}

func versionBytes(n int) []byte { return binary.BigEndian.AppendUint64(nil, uint64(n)) }
