package session

import "pulsh/session/delivery"

// tell calls f for the ledger of every group that receives the topic now.
func (g *producer) tell(topic string, f func(*delivery.Audit)) {
	for _, l := range g.session.ledgers(topic) {
		f(l)
	}
}

// announce tells how far a lane's messages have been answered.
func (g *producer) announce(l *lane) {
	g.tell(l.topic, func(ledger *delivery.Audit) { ledger.Expect(l.stream, l.Answered()) })
}
