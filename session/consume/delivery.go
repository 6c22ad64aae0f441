package consume

import (
	"context"
	"sync/atomic"
	"time"

	"pulsh/session/broker"
	"pulsh/session/brokerstats"
	"pulsh/session/delivery"
	"pulsh/session/gate"
	"pulsh/session/redelivery"
	"pulsh/session/snapshot"
)

// account is the group's part in the delivery audit of one of its subscriptions. Other
// groups of the session that receive from the subscription share the audit.
type account struct {
	group        *Group
	subscription string
	shared       atomic.Pointer[delivery.Audit]
	base         atomic.Pointer[delivery.Reading] // at the last reset, or nil
	// before is the instant, in ns of Unix time, before which messages were stored
	// that others may have acknowledged in part; 0 if there are none.
	before       atomic.Int64
	redeliveries redelivery.Causes
}

func newAccount(g *Group, subscription string) *account {
	a := &account{group: g, subscription: subscription}
	a.shared.Store(delivery.NewAudit(delivery.DefaultWindow))
	return a
}

func (a *account) audit() *delivery.Audit { return a.shared.Load() }

// read reads the audit since the last reset.
func (a *account) read() delivery.Reading { return delivery.Read(a.audit()).Since(a.base.Load()) }

// use changes to another audit. Figures since a reset begin anew with it.
func (a *account) use(audit *delivery.Audit) {
	if a.shared.Swap(audit) != audit {
		a.base.Store(nil)
	}
}

// join makes the group a member of the subscription: it shares the audit of the
// groups that are members already. It needs a group without workers.
func (a *account) join(topics []string) {
	a.use(a.group.Host().Audits.Join(delivery.Member{
		Group: a, Cluster: a.group.Cluster().Name, Subscription: a.subscription, Topics: broker.FullTopics(topics), Audit: a.audit(), Named: a.group.accounts.names.Has,
	}))
}

// holdOthers keeps the other groups of the subscription from receiving, until the
// function that it returns is called. What they have received before a cursor is moved
// is recorded before it: else it would be a duplicate of what comes again.
func (a *account) holdOthers(ctx context.Context) (release func()) {
	var held []*gate.Gate
	ctx, cancel := context.WithTimeout(ctx, time.Second) // for workers of other groups to leave their gates
	defer cancel()
	for _, other := range a.group.Host().Audits.Sharing(a.audit(), a) {
		one := &other.(*account).group.gate
		held = append(held, one)
		_ = one.Hold(ctx) // a worker that waits for a dead broker does not record anything
	}
	return func() {
		for _, one := range held {
			one.Release()
		}
	}
}

func (a *account) leave() { a.group.Host().Audits.Leave(a) }

// begin begins another account, for messages that need not continue those before.
// The groups that share the present one go on with it.
func (a *account) begin() {
	a.before.Store(0)
	a.redeliveries.Begin(a.group.Settings().Reader.Is) // a reader begins again where it is told to
	if a.group.Host().Audits.Shared(a.audit(), a) {
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
func (a *account) look(ctx context.Context, admin broker.Admin, got brokerstats.StatsByTopic) {
	for topic, stats := range got {
		if stats.Subscriptions[a.subscription].BacklogEntries == 0 {
			continue
		}
		all, err := admin.CursorPositions(ctx, topic, a.subscription)
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
		a.group.Say("the subscription %s has other consumers, %s: loss is not judged; try: subs %s%s",
			a.subscription, snapshot.SomeOf(others), a.group.Topics()[0], a.group.On())
	}
}

// consumersClosed notes that a consumer has closed: other groups may get what it had.
func (a *account) consumersClosed() {
	a.redeliveries.ConsumersClosed()
	for _, other := range a.group.Host().Audits.Sharing(a.audit(), a) {
		other.(*account).redeliveries.ConsumersClosed()
	}
}

// newPeriod begins a period of the audit with a seek, in part of the partitions or in
// all.
func (a *account) newPeriod(inPart bool) {
	for _, other := range a.group.Host().Audits.Sharing(a.audit(), a) {
		other.(*account).group.stats.ForgetRemoved() // it is not somebody else's move for them
	}
	if inPart {
		a.noteBefore()
		a.audit().NewPeriodInPart()
	} else {
		a.before.Store(0)
		a.audit().NewPeriod()
	}
	a.redeliveries.Begin(true)
}
