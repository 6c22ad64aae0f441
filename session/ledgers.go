package session

import (
	"pulsh/session/consume"
	"pulsh/session/delivery"
	"pulsh/session/produce"
	"pulsh/session/snapshot"
)

// publishAudits lists the groups that receive, by topic, so that producer groups
// can tell them what to expect. Without that the loss of a producer's first or
// last messages could not be seen, and a send that timed out would be called lost.
func (s *Session) publishAudits(groups []anyGroup) {
	receiving := map[string][]*delivery.Audit{}
	for _, g := range groups {
		c, ok := g.(*consume.Group)
		if !ok {
			continue
		}
		topics, audit := c.Receives()
		for _, topic := range topics {
			receiving[topic] = append(receiving[topic], audit)
		}
	}
	s.host.Audits.Publish(receiving)
}

// Delivery reads the delivery audit of a consumer group, with the accounts of at
// most limit producers.
func (s *Session) Delivery(name string, limit int) (snapshot.Delivery, error) {
	g, err := named[*consume.Group](s, name)
	if err != nil {
		return snapshot.Delivery{}, err
	}
	return g.Delivery(s.producerNames(), limit), nil
}

// producerNames names the Pulsar producers that send now, by their streams.
func (s *Session) producerNames() map[uint64]string {
	s.mu.Lock()
	defer s.mu.Unlock()
	names := map[uint64]string{}
	for _, g := range s.groups {
		if p, ok := g.(*produce.Group); ok {
			p.NameStreams(names)
		}
	}
	return names
}
