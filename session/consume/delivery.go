package consume

import (
	"fmt"

	"pulsh/session/broker"
	"pulsh/session/delivery"
	"pulsh/session/snapshot"
)

// Receives lists the full names of the topics that the group receives now, none
// while it is not active, with the audit of what it receives.
func (g *Group) Receives() ([]string, *delivery.Audit) {
	if !g.State().Active() {
		return nil, g.audit
	}
	return broker.FullTopics(g.Subscribed()), g.audit
}

// Delivery reads the audit, with the accounts of at most limit producers. Names
// are those of the producers that send now, by their streams.
func (g *Group) Delivery(names map[uint64]string, limit int) snapshot.Delivery {
	books := g.readAudit().since(g.sampled.ledger.Load())
	d := snapshot.Delivery{Present: books.present, Previous: books.earlier}
	for _, a := range g.audit.Accounts(limit) {
		name, ok := names[a.ID]
		if !ok {
			name = fmt.Sprintf("…%08x", uint32(a.ID))
		}
		d.Producers = append(d.Producers, snapshot.ProducerAccount{Name: name, ProducerAccount: a})
	}
	return d
}
