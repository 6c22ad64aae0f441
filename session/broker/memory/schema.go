package memory

import (
	"errors"

	"pulsh/session/broker/memory/schemas"
	"pulsh/session/broker/protocol"
)

// schemaRules returns the name under which a topic's schema is kept, and its rules.
func (b *Broker) schemaRules(topic string) (base string, rules schemas.Rules, err error) {
	name, err := ParseName(topic)
	if err != nil {
		return "", rules, err
	}
	b.mu.RLock()
	defer b.mu.RUnlock()
	return name.Base, b.policies.of(name, b.cfg).schema, nil
}

// refused turns a refusal of a schema into one of the protocol.
func refused(err error) error {
	var of *schemas.Refusal
	if errors.As(err, &of) {
		return refuse(protocol.IncompatibleSchema, "%s", of.Message)
	}
	return err
}

// AddSchema registers a schema that a client brings along and returns its version.
func (b *Broker) AddSchema(topic string, s *protocol.Schema) ([]byte, error) {
	version, err := b.Schemas.Register(topic, s)
	return version, refused(err)
}

// checkReader refuses a consumer whose schema does not fit the topic's.
func checkReader(b *Broker, topic string, s *protocol.Schema) error {
	return refused(b.Schemas.Subscribe(topic, s, used(b.Topic(protocol.FullTopic(topic)))))
}

// used reports whether a topic, which may be nil, has entries, or clients that do not take
// its schema from it.
func used(t *Topic) bool {
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

// Schema returns a version of a topic's schema, the latest if version is nil.
func (b *Broker) Schema(topic string, version []byte) (*protocol.Schema, []byte, error) {
	found, at, err := b.Schemas.Get(topic, version)
	if err == nil && found == nil {
		err = refuse(protocol.TopicNotFound, "Topic not found or no-schema")
	}
	return found, at, refused(err)
}
