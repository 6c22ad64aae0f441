package produce

import (
	"fmt"

	"pulsh/session/broker"
	"pulsh/session/delivery"
)

// eachAudit calls f for the delivery audit of each group that receives what a producer
// sends to the topic.
func (g *Group) eachAudit(topic string, stream uint64, f func(*delivery.Audit)) {
	for _, audit := range g.Host().Audits.Of(delivery.Place{Cluster: g.Cluster().Name, Topic: broker.FullTopic(topic)}) {
		if audit.Replicated {
			audit.SetReplicated(stream)
		}
		f(audit.Audit)
	}
}

// Sends lists the topics that the group sends to, with its producers in use.
func (g *Group) Sends() (list []delivery.Sender) {
	at := map[string]int{}
	for _, p := range g.current.list() {
		i, known := at[p.topic]
		if !known {
			i = len(list)
			at[p.topic] = i
			list = append(list, delivery.Sender{Place: delivery.Place{Cluster: g.Cluster().Name, Topic: broker.FullTopic(p.topic)}})
		}
		list[i].Streams = append(list[i].Streams, p.stream)
	}
	return list
}

// reportAnswered tells the audits which messages of a producer are answered, and
// so must arrive.
func (g *Group) reportAnswered(p *producerHandle) {
	g.eachAudit(p.topic, p.stream, func(a *delivery.Audit) {
		if p.reserved > 0 {
			a.Reserve(p.stream, p.reserved)
		}
		a.Expect(p.stream, p.Answered())
	})
}

// settled returns the function that tells the audits what became of the messages of a
// transaction: those of an aborted one must not arrive, and those of a failed one may.
func (o *opener) settled(topic string, stream uint64) func(first, end uint64, outcome broker.TransactionOutcome) {
	return func(first, end uint64, outcome broker.TransactionOutcome) {
		o.group.eachAudit(topic, stream, func(a *delivery.Audit) {
			switch outcome {
			case broker.Aborted:
				a.Aborted(stream, first, end)
			case broker.TransactionFailed:
				a.OutcomeUnknown(stream, first, end)
			}
		})
	}
}

// NameStreams adds the names of the producers in use, by their streams.
func (g *Group) NameStreams(names map[uint64]string) {
	for i, p := range g.current.list() {
		names[p.stream] = fmt.Sprintf("%s %d", g.Name(), i+1)
	}
}
