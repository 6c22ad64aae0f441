package session

import (
	"pulsh/session/broker"
	"pulsh/session/payload"
)

// A producer group tells the consumer groups of its session what they may
// expect. Without that the loss of a stream's first or last messages could not
// be seen, and a send that timed out would be called lost.

// tell calls f for the ledger of every group that receives the topic now.
func (g *producer) tell(topic string, f func(*payload.Ledger)) {
	for _, l := range g.session.ledgers(topic) {
		f(l)
	}
}

// announce tells how far a lane's messages have been answered.
func (g *producer) announce(l *lane) {
	if a, ok := l.Lane.(broker.Announcer); ok {
		g.tell(l.topic, func(ledger *payload.Ledger) { ledger.Expect(l.stream, a.Answered()) })
	}
}

// publishLedgers lists the groups that receive, by topic.
func (s *Session) publishLedgers(groups []group) {
	receiving := map[string][]*payload.Ledger{}
	for _, g := range groups {
		if c, ok := g.(*consumer); ok && c.state().active() {
			topic := whole(c.settings().Topic)
			receiving[topic] = append(receiving[topic], c.ledger)
		}
	}
	s.receiving.Store(&receiving)
}

// ledgers are those of the groups that receive a topic. The list is published
// by the sampler, so that a failing send waits for nobody.
func (s *Session) ledgers(topic string) []*payload.Ledger {
	if receiving := s.receiving.Load(); receiving != nil {
		return (*receiving)[whole(topic)]
	}
	return nil
}

// whole is a topic's full name, so that fast and persistent://public/default/fast
// are one topic.
func whole(topic string) string {
	name, err := broker.ParseTopic(topic)
	if err != nil {
		return topic
	}
	return name.String()
}
