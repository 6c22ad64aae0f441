package produce

import (
	"fmt"

	"pulsh/session/broker"
	"pulsh/session/delivery"
)

// eachAudit calls f for the ledger of every group that receives the topic now.
func (g *Group) eachAudit(topic string, f func(*delivery.Audit)) {
	for _, l := range g.host.Audits.Of(broker.FullTopic(topic)) {
		f(l)
	}
}

// reportAnswered tells how far a lane's messages have been answered.
func (g *Group) reportAnswered(l *producerHandle) {
	g.eachAudit(l.topic, func(ledger *delivery.Audit) { ledger.Expect(l.stream, l.Answered()) })
}

// NameStreams adds the names of the producers that send now, by their streams.
func (g *Group) NameStreams(names map[uint64]string) {
	if now := g.current.now.Load(); now != nil {
		for i, l := range now.producers {
			names[l.stream] = fmt.Sprintf("%s %d", g.name, i+1)
		}
	}
}
