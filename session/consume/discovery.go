package consume

import (
	"context"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"pulsh/session/broker"
	"pulsh/session/group"
	"pulsh/session/snapshot"
	"pulsh/session/spec"
)

// discoverEvery is the time between two listings of a namespace for the topics
// that match a pattern.
const discoverEvery = 2 * time.Second

// discovery follows the topics that match the group's pattern. The supervisor
// alone uses it, with opLock.
type discovery struct {
	group *Group
	next  time.Time // of the next listing
	fault string    // the last error that was reported, "" since a topic was added
}

// check adds and drops topics, if the group has a pattern and a listing is due.
func (d *discovery) check(ctx context.Context) {
	g := d.group
	settings := g.Settings()
	if !settings.Topics().Pattern() || time.Now().Before(d.next) || g.Cluster().Now().State != snapshot.Up {
		return
	}
	d.next = time.Now().Add(discoverEvery)
	ctx, cancel := context.WithTimeout(ctx, group.RepairTimeout)
	defer cancel()
	matching, err := g.subscription.list(ctx, settings)
	if err != nil {
		d.report(ctx, err)
		return
	}
	have := g.subscription.all()
	for _, topic := range spec.Without(matching, have) {
		d.add(ctx, topic)
	}
	for _, topic := range spec.Without(have, matching) {
		d.drop(ctx, topic)
	}
}

// report tells the user once that the topics stay as they are.
func (d *discovery) report(ctx context.Context, err error) {
	if ctx.Err() == nil && err.Error() != d.fault {
		d.fault = err.Error()
		d.group.shards.Failures.Add(1, broker.Classify(err), err.Error())
		d.group.Say("%s; its topics are unchanged", err)
	}
}

// add subscribes all consumers to one more topic. After an error, the next listing
// tries again.
func (d *discovery) add(ctx context.Context, topic string) {
	g := d.group
	adding, subscribing := errgroup.WithContext(ctx)
	adding.SetLimit(group.OpenAtOnce)
	for _, one := range g.workers.slots() {
		if at := one.attachment(); one.failure() == nil {
			adding.Go(func() error { return at.consumer.Add(subscribing, topic) })
		}
	}
	if err := adding.Wait(); err != nil {
		d.unsubscribe(ctx, topic)
		d.report(ctx, err)
		return
	}
	d.fault = ""
	g.subscription.set(append(g.subscription.all(), topic))
	g.Say("also receiving from %s now, from its first message", topic)
}

// drop takes a topic that no longer exists from all consumers.
func (d *discovery) drop(ctx context.Context, topic string) {
	g := d.group
	d.unsubscribe(ctx, topic)
	g.subscription.set(slices.DeleteFunc(g.subscription.all(), func(other string) bool { return other == topic }))
	g.Say("topic %s no longer exists", topic)
}

// unsubscribe drops a topic from each consumer, while no worker acknowledges
// through it.
func (d *discovery) unsubscribe(ctx context.Context, topic string) {
	var all sync.WaitGroup
	for _, one := range d.group.workers.slots() {
		if one.failure() != nil {
			continue
		}
		all.Go(func() {
			if one.gate.Close(ctx) == nil {
				_ = one.attachment().consumer.Drop(ctx, topic) // it is gone, or ends by itself
			}
			one.reopen()
		})
	}
	all.Wait()
}
