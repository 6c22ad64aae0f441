package consume

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"pulsh/session/broker"
	"pulsh/session/brokerstats"
	"pulsh/session/group"
	"pulsh/session/snapshot"
)

// How a consumer group is kept alive, beside the times that both kinds share.
const (
	discoverEvery = 2 * time.Second // the topics that match a pattern: one listing of a namespace
	// silentLooks is how many looks long workers must have waited for messages
	// that are there: reconnecting takes a client a second or two.
	silentLooks = 8
	// silentMost bounds its doubling while replacing consumers does not help.
	silentMost = 120
)

// supervisor keeps a consumer group alive while it runs: it subscribes again where
// a consumer has been lost or delivers nothing, and follows the topics that
// match a pattern. A command that takes the floor puts it aside.
type supervisor struct {
	group.Loop
	group *Group

	// What the keeper's goroutine alone touches:
	reported group.ReportOnce
	troubled time.Time     // when it began
	wait     time.Duration // before the next attempt
	next     time.Time     // the next attempt
	patience int           // looks of silence before consumers are replaced
	lists    time.Time     // the next listing
	listing  string        // what was last wrong with listing
}

func newSupervisor(g *Group) *supervisor {
	k := &supervisor{group: g, patience: silentLooks}
	k.Loop = group.NewLoop(k.run)
	return k
}

func (k *supervisor) run(ctx context.Context) {
	look := time.NewTicker(group.CheckEvery)
	defer look.Stop()
	for ctx.Err() == nil {
		select {
		case <-look.C:
			k.checkSilence()
			k.work(ctx, k.discover)
		case <-k.Wake:
		case <-k.retry():
		case <-ctx.Done():
			return
		}
		k.work(ctx, k.repair)
	}
}

// work does something while no churn is at work.
func (k *supervisor) work(ctx context.Context, do func(context.Context)) {
	select {
	case k.group.opLock <- struct{}{}:
		do(ctx)
		<-k.group.opLock
	case <-ctx.Done():
	}
}

// retry fires when the next attempt is due; nil, which never does, without one.
func (k *supervisor) retry() <-chan time.Time {
	if k.wait == 0 {
		return nil
	}
	return time.After(time.Until(k.next))
}

// slots lists the group's seats, each once.
func (g *Group) slots() []*slot {
	g.mu.Lock()
	defer g.mu.Unlock()
	var seats []*slot
	for _, w := range g.workers {
		if len(seats) == 0 || seats[len(seats)-1] != w.slot {
			seats = append(seats, w.slot)
		}
	}
	return seats
}

// repair subscribes again at the seats that have lost their consumers.
func (k *supervisor) repair(ctx context.Context) {
	var broken []*slot
	for _, s := range k.group.slots() {
		if s.gate.failure() != nil || s.ended(s.now()) {
			broken = append(broken, s)
		}
	}
	if len(broken) == 0 {
		k.reported, k.wait, k.troubled, k.next = nil, 0, time.Time{}, time.Time{}
		return
	}
	if time.Now().Before(k.next) {
		return
	}
	if k.troubled.IsZero() {
		k.troubled = time.Now()
	}
	k.report(broken[0].gate.failure(), len(broken))
	err := k.resubscribe(ctx, broken)
	switch {
	case ctx.Err() != nil:
	case err != nil:
		k.wait = min(max(2*k.wait, group.RetryFirst), group.RetryMost)
		k.next = time.Now().Add(k.wait)
		k.report(err, 0)
	default:
		k.group.host.Say("%s: receives again after %s", k.group.name, time.Since(k.troubled).Round(100*time.Millisecond))
		k.reported, k.wait, k.troubled, k.next = nil, 0, time.Time{}, time.Time{}
	}
}

// report counts a trouble, and says it if that was not done since all was well;
// lost is how many consumers it has cost.
func (k *supervisor) report(err error, lost int) {
	g := k.group
	g.shards.Failures.Add(max(lost, 1), broker.Classify(err), err.Error())
	if !k.reported.IsNew(err) {
		return
	}
	what := "cannot subscribe"
	if lost > 0 {
		what = fmt.Sprintf("lost %d of %s", lost, consumers(len(g.slots())))
	}
	g.host.Mark(snapshot.MarkError, g.name+": "+err.Error())
	g.host.Say("%s: %s: %s; subscribing again; try: %s", g.name, what, err, nextStep(g.name, err))
}

func consumers(n int) string {
	if n == 1 {
		return "1 consumer"
	}
	return fmt.Sprintf("%d consumers", n)
}

// nextStep is what a user can do about a lost consumer, as a line to type.
func nextStep(name string, err error) string {
	var known *broker.Error
	if errors.As(err, &known) && known.Try != "" {
		return known.Try
	}
	return "errors " + name
}

// addAdvice gives an error the next step that only the group's name tells.
func (g *Group) addAdvice(err error) error {
	var known *broker.Error
	if !errors.As(err, &known) || known.Try != "" || known.Category != broker.Busy {
		return err
	}
	advised := *known
	advised.Try = "set " + g.name + " subscription=" + g.Settings().Subscription + "-2"
	return &advised
}

// resubscribe replaces the consumers of seats. The old ones are closed first:
// an exclusive subscription lets no second one in.
func (k *supervisor) resubscribe(ctx context.Context, broken []*slot) error {
	g := k.group
	ctx, cancel := context.WithTimeout(ctx, group.RepairTimeout)
	defer cancel()
	if err := g.refreshTopics(ctx, g.Settings()); err != nil {
		return err
	}
	spec := g.Settings()
	opening, subscribing := errgroup.WithContext(ctx)
	opening.SetLimit(group.OpenAtOnce)
	for _, s := range broken {
		opening.Go(func() error {
			if err := s.gate.drain(subscribing, g.gate.nudge); err != nil {
				return group.WaitFor(subscribing, g.name+": waiting for its workers")
			}
			s.now().lose()
			_ = s.now().subscriber.Close(subscribing) // it is gone, or ends by itself
			name, fresh, err := g.subscribe(subscribing, spec, s.number)
			if err != nil {
				return err
			}
			s.attachment.Store(g.attach(name, fresh, s.number))
			s.gate.open()
			return nil
		})
	}
	return opening.Wait()
}

// lose ends a sitting whose consumer is gone: nothing can be acknowledged by it
// any more.
func (s *attachment) lose() {
	s.group.consumersClosed.Store(true)
	if s.over.CompareAndSwap(false, true) {
		s.abandon()
	}
}

// checkSilence condemns the consumers of a group that waits for messages which are
// there: a client that has lost its way says nothing by itself.
func (k *supervisor) checkSilence() {
	g := k.group
	silent := -1
	for _, s := range g.slots() {
		if n := s.pulse.silent(); silent < 0 || n < silent {
			silent = n
		}
	}
	if silent == 0 {
		k.patience = silentLooks
	}
	if silent < k.patience || g.State() != snapshot.Running || g.cluster.Now().State != snapshot.Up || !g.backlogHeld() {
		return
	}
	k.patience = min(2*k.patience, silentMost)
	why := &broker.Error{Category: broker.Silent, Message: fmt.Sprintf("nothing was delivered for %d s while %d entries wait",
		silent, g.stats.Latest().BacklogEntries), Try: "backlog " + g.name}
	for _, s := range g.slots() {
		s.gate.fail(why)
	}
}

// backlogHeld says whether the broker holds back entries that no consumer has. Those
// are not messages which were delivered and are kept, or come again in time.
// Past the broker's own limit of those it is right to hold back.
func (g *Group) backlogHeld() bool {
	now, _ := g.host.Sample(g.name)
	t, ways := g.stats.Latest(), g.policy.Load()
	if now.Consumer == nil || ways == nil || time.Since(t.At) > 3*brokerstats.PollEvery {
		return false
	}
	held := int64(now.Consumer.InFlight)
	if !ways.plain {
		held = max(held, t.Unacked)
	}
	return t.BacklogEntries > held && held < unackedMax
}

// unackedMax is Pulsar's standard maxUnackedMessagesPerConsumer: a consumer
// that holds so many gets no more.
const unackedMax = 50_000

// discover follows the topics that match the group's pattern.
func (k *supervisor) discover(ctx context.Context) {
	g := k.group
	spec := g.Settings()
	if !spec.Topics().Pattern() || time.Now().Before(k.lists) || g.cluster.Now().State != snapshot.Up {
		return
	}
	k.lists = time.Now().Add(discoverEvery)
	ctx, cancel := context.WithTimeout(ctx, group.RepairTimeout)
	defer cancel()
	there, err := g.listTopics(ctx, spec)
	if err != nil {
		k.reportListing(ctx, err)
		return
	}
	for _, topic := range there {
		if !slices.Contains(g.Subscribed(), topic) {
			k.addTopic(ctx, topic)
		}
	}
	for _, topic := range g.Subscribed() {
		if !slices.Contains(there, topic) {
			k.dropTopic(ctx, topic)
		}
	}
}

// reportListing tells why the topics stay as they are, once.
func (k *supervisor) reportListing(ctx context.Context, err error) {
	if ctx.Err() == nil && err.Error() != k.listing {
		k.listing = err.Error()
		k.group.shards.Failures.Add(1, broker.Classify(err), err.Error())
		k.group.host.Say("%s: %s; the topics stay as they are", k.group.name, err)
	}
}

// addTopic subscribes all consumers to one more topic, or leaves it for the next
// listing.
func (k *supervisor) addTopic(ctx context.Context, topic string) {
	g := k.group
	adding, subscribing := errgroup.WithContext(ctx)
	adding.SetLimit(group.OpenAtOnce)
	for _, s := range g.slots() {
		if at := s.now().subscriber; s.gate.failure() == nil {
			adding.Go(func() error { return at.Add(subscribing, topic) })
		}
	}
	if err := adding.Wait(); err != nil {
		k.leave(ctx, topic)
		k.reportListing(ctx, err)
		return
	}
	k.listing = ""
	g.setSubscribed(append(g.Subscribed(), topic))
	g.host.Say("%s: receives %s too, from its first message", g.name, topic)
}

// dropTopic takes a topic that is there no more from all consumers.
func (k *supervisor) dropTopic(ctx context.Context, topic string) {
	g := k.group
	k.leave(ctx, topic)
	g.setSubscribed(slices.DeleteFunc(g.Subscribed(), func(other string) bool { return other == topic }))
	g.host.Say("%s: %s is gone", g.name, topic)
}

// leave drops a topic at all seats, each while nobody acknowledges through it.
func (k *supervisor) leave(ctx context.Context, topic string) {
	g := k.group
	var all sync.WaitGroup
	for _, s := range g.slots() {
		at := s.now().subscriber
		if s.gate.failure() != nil {
			continue
		}
		all.Go(func() {
			if s.gate.drain(ctx, g.gate.nudge) == nil {
				_ = at.Drop(ctx, topic) // it is gone, or ends by itself
			}
			s.gate.reopen()
		})
	}
	all.Wait()
}
