package fake

import (
	"bytes"
	"context"
	"net/http"

	"pulsh/session/broker"
)

// addSchema registers a schema of a topic, as producers, consumers and the admin API do.
// One of another kind is refused, and that is all that the fake compares. It needs the
// lock.
func (c *core) addSchema(topic string, s *broker.Schema) error {
	name, err := broker.ParseTopic(topic)
	if err != nil || s == nil {
		return err
	}
	key := name.Of(-1).String()
	for _, known := range c.schemas[key] {
		if known.Kind != s.Kind {
			return refuse(http.StatusConflict, "the schema does not fit the one that topic %s has", name.Short())
		}
		if bytes.Equal(known.Data, s.Data) {
			return nil
		}
	}
	fresh := *s
	fresh.Version = int64(len(c.schemas[key]))
	c.schemas[key] = append(c.schemas[key], fresh)
	return nil
}

func (a *admin) Schema(_ context.Context, topic string, version int64) (broker.Schema, error) {
	c := a.cluster
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := a.refused(); err != nil {
		return broker.Schema{}, err
	}
	name, err := broker.ParseTopic(topic)
	if err != nil {
		return broker.Schema{}, err
	}
	all := c.schemas[name.Of(-1).String()]
	if version == broker.LatestSchema {
		version = int64(len(all)) - 1
	}
	if version < 0 || version >= int64(len(all)) {
		return broker.Schema{}, gone("topic %s has no schema", name.Short())
	}
	return all[version], nil
}

func (a *admin) UploadSchema(_ context.Context, topic string, s broker.Schema) error {
	c := a.cluster
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := a.refused(); err != nil {
		return err
	}
	return c.addSchema(topic, &s)
}

func (a *admin) DeleteSchema(_ context.Context, topic string) error {
	c := a.cluster
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := a.refused(); err != nil {
		return err
	}
	name, err := broker.ParseTopic(topic)
	if err != nil {
		return err
	}
	key := name.Of(-1).String()
	if len(c.schemas[key]) == 0 {
		return gone("topic %s has no schema", name.Short())
	}
	delete(c.schemas, key)
	return nil
}
