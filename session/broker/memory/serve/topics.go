package serve

import (
	"errors"

	"pulsh/session/broker/memory"
	"pulsh/session/broker/protocol"
)

func (c *connection) topics(m *protocol.GetTopics) {
	names := c.server.broker.Topics(m.Namespace, m.Mode)
	answer := &protocol.GetTopicsAnswer{Numbered: m.Numbered, Topics: names}
	if m.Pattern != "" {
		if matching, err := memory.Matching(names, m.Pattern); err == nil {
			answer.Topics, answer.Filtered = matching, true
		}
	}
	answer.Hash = protocol.TopicsHash(answer.Topics)
	if m.Hash != "" && m.Hash == answer.Hash {
		answer.Topics, answer.Unchanged = nil, true
	}
	c.Tell(answer)
}

func (c *connection) watch(m *protocol.WatchTopicList) {
	w, topics, err := c.server.broker.Watch(c, m)
	if err != nil {
		c.refuse(m, err)
		return
	}
	c.mu.Lock()
	before := c.watchers[m.Watcher]
	c.watchers[m.Watcher] = w
	c.mu.Unlock()
	if before != nil {
		before.Close()
	}
	hash := protocol.TopicsHash(topics)
	if hash == m.Hash {
		topics = nil
	}
	c.Tell(&protocol.WatchTopicListSuccess{Numbered: m.Numbered, Watcher: m.Watcher, Topics: topics, Hash: hash})
}

func (c *connection) unwatch(m *protocol.WatchTopicListClose) {
	c.mu.Lock()
	w := c.watchers[m.Watcher]
	delete(c.watchers, m.Watcher)
	c.mu.Unlock()
	if w != nil {
		w.Close()
	}
	c.succeed(m)
}

func (c *connection) schema(m *protocol.GetSchema) {
	answer := &protocol.GetSchemaAnswer{Numbered: m.Numbered, Error: protocol.NoError}
	found, version, err := c.server.broker.Schema(m.Topic, m.Version)
	var refusal *memory.Refusal
	if errors.As(err, &refusal) {
		answer.Error, answer.Message = refusal.Code, refusal.Message
	}
	answer.Schema, answer.Version = found, version
	c.Tell(answer)
}

func (c *connection) addSchema(m *protocol.GetOrCreateSchema) {
	answer := &protocol.GetOrCreateSchemaAnswer{Numbered: m.Numbered, Error: protocol.NoError}
	version, err := c.server.broker.AddSchema(m.Topic, &m.Schema)
	var refusal *memory.Refusal
	if errors.As(err, &refusal) {
		answer.Error, answer.Message = refusal.Code, refusal.Message
	}
	if answer.Version = version; err == nil && version == nil {
		answer.Version = []byte{}
	}
	c.Tell(answer)
}
