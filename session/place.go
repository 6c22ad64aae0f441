package session

import "pulsh/session/broker"

func (c *connection) place(topic, subscription string) (*place, error) {
	name, err := broker.ParseTopic(topic)
	if err != nil {
		return nil, err
	}
	if c.Admin == nil {
		return nil, needsAdmin(c.target)
	}
	return &place{admin: c.Admin, topic: name, subscription: subscription}, nil
}
