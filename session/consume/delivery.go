package consume

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"pulsh/session/broker"
	"pulsh/session/brokerstats"
	"pulsh/session/delivery"
	"pulsh/session/gate"
	"pulsh/session/snapshot"
	"pulsh/session/spec"
)

// account is the group's part in the delivery audit of its subscription. Other
// groups of the session that receive from the subscription share the audit.
type account struct {
	group  *Group
	shared atomic.Pointer[delivery.Audit]
	// before is the instant, in ns of Unix time, before which messages were stored
	// that others may have acknowledged in part; 0 if there are none.
	before atomic.Int64
	names  consumerNames
}

func newAccount(g *Group) *account {
	a := &account{group: g, names: consumerNames{base: rand.Uint32()}}
	a.shared.Store(delivery.NewAudit(delivery.DefaultWindow))
	return a
}

func (a *account) audit() *delivery.Audit { return a.shared.Load() }

// use changes to another audit. Figures since a reset begin anew with it.
func (a *account) use(audit *delivery.Audit) {
	if a.shared.Swap(audit) != audit {
		a.group.sampled.audit.Store(nil)
	}
}

// join makes the group a member of its subscription: it shares the audit of the
// groups that are members already. It needs a group without workers.
func (a *account) join(settings spec.Consumer, topics []string) {
	a.use(a.group.Host().Audits.Join(delivery.Member{
		Group: a.group, Subscription: settings.Subscription, Topics: broker.FullTopics(topics), Audit: a.audit(), Named: a.names.has,
	}))
}

// holdOthers keeps the other groups of the subscription from receiving, until the
// function that it returns is called. What they have received before a cursor is moved
// is recorded before it: else it would be a duplicate of what comes again.
func (a *account) holdOthers(ctx context.Context) (release func()) {
	var held []*gate.Gate
	ctx, cancel := context.WithTimeout(ctx, holdTime)
	defer cancel()
	for _, other := range a.group.Host().Audits.Sharing(a.audit(), a.group) {
		one := &other.(*Group).gate
		held = append(held, one)
		_ = one.Hold(ctx) // a worker that waits for a dead broker does not record anything
	}
	return func() {
		for _, one := range held {
			one.Release()
		}
	}
}

// holdTime bounds the wait for workers of other groups to leave their gates.
const holdTime = time.Second

func (a *account) leave() { a.group.Host().Audits.Leave(a.group) }

// begin begins another account, for messages that need not continue those before.
// The groups that share the present one go on with it.
func (a *account) begin() {
	a.before.Store(0)
	a.group.stats.ForgetRemoved()
	a.group.redeliveries.begin(a.group.Settings().Reader.Is) // a reader begins again where it is told to
	if a.group.Host().Audits.Shared(a.audit(), a.group) {
		a.leave()
		a.use(delivery.NewAudit(delivery.DefaultWindow))
		return
	}
	a.audit().NewPeriod()
}

// beforeSlack is added to the instant of a start or seek, for the differences of the
// clocks of senders.
const beforeSlack = time.Second

// noteBefore notes that messages which are stored now may have been delivered in
// part.
func (a *account) noteBefore() { a.before.Store(time.Now().Add(beforeSlack).UnixNano()) }

// look finds out whether an earlier consumer has acknowledged some of the messages
// of the backlog and left others: these gaps are no losses. What cannot be found out
// is taken for so.
func (a *account) look(ctx context.Context, settings spec.Consumer, topics []string) {
	a.before.Store(0)
	if !settings.Durable {
		if settings.Reader.Begin == string(broker.Latest) {
			a.noteBefore() // it begins at a different place in each partition
		}
		return
	}
	admin := a.group.Cluster().Admin
	if admin == nil {
		a.noteBefore()
		return
	}
	got, failed := brokerstats.Fetch(ctx, admin, broker.FullTopics(topics))
	if len(failed) > 0 {
		a.noteBefore()
	}
	for topic, stats := range got {
		if stats.Subscriptions[settings.Subscription].BacklogEntries == 0 {
			continue
		}
		all, err := admin.CursorPositions(ctx, topic, settings.Subscription)
		holes := err != nil && !broker.IsMissing(err)
		for _, one := range all {
			holes = holes || one.Holes
		}
		if holes {
			a.noteBefore()
			return
		}
	}
}

// meet tells the audit which of the subscription's consumers are not the session's,
// and the user once.
func (a *account) meet(names []string) {
	audit := a.audit()
	others := a.group.Host().Audits.Others(audit, names)
	if audit.SetOthers(others) {
		a.group.Say("the subscription %s has other consumers, %s: loss is not judged; try: subs %s",
			a.group.Settings().Subscription, snapshot.SomeOf(others), a.group.Topics()[0])
	}
}

// consumerNames gives consumers names that no other consumer has, and recognises
// them.
type consumerNames struct {
	base   uint32 // random, so that groups and programs differ
	issued atomic.Uint32
}

// next returns what makes a name unique, to stand at its end.
func (n *consumerNames) next() string { return fmt.Sprintf("%08x", n.base+n.issued.Add(1)) }

func (n *consumerNames) has(name string) bool {
	_, end, _ := strings.Cut(name[max(0, len(name)-9):], "-")
	number, err := strconv.ParseUint(end, 16, 32)
	return err == nil && len(end) == 8 && uint32(number)-n.base-1 < n.issued.Load()
}

// auditReading is the state of the delivery audit at one moment: of the present
// period and of all earlier ones.
type auditReading struct {
	present, earlier delivery.Totals
	accounts         map[uint64]delivery.Totals // of the producers; nil unless they were read
}

func readAudit(a *delivery.Audit) auditReading {
	return auditReading{present: a.Totals(), earlier: a.Previous()}
}

// accountsOf returns the account of each producer.
func accountsOf(a *delivery.Audit) map[uint64]delivery.Totals {
	all := map[uint64]delivery.Totals{}
	for _, one := range a.Accounts(delivery.MaxProducers) {
		all[one.ID] = one.Totals
	}
	return all
}

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
		return nil, g.account.audit()
	}
	return broker.FullTopics(g.subscription.all()), g.account.audit()
}

// Delivery reads the audit, with the accounts of at most limit producers. names
// are those of the producers in use, by their streams.
func (g *Group) Delivery(names map[uint64]string, limit int) snapshot.Delivery {
	audit := g.account.audit()
	base := g.sampled.audit.Load()
	r := readAudit(audit).since(base)
	d := snapshot.Delivery{Present: r.present, Previous: r.earlier}
	if now, ok := g.Host().Sample(g.Name()); ok && now.Consumer != nil {
		c := now.Consumer
		d.Removed = c.Broker.Removed.SetAside(&d.Present, snapshot.Unreachable(d.Present, c.Backlog, int64(c.Waiting+c.InFlight)))
	}
	for _, account := range audit.Accounts(limit) {
		if base != nil && base.present.Period == r.present.Period {
			account.Totals = account.Totals.Since(base.accounts[account.ID])
		}
		name, ok := names[account.ID]
		if !ok {
			name = fmt.Sprintf("…%08x", uint32(account.ID))
		}
		d.Producers = append(d.Producers, snapshot.ProducerAccount{Name: name, ProducerAccount: account})
	}
	return d
}
