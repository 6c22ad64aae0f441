package consume

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync/atomic"

	"pulsh/session/broker"
	"pulsh/session/brokerstats"
	"pulsh/session/consumername"
	"pulsh/session/delivery"
	"pulsh/session/snapshot"
	"pulsh/session/spec"
)

// accounts are the accounts of a group, one for each of its subscriptions. The list changes
// only while the group has no workers.
type accounts struct {
	group *Group
	names *consumername.Names
	list  atomic.Pointer[[]*account]
	past  atomic.Pointer[delivery.Totals] // of subscriptions that the group has left since the last reset
}

func newAccounts(g *Group, settings spec.Consumer) *accounts {
	a := &accounts{group: g, names: consumername.New()}
	a.past.Store(&delivery.Totals{})
	a.resize(settings)
	return a
}

// resize makes an account for each subscription. Accounts that stay keep their audits.
func (a *accounts) resize(settings spec.Consumer) {
	var before []*account
	if list := a.list.Load(); list != nil {
		before = *list
	}
	names := settings.SubscriptionNames()
	list := make([]*account, len(names))
	for i, name := range names {
		if i < len(before) {
			list[i] = before[i]
			list[i].subscription = name
		} else {
			list[i] = newAccount(a.group, name)
		}
	}
	for _, dropped := range before[min(len(names), len(before)):] {
		dropped.leave()
		past := a.past.Load().Plus(dropped.read().Sum())
		a.past.Store(&past)
	}
	a.list.Store(&list)
	a.group.stats.Follow(names)
}

// all returns the accounts in the order of the subscriptions, at least one.
func (a *accounts) all() []*account { return *a.list.Load() }

// of returns the account of a worker, numbered from 1.
func (a *accounts) of(worker int) *account {
	all := a.all()
	return all[(worker-1)%len(all)]
}

// join makes the group a member of its subscriptions.
func (a *accounts) join(settings spec.Consumer, topics []string) {
	a.resize(settings)
	for _, one := range a.all() {
		one.join(topics)
	}
}

func (a *accounts) leave() {
	for _, one := range a.all() {
		one.leave()
	}
}

// begin begins other accounts, for messages that need not continue those before.
func (a *accounts) begin() {
	a.group.stats.ForgetRemoved()
	for _, one := range a.all() {
		one.begin()
	}
}

// newPeriod begins a period of the delivery audits with a seek, in part of the partitions
// or in all.
func (a *accounts) newPeriod(inPart bool) {
	a.group.stats.ForgetRemoved()
	for _, one := range a.all() {
		one.newPeriod(inPart)
	}
}

// holdOthers is account.holdOthers for all accounts.
func (a *accounts) holdOthers(ctx context.Context) (release func()) {
	var all []func()
	for _, one := range a.all() {
		all = append(all, one.holdOthers(ctx))
	}
	return func() {
		for _, release := range all {
			release()
		}
	}
}

// consumersClosed notes for all subscriptions that consumers have closed.
func (a *accounts) consumersClosed() {
	for _, one := range a.all() {
		one.consumersClosed()
	}
}

// closed returns when a consumer of the group has closed last in the present period.
func (a *accounts) closed() (last int64) {
	for _, one := range a.all() {
		last = max(last, one.redeliveries.Closed())
	}
	return last
}

// look finds out whether an earlier consumer has acknowledged some of the messages
// of the backlog and left others: these gaps are no losses. What cannot be found out
// is taken for so.
func (a *accounts) look(ctx context.Context, settings spec.Consumer, topics []string) {
	admin := a.group.Cluster().Admin
	for _, one := range a.all() {
		one.before.Store(0)
		// A reader from the latest message on begins at a different place in each partition.
		if settings.Durable && admin == nil || settings.Reader.Begin == string(broker.Latest) {
			one.noteBefore()
		}
	}
	if !settings.Durable || admin == nil {
		return
	}
	got, failed := brokerstats.FetchGroup(ctx, admin, broker.FullTopics(topics))
	for _, one := range a.all() {
		if len(failed) > 0 {
			one.noteBefore()
		}
		one.look(ctx, admin, got)
	}
}

// meet tells the audits which consumers are not the session's.
func (a *accounts) meet(own brokerstats.StatsByTopic) {
	for _, one := range a.all() {
		one.meet(own.Sum(one.subscription).Subscriptions[one.subscription].Names)
	}
}

// reset makes the figures count from now on.
func (a *accounts) reset() {
	a.past.Store(&delivery.Totals{})
	for _, one := range a.all() {
		reading := delivery.ReadAccounts(one.audit())
		one.base.Store(&reading)
	}
}

// read adds up the audits since the last reset.
func (a *accounts) read() (sum delivery.Reading) {
	for i, one := range a.all() {
		r := one.read()
		if i == 0 {
			sum = r
			continue
		}
		sum.Present, sum.Earlier = sum.Present.Plus(r.Present), sum.Earlier.Plus(r.Earlier)
	}
	sum.Earlier = sum.Earlier.Plus(*a.past.Load())
	return sum
}

// others lists the consumers that are not the session's.
func (a *accounts) others() (names []string) {
	for _, one := range a.all() {
		names = append(names, one.audit().Others()...)
	}
	return names
}

// Receives returns the full names of the topics that the group receives from,
// none unless it is active, with the audits of its messages.
func (g *Group) Receives() ([]string, []*delivery.Audit) {
	var audits []*delivery.Audit
	for _, one := range g.accounts.all() {
		audits = append(audits, one.audit())
	}
	if !g.Active() {
		return nil, audits
	}
	return broker.FullTopics(g.subscription.all()), audits
}

// Delivery reads the audits, with the accounts of at most limit producers. names
// are those of the producers in use, by their streams.
func (g *Group) Delivery(names map[uint64]string, limit int) snapshot.Delivery {
	r := g.accounts.read()
	d := snapshot.Delivery{Present: r.Present, Previous: r.Earlier}
	if now, ok := g.Host().Sample(g.Name()); ok && now.Consumer != nil {
		c := *now.Consumer
		d.Removed = c.SetAside(&d.Present)
	}
	all := g.accounts.all()
	for _, one := range all {
		if len(all) > 1 {
			d.Subscriptions = append(d.Subscriptions, snapshot.SubscriptionAccount{Name: one.subscription, Totals: one.read().Present})
		}
		for _, account := range one.audit().Accounts(limit) {
			if base := one.base.Load(); base != nil && base.Present.Period == one.read().Present.Period {
				account.Totals = account.Totals.Since(base.Accounts[account.ID])
			}
			d.Producers = addProducer(d.Producers, account, names)
		}
	}
	if len(all) > 1 {
		slices.SortStableFunc(d.Producers, func(x, y snapshot.ProducerAccount) int { return cmp.Compare(y.Missing(), x.Missing()) })
	}
	d.Producers = d.Producers[:min(len(d.Producers), limit)]
	return d
}

// addProducer adds the account of a producer, to that of another subscription if there is
// one.
func addProducer(list []snapshot.ProducerAccount, account delivery.ProducerAccount, names map[uint64]string) []snapshot.ProducerAccount {
	if i := slices.IndexFunc(list, func(p snapshot.ProducerAccount) bool { return p.ID == account.ID }); i >= 0 {
		list[i].Totals = list[i].Plus(account.Totals)
		return list
	}
	name, ok := names[account.ID]
	if !ok {
		name = fmt.Sprintf("…%08x", uint32(account.ID))
	}
	return append(list, snapshot.ProducerAccount{Name: name, ProducerAccount: account})
}
