package session

import (
	"fmt"

	"pulsh/session/broker"
	"pulsh/session/delivery"
)

// tell calls f for the ledger of every group that receives the topic now.
func (g *producer) tell(topic string, f func(*delivery.Audit)) {
	for _, l := range g.host.Audits.Of(broker.FullTopic(topic)) {
		f(l)
	}
}

// announce tells how far a lane's messages have been answered.
func (g *producer) announce(l *lane) {
	g.tell(l.topic, func(ledger *delivery.Audit) { ledger.Expect(l.stream, l.Answered()) })
}

// nameStreams adds the names of the producers that send now, by their streams.
func (g *producer) nameStreams(names map[uint64]string) {
	if now := g.current.now.Load(); now != nil {
		for i, l := range now.lanes {
			names[l.stream] = fmt.Sprintf("%s %d", g.name, i+1)
		}
	}
}
