package consume

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"pulsh/session/broker"
	"pulsh/session/brokerstats"
	"pulsh/session/group"
	"pulsh/session/snapshot"
)

const (
	// silentChecks is the number of checks in a row after which consumers that get
	// nothing of a backlog are replaced: a client takes a second or two to
	// reconnect.
	silentChecks = 8
	// silentChecksMost bounds its doubling while replacing consumers does not help.
	silentChecksMost = 120
)

// supervisor keeps a consumer group alive while it runs: it subscribes again for
// slots that have lost their consumers or get no messages, and follows the topics
// that match a pattern. It stops for commands.
type supervisor struct {
	*group.Supervisor
	group *Group

	// The supervisor's goroutine alone uses the fields below.
	patience  int // checks of silence before consumers are replaced
	discovery discovery
}

func newSupervisor(g *Group) *supervisor {
	s := &supervisor{group: g, patience: silentChecks, discovery: discovery{group: g}}
	s.Supervisor = group.NewSupervisor(s.check)
	return s
}

func (s *supervisor) check(ctx context.Context, tick bool) {
	if tick {
		s.failSilent()
	}
	if s.group.opLock.Lock(ctx) != nil { // a churn may have it
		return
	}
	defer s.group.opLock.Unlock()
	if tick {
		s.discovery.check(ctx)
	}
	s.repair(ctx)
}

// repair subscribes again for the slots that have lost their consumers.
func (s *supervisor) repair(ctx context.Context) {
	g := s.group
	var broken []*slot
	for _, one := range g.workers.slots() {
		if one.broken() {
			broken = append(broken, one)
		}
	}
	var trouble error
	if len(broken) > 0 {
		trouble = broken[0].failure()
	}
	s.Attempt(ctx, trouble, group.Repair{
		Report: func(err error, isNew bool) { s.reportLoss(err, isNew, len(broken)) },
		Failed: s.reportFailure,
		Do:     func(ctx context.Context) error { return s.resubscribe(ctx, broken) },
		Done:   s.reportRepair,
	})
}

// reportRepair tells the user that all consumers are subscribed.
func (s *supervisor) reportRepair(after time.Duration) {
	again := "receiving again"
	if s.group.State() == snapshot.Paused {
		again = "subscribed again, paused"
	}
	s.group.Say("%s after %s", again, after.Round(100*time.Millisecond))
}

// reportLoss counts lost consumers, and tells the user if the reason is new.
func (s *supervisor) reportLoss(err error, isNew bool, lost int) {
	g := s.group
	g.shards.Failures.Add(lost, broker.Classify(err), err.Error())
	if isNew {
		g.MarkError(err.Error())
		g.Say("%s; re-subscribing %d of %s; try: %s", err, lost, consumers(len(g.workers.slots())), nextStep(g.Name(), err))
	}
}

// reportFailure counts a subscription that failed, and tells the user if the
// reason is new.
func (s *supervisor) reportFailure(err error, isNew bool) {
	g := s.group
	g.shards.Failures.Add(1, broker.Classify(err), err.Error())
	if isNew {
		g.MarkError(err.Error())
		g.Say("cannot subscribe: %s; trying again; try: %s", err, nextStep(g.Name(), err))
	}
}

func consumers(n int) string {
	if n == 1 {
		return "1 consumer"
	}
	return fmt.Sprintf("%d consumers", n)
}

// nextStep returns a line that a user can type about a lost consumer.
func nextStep(name string, err error) string {
	var known *broker.Error
	if errors.As(err, &known) && known.Try != "" {
		return known.Try
	}
	return "errors " + name
}

// resubscribe replaces the consumers of slots. It closes the old ones first,
// because an exclusive subscription accepts no second consumer.
func (s *supervisor) resubscribe(ctx context.Context, broken []*slot) error {
	g := s.group
	if err := g.subscription.refresh(ctx, g.Settings()); err != nil {
		return err
	}
	settings := g.Settings()
	opening, subscribing := errgroup.WithContext(ctx)
	opening.SetLimit(group.OpenAtOnce)
	for _, one := range broken {
		opening.Go(func() error {
			if one.gate.Close(subscribing) != nil {
				return group.Unanswered(subscribing, g.Name(), "its workers were stopping")
			}
			old := one.attachment()
			old.lose()
			_ = old.consumer.Close(subscribing) // it is gone, or ends by itself
			name, consumer, err := g.subscription.subscribe(subscribing, settings, one.number)
			if err != nil {
				return err
			}
			one.attach(g.workers.newAttachment(name, consumer, one.number))
			return nil
		})
	}
	return opening.Wait()
}

// failSilent fails all slots if none gets messages although there is a backlog.
// A client that has lost its way reports nothing by itself.
func (s *supervisor) failSilent() {
	g := s.group
	silent := -1
	for _, one := range g.workers.slots() {
		if n := one.silence.check(); silent < 0 || n < silent {
			silent = n
		}
	}
	if silent == 0 {
		s.patience = silentChecks
	}
	if silent < s.patience || g.State() != snapshot.Running || g.Cluster().Now().State != snapshot.Up || !s.backlogHeld() {
		return
	}
	s.patience = min(2*s.patience, silentChecksMost)
	why := &broker.Error{Category: broker.Silent, Message: fmt.Sprintf("no deliveries for %d s with %d entries in the backlog",
		silent, g.stats.Latest().BacklogEntries), Try: "backlog " + g.Name()}
	for _, one := range g.workers.slots() {
		one.fail(why)
	}
}

// unackedMax is Pulsar's default of maxUnackedMessagesPerConsumer: a consumer that
// holds so many gets no more.
const unackedMax = 50_000

// backlogHeld reports whether the broker has entries for the group that it does not
// deliver, without a reason. Entries that were delivered and not acknowledged are
// part of the backlog and are not held back. When there are unackedMax of them,
// the broker has a reason not to deliver the others.
func (s *supervisor) backlogHeld() bool {
	g := s.group
	now, _ := g.Host().Sample(g.Name())
	stats, p := g.stats.Latest(), g.policy.Load()
	if now.Consumer == nil || p == nil || stats.Blocked || stats.DispatchLimit != "" || time.Since(stats.At) > 3*brokerstats.PollEvery {
		return false
	}
	delivered := int64(now.Consumer.InFlight)
	if !p.plain {
		delivered = max(delivered, stats.Unacked)
	}
	return stats.BacklogEntries > delivered && delivered < unackedMax
}
