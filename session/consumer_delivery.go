package session

import (
	"fmt"

	"pulsh/session/broker"
	"pulsh/session/delivery"
)

// receives lists the full names of the topics that the group receives now, none
// while it is not active, with the audit of what it receives.
func (g *consumer) receives() ([]string, *delivery.Audit) {
	if !g.state().Active() {
		return nil, g.ledger
	}
	return broker.FullTopics(g.covers()), g.ledger
}

// delivery reads the audit, with the accounts of at most limit producers. Names
// are those of the producers that send now, by their streams.
func (g *consumer) delivery(names map[uint64]string, limit int) Delivery {
	books := g.books().since(g.figures.ledger.Load())
	d := Delivery{Present: books.present, Earlier: books.earlier}
	for _, a := range g.ledger.Accounts(limit) {
		name, ok := names[a.ID]
		if !ok {
			name = fmt.Sprintf("…%08x", uint32(a.ID))
		}
		d.Producers = append(d.Producers, ProducerAccount{name, a})
	}
	return d
}
