package session

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"pulsh/session/broker"
	"pulsh/session/snapshot"
)

// How a consumer group is kept alive.
const (
	lookEvery     = time.Second     // at the seats, beside what workers tell at once
	discoverEvery = 2 * time.Second // the topics that match a pattern: one listing of a namespace
	mendFirst     = 100 * time.Millisecond
	mendMost      = 5 * time.Second  // between two attempts to subscribe again
	mendTime      = 10 * time.Second // one attempt: the client's own operations take 5 s
	// silentLooks is how many looks long workers must have waited for messages
	// that are there: reconnecting takes a client a second or two.
	silentLooks = 8
	// silentMost bounds its doubling while replacing consumers does not help.
	silentMost = 120
)

// keeper keeps a consumer group alive while it runs: it subscribes again where
// a consumer has been lost or delivers nothing, and follows the topics that
// match a pattern. A command that takes the floor puts it aside.
type keeper struct {
	vigil
	group *consumer

	// What the keeper's goroutine alone touches:
	said     sayings
	troubled time.Time     // when it began
	wait     time.Duration // before the next attempt
	next     time.Time     // the next attempt
	patience int           // looks of silence before consumers are replaced
	lists    time.Time     // the next listing
	listing  string        // what was last wrong with listing
}

func newKeeper(g *consumer) *keeper {
	k := &keeper{group: g, patience: silentLooks}
	k.vigil = newVigil(k.run)
	return k
}

func (k *keeper) run(ctx context.Context) {
	look := time.NewTicker(lookEvery)
	defer look.Stop()
	for ctx.Err() == nil {
		select {
		case <-look.C:
			k.listen()
			k.work(ctx, k.discover)
		case <-k.wake:
		case <-k.retry():
		case <-ctx.Done():
			return
		}
		k.work(ctx, k.mend)
	}
}

// work does something while no churn is at work.
func (k *keeper) work(ctx context.Context, do func(context.Context)) {
	select {
	case k.group.floor <- struct{}{}:
		do(ctx)
		<-k.group.floor
	case <-ctx.Done():
	}
}

// retry fires when the next attempt is due; nil, which never does, without one.
func (k *keeper) retry() <-chan time.Time {
	if k.wait == 0 {
		return nil
	}
	return time.After(time.Until(k.next))
}

// seats lists the group's seats, each once.
func (g *consumer) seats() []*seat {
	g.mu.Lock()
	defer g.mu.Unlock()
	var seats []*seat
	for _, w := range g.workers {
		if len(seats) == 0 || seats[len(seats)-1] != w.seat {
			seats = append(seats, w.seat)
		}
	}
	return seats
}

// mend subscribes again at the seats that have lost their consumers.
func (k *keeper) mend(ctx context.Context) {
	var broken []*seat
	for _, s := range k.group.seats() {
		if s.door.why() != nil || s.ended(s.now()) {
			broken = append(broken, s)
		}
	}
	if len(broken) == 0 {
		k.said, k.wait, k.troubled, k.next = nil, 0, time.Time{}, time.Time{}
		return
	}
	if time.Now().Before(k.next) {
		return
	}
	if k.troubled.IsZero() {
		k.troubled = time.Now()
	}
	k.tell(broken[0].door.why(), len(broken))
	err := k.resubscribe(ctx, broken)
	switch {
	case ctx.Err() != nil:
	case err != nil:
		k.wait = min(max(2*k.wait, mendFirst), mendMost)
		k.next = time.Now().Add(k.wait)
		k.tell(err, 0)
	default:
		k.group.session.notes.say("%s: receives again after %s", k.group.name, time.Since(k.troubled).Round(100*time.Millisecond))
		k.said, k.wait, k.troubled, k.next = nil, 0, time.Time{}, time.Time{}
	}
}

// tell counts a trouble, and says it if that was not done since all was well;
// lost is how many consumers it has cost.
func (k *keeper) tell(err error, lost int) {
	g := k.group
	g.shards.Failures.Add(max(lost, 1), broker.Classify(err), err.Error())
	if !k.said.news(err) {
		return
	}
	what := "cannot subscribe"
	if lost > 0 {
		what = fmt.Sprintf("lost %d of %s", lost, consumers(len(g.seats())))
	}
	g.session.Mark(snapshot.MarkError, g.name+": "+err.Error())
	g.session.notes.say("%s: %s: %s; subscribing again; try: %s", g.name, what, err, nextStep(g.name, err))
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

// advise gives an error the next step that only the group's name tells.
func (g *consumer) advise(err error) error {
	var known *broker.Error
	if !errors.As(err, &known) || known.Try != "" || known.Category != broker.Busy {
		return err
	}
	advised := *known
	advised.Try = "set " + g.name + " subscription=" + g.settings().Subscription + "-2"
	return &advised
}

// resubscribe replaces the consumers of seats. The old ones are closed first:
// an exclusive subscription lets no second one in.
func (k *keeper) resubscribe(ctx context.Context, broken []*seat) error {
	g := k.group
	ctx, cancel := context.WithTimeout(ctx, mendTime)
	defer cancel()
	if err := g.cover(ctx, g.settings()); err != nil {
		return err
	}
	spec := g.settings()
	opening, subscribing := errgroup.WithContext(ctx)
	opening.SetLimit(openAtOnce)
	for _, s := range broken {
		opening.Go(func() error {
			if err := s.door.clear(subscribing, g.gate.nudge); err != nil {
				return waitFor(subscribing, g.name+": waiting for its workers")
			}
			s.now().give()
			_ = s.now().subscriber.Close(subscribing) // it is gone, or ends by itself
			name, fresh, err := g.subscribe(subscribing, spec, s.number)
			if err != nil {
				return err
			}
			s.sitting.Store(g.newSitting(name, fresh, s.number))
			s.door.open()
			return nil
		})
	}
	return opening.Wait()
}

// give ends a sitting whose consumer is gone: nothing can be acknowledged by it
// any more.
func (s *sitting) give() {
	s.group.parted.Store(true)
	if s.over.CompareAndSwap(false, true) {
		s.abandon()
	}
}

// listen condemns the consumers of a group that waits for messages which are
// there: a client that has lost its way says nothing by itself.
func (k *keeper) listen() {
	g := k.group
	silent := -1
	for _, s := range g.seats() {
		if n := s.pulse.silent(); silent < 0 || n < silent {
			silent = n
		}
	}
	if silent == 0 {
		k.patience = silentLooks
	}
	if silent < k.patience || g.state() != snapshot.Running || g.link.state() != snapshot.Up || !g.owed() {
		return
	}
	k.patience = min(2*k.patience, silentMost)
	why := &broker.Error{Category: broker.Silent, Message: fmt.Sprintf("nothing was delivered for %d s while %d entries wait",
		silent, g.truth.known().BacklogEntries), Try: "backlog " + g.name}
	for _, s := range g.seats() {
		s.door.condemn(why)
	}
}

// owed says whether the broker holds back entries that no consumer has. Those
// are not messages which were delivered and are kept, or come again in time.
// Past the broker's own limit of those it is right to hold back.
func (g *consumer) owed() bool {
	now, _ := g.session.Snapshot().Group(g.name)
	t, ways := g.truth.known(), g.ways.Load()
	if now.Consumer == nil || ways == nil || time.Since(t.At) > 3*pollEvery {
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
func (k *keeper) discover(ctx context.Context) {
	g := k.group
	spec := g.settings()
	if !spec.Topics().Pattern() || time.Now().Before(k.lists) || g.link.state() != snapshot.Up {
		return
	}
	k.lists = time.Now().Add(discoverEvery)
	ctx, cancel := context.WithTimeout(ctx, mendTime)
	defer cancel()
	there, err := g.expand(ctx, spec)
	if err != nil {
		k.sayListing(ctx, err)
		return
	}
	for _, topic := range there {
		if !slices.Contains(g.covers(), topic) {
			k.gain(ctx, topic)
		}
	}
	for _, topic := range g.covers() {
		if !slices.Contains(there, topic) {
			k.lose(ctx, topic)
		}
	}
}

// sayListing tells why the topics stay as they are, once.
func (k *keeper) sayListing(ctx context.Context, err error) {
	if ctx.Err() == nil && err.Error() != k.listing {
		k.listing = err.Error()
		k.group.shards.Failures.Add(1, broker.Classify(err), err.Error())
		k.group.session.notes.say("%s: %s; the topics stay as they are", k.group.name, err)
	}
}

// gain subscribes all consumers to one more topic, or leaves it for the next
// listing.
func (k *keeper) gain(ctx context.Context, topic string) {
	g := k.group
	adding, subscribing := errgroup.WithContext(ctx)
	adding.SetLimit(openAtOnce)
	for _, s := range g.seats() {
		if at := s.now().subscriber; s.door.why() == nil {
			adding.Go(func() error { return at.Add(subscribing, topic) })
		}
	}
	if err := adding.Wait(); err != nil {
		k.leave(ctx, topic)
		k.sayListing(ctx, err)
		return
	}
	k.listing = ""
	g.setCovers(append(g.covers(), topic))
	g.session.notes.say("%s: receives %s too, from its first message", g.name, topic)
}

// lose takes a topic that is there no more from all consumers.
func (k *keeper) lose(ctx context.Context, topic string) {
	g := k.group
	k.leave(ctx, topic)
	g.setCovers(slices.DeleteFunc(g.covers(), func(other string) bool { return other == topic }))
	g.session.notes.say("%s: %s is gone", g.name, topic)
}

// leave drops a topic at all seats, each while nobody acknowledges through it.
func (k *keeper) leave(ctx context.Context, topic string) {
	g := k.group
	var all sync.WaitGroup
	for _, s := range g.seats() {
		at := s.now().subscriber
		if s.door.why() != nil {
			continue
		}
		all.Go(func() {
			if s.door.clear(ctx, g.gate.nudge) == nil {
				_ = at.Drop(ctx, topic) // it is gone, or ends by itself
			}
			s.door.reopen()
		})
	}
	all.Wait()
}
