package schemas

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"sync"

	"pulsh/session/broker/protocol"
)

// Rules are the rules for the schema of a topic. The zero value is Pulsar's default.
type Rules struct {
	Strategy Strategy // of the namespace or the topic; "" and Undefined leave it to the broker
	Frozen   bool     // clients register no versions
	Enforced bool     // producers need a schema
}

// By returns the strategy that holds.
func (r Rules) By() Strategy {
	if r.Strategy == "" || r.Strategy == Undefined {
		return Full
	}
	return r.Strategy
}

// ReadStrategy takes a strategy from the JSON of a policy.
func (r *Rules) ReadStrategy(raw json.RawMessage) error {
	var s Strategy
	if err := json.Unmarshal(raw, &s); err != nil || !s.Known() {
		return say("%.100s is no strategy", raw)
	}
	if s != Undefined {
		r.Strategy = s
	}
	return nil
}

// ReadAutoUpdate takes from the JSON of a policy whether clients may register versions.
func (r *Rules) ReadAutoUpdate(raw json.RawMessage) error {
	allowed := true
	err := json.Unmarshal(raw, &allowed)
	r.Frozen = !allowed
	return err
}

// Registry holds the schemas of all topics of a broker.
type Registry struct {
	rules func(topic string) (base string, rules Rules, err error)
	mu    sync.Mutex // guards the versions; nothing else is locked while it is held
	of    map[string]*Versions
}

// NewRegistry returns a registry without schemas. rules returns the name under which the
// schema of a topic is kept, which its partitions share, and the rules for it.
func NewRegistry(rules func(topic string) (string, Rules, error)) *Registry {
	return &Registry{rules: rules, of: map[string]*Versions{}}
}

// on calls do with the versions of a topic's schema.
func (g *Registry) on(topic string, do func(*Versions, Rules) error) error {
	base, rules, err := g.rules(topic)
	if err != nil {
		return err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	v := g.of[base]
	if v == nil {
		v = &Versions{}
	}
	err = do(v, rules)
	if len(v.list) > 0 {
		g.of[base] = v
	}
	return err
}

// Refusal is the error of the protocol IncompatibleSchema, in the words of Pulsar's brokers.
type Refusal struct{ Message string }

// Error returns the brokers' text.
func (r *Refusal) Error() string { return r.Message }

// Register registers a schema that a producer brings along and returns its version, nil
// for a producer without one.
func (g *Registry) Register(topic string, s *protocol.Schema) (version []byte, err error) {
	err = g.on(topic, func(v *Versions, rules Rules) error {
		if !Given(s) {
			if v.Count() > 0 && rules.Enforced {
				return &Refusal{"Producers cannot connect or send message without a schema to topics with a schema when SchemaValidationEnforced is enabled"}
			}
			return nil
		}
		number, err := v.Register(s, rules.By(), rules.Frozen)
		var invalid *InvalidError
		switch {
		case errors.As(err, &invalid):
			return &Refusal{err.Error()}
		case err != nil: // brokers print the exception and its cause, which is the same one
			const exception = "org.apache.pulsar.broker.service.schema.exceptions.IncompatibleSchemaException: "
			return &Refusal{exception + err.Error() + " caused by " + exception + err.Error()}
		}
		version = versionBytes(number)
		return nil
	})
	return version, err
}

// Subscribe refuses a consumer whose schema does not read what the topic has. On a topic
// that nothing uses it becomes the first version.
func (g *Registry) Subscribe(topic string, s *protocol.Schema, used bool) error {
	if !Given(s) {
		return nil
	}
	return g.on(topic, func(v *Versions, rules Rules) (err error) {
		switch {
		case v.Count() > 0:
			err = v.Reader(s, rules.By())
		case used && rules.By() != AlwaysCompatible:
			err = say("Failed to add schema to an active topic with empty(BYTES) schema: new schema type %s", KindName(s.Kind))
		case !used:
			_, err = v.Register(s, rules.By(), rules.Frozen)
			var invalid *InvalidError
			if errors.As(err, &invalid) {
				err = nil // it is let in, as by Pulsar
			}
		}
		if err != nil {
			return &Refusal{err.Error()}
		}
		return nil
	})
}

// Post registers a schema for an administrator, whom isAllowAutoUpdateSchema does not
// hinder, and returns its number.
func (g *Registry) Post(topic string, s *protocol.Schema) (number int, err error) {
	err = g.on(topic, func(v *Versions, rules Rules) (err error) {
		number, err = v.Register(s, rules.By(), false)
		return err
	})
	return number, err
}

// Test returns the strategy that holds for a topic, and why a schema may not be its next
// version.
func (g *Registry) Test(topic string, s *protocol.Schema) (by Strategy, err error) {
	err = g.on(topic, func(v *Versions, rules Rules) error {
		by = rules.By()
		return v.Follows(s, by)
	})
	return by, err
}

// Find returns the number of the version that a schema is, -1 if none is.
func (g *Registry) Find(topic string, s *protocol.Schema) (number int) {
	number = -1
	_ = g.on(topic, func(v *Versions, _ Rules) error { // a topic that cannot be has none
		number = v.Find(s)
		return nil
	})
	return number
}

// List returns the versions of a topic's schema and the number of the first.
func (g *Registry) List(topic string) (first int, list []protocol.Schema) {
	_ = g.on(topic, func(v *Versions, _ Rules) error { // likewise
		first, list = v.Live()
		return nil
	})
	return first, list
}

// Delete deletes all versions of a topic's schema, which is a version as well, and returns
// its number.
func (g *Registry) Delete(topic string) (number int, err error) {
	err = g.on(topic, func(v *Versions, _ Rules) error {
		number = v.Delete()
		return nil
	})
	return number, err
}

// Forget forgets a topic with its schema.
func (g *Registry) Forget(base string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.of, base)
}

// Get returns a version of a topic's schema, the latest if version is nil; nil if it is not
// there.
func (g *Registry) Get(topic string, version []byte) (found *protocol.Schema, at []byte, err error) {
	err = g.on(topic, func(v *Versions, _ Rules) error {
		first, list := v.Live()
		n := first + len(list) - 1
		switch {
		case version == nil && len(list) == 0:
			return nil
		case version == nil:
		case len(version) != 8:
			return &Refusal{"Empty schema version"}
		default:
			n = int(min(binary.BigEndian.Uint64(version), 1<<31))
		}
		if s, there := v.At(n); there {
			found, at = &s, versionBytes(n)
		}
		return nil
	})
	return found, at, err
}

func versionBytes(n int) []byte { return binary.BigEndian.AppendUint64(nil, uint64(n)) }
