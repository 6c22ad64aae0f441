package consume

import (
	"context"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"pulsh/session/broker"
	"pulsh/session/brokerstats"
	"pulsh/session/cursor"
	"pulsh/session/snapshot"
)

// seekTime bounds the broker's part of a seek: measured, 10 to 330 ms.
const seekTime = 10 * time.Second

// SeekTo is where a subscription is moved: to a message if there is one.
type SeekTo struct {
	Time time.Time
	Id   *broker.MessageID
}

// Seek moves the subscription to a time or a message.
func (g *Group) Seek(ctx context.Context, to SeekTo) error {
	return g.moveCursor(ctx, func() error { return g.checkSeek(to) }, func(ctx context.Context) error { return g.move(ctx, to) })
}

// moveCursor moves the subscription while none of its consumers is there, and
// opens a new epoch in the ledger: what comes again after it is no duplicate.
// Nothing is disturbed if check refuses.
func (g *Group) moveCursor(ctx context.Context, check func() error, move func(context.Context) error) error {
	was := g.State()
	if was != snapshot.Running && was != snapshot.Paused {
		return &broker.Error{Message: fmt.Sprintf("%s is %s", g.name, was), Try: "consume start " + g.name}
	}
	if g.cluster.Admin == nil {
		return cursor.NeedsAdmin(g.cluster.Target)
	}
	ctx, cancel := context.WithTimeout(ctx, seekTime)
	defer cancel()
	yield, err := g.lock(ctx)
	if err != nil {
		return err
	}
	defer yield()
	if was == snapshot.Running {
		g.enter(snapshot.Seeking)
	}
	if err = check(); err == nil {
		err = g.resubscribe(ctx, g.Settings(), true, func() error { return move(ctx) })
	}
	if g.State() != snapshot.Failed {
		g.enter(was)
	}
	if err != nil {
		return err
	}
	g.beginDrain(ctx)
	return nil
}

// checkSeek refuses a seek that has no meaning for the subscription.
func (g *Group) checkSeek(to SeekTo) error {
	spec := g.Settings()
	if !spec.Durable {
		return &broker.Error{Message: g.name + " has durable=off: its subscription keeps no place that could be moved", Try: "set " + g.name + " durable=on"}
	}
	topics := spec.Topics()
	if to.Id == nil || topics.Single() {
		return nil
	}
	what := "a pattern"
	if !topics.Pattern() {
		what = fmt.Sprintf("%d topics", len(topics.Names()))
	}
	return &broker.Error{Message: fmt.Sprintf("%s receives from %s, and message %s is in one of them at most", g.name, what, to.Id), Try: "seek " + g.name + " -5m"}
}

// move moves the subscription on all topics side by side.
func (g *Group) move(ctx context.Context, to SeekTo) error {
	spec := g.Settings()
	if to.Id != nil {
		return g.cluster.Admin.SeekID(ctx, spec.Topic, spec.Subscription, *to.Id)
	}
	moving, seeking := errgroup.WithContext(ctx)
	moving.SetLimit(brokerstats.RequestsAtOnce)
	for _, topic := range g.Topics() {
		moving.Go(func() error {
			err := g.cluster.Admin.SeekTime(seeking, topic, spec.Subscription, to.Time)
			if brokerstats.IsMissing(err) && spec.Topics().Pattern() {
				return nil // gone since it was listed
			}
			return err
		})
	}
	return moving.Wait()
}

// beginDrain notes how much there is to receive after a seek.
func (g *Group) beginDrain(ctx context.Context) {
	full := broker.FullTopics(g.Topics())
	got, failed := brokerstats.Fetch(ctx, g.cluster.Admin, full)
	if own, ok := got.Of(full, failed); ok {
		g.Observe(ctx, g.cluster.Admin, own) // what else has happened shows in the next answer
	}
	if n := g.stats.Latest().BacklogMessages; n > 0 {
		g.drain.Store(&snapshot.Drain{From: time.Now(), Start: n})
	}
}
