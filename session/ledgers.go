package session

import (
	"pulsh/session/delivery"
)

// publishAudits lists the groups that receive, by topic, so that producer groups
// can tell them what to expect. Without that the loss of a producer's first or
// last messages could not be seen, and a send that timed out would be called lost.
func (s *Session) publishAudits(groups []group) {
	receiving := map[string][]*delivery.Audit{}
	for _, g := range groups {
		c, ok := g.(*consumer)
		if !ok {
			continue
		}
		topics, audit := c.receives()
		for _, topic := range topics {
			receiving[topic] = append(receiving[topic], audit)
		}
	}
	s.host.Audits.Publish(receiving)
}

// Delivery reads the delivery audit of a consumer group, with the accounts of at
// most limit producers.
func (s *Session) Delivery(name string, limit int) (Delivery, error) {
	g, err := named[*consumer](s, name)
	if err != nil {
		return Delivery{}, err
	}
	return g.delivery(s.producerNames(), limit), nil
}

// producerNames names the Pulsar producers that send now, by their streams.
func (s *Session) producerNames() map[uint64]string {
	s.mu.Lock()
	defer s.mu.Unlock()
	names := map[uint64]string{}
	for _, g := range s.groups {
		if p, ok := g.(*producer); ok {
			p.nameStreams(names)
		}
	}
	return names
}
