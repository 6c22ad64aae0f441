package consume

import (
	"fmt"

	"pulsh/session/broker"
	"pulsh/session/delivery"
	"pulsh/session/snapshot"
)

// auditReading is the state of the delivery audit at one moment: of the present
// period and of all earlier ones.
type auditReading struct{ present, earlier delivery.Totals }

func readAudit(a *delivery.Audit) auditReading { return auditReading{a.Totals(), a.Previous()} }

// sum adds up all periods. Messages that were still missing when a seek ended a
// period do not count against the group.
func (r auditReading) sum() delivery.Totals { return r.present.With(r.earlier) }

// since returns what was added after a reset, everything if base is nil.
func (r auditReading) since(base *auditReading) auditReading {
	if base == nil {
		return r
	}
	r.earlier = r.earlier.Since(base.earlier)
	if r.present.Period == base.present.Period {
		r.present = r.present.Since(base.present)
	} else {
		r.earlier = r.earlier.Since(base.present)
	}
	return r
}

// Receives returns the full names of the topics that the group receives from,
// none unless it is active, with the audit of its messages.
func (g *Group) Receives() ([]string, *delivery.Audit) {
	if !g.Active() {
		return nil, g.audit
	}
	return broker.FullTopics(g.subscription.all()), g.audit
}

// Delivery reads the audit, with the accounts of at most limit producers. names
// are those of the producers in use, by their streams.
func (g *Group) Delivery(names map[uint64]string, limit int) snapshot.Delivery {
	r := readAudit(g.audit).since(g.sampled.audit.Load())
	d := snapshot.Delivery{Present: r.present, Previous: r.earlier}
	for _, account := range g.audit.Accounts(limit) {
		name, ok := names[account.ID]
		if !ok {
			name = fmt.Sprintf("…%08x", uint32(account.ID))
		}
		d.Producers = append(d.Producers, snapshot.ProducerAccount{Name: name, ProducerAccount: account})
	}
	return d
}
