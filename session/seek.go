package session

import (
	"context"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"pulsh/session/broker"
	"pulsh/session/snapshot"
)

// seekTime bounds the broker's part of a seek: measured, 10 to 330 ms.
const seekTime = 10 * time.Second

// seekTo is where a subscription is moved: to a message if there is one.
type seekTo struct {
	time time.Time
	id   *broker.MessageID
}

// seek moves the subscription to a time or a message.
func (g *consumer) seek(ctx context.Context, to seekTo) error {
	return g.reposition(ctx, func() error { return g.checkSeek(to) }, func(ctx context.Context) error { return g.move(ctx, to) })
}

// reposition moves the subscription while none of its consumers is there, and
// opens a new epoch in the ledger: what comes again after it is no duplicate.
// Nothing is disturbed if check refuses.
func (g *consumer) reposition(ctx context.Context, check func() error, move func(context.Context) error) error {
	was := g.state()
	if was != snapshot.Running && was != snapshot.Paused {
		return &broker.Error{Message: fmt.Sprintf("%s is %s", g.name, was), Try: "consume start " + g.name}
	}
	if g.link.Admin == nil {
		return needsAdmin(g.link.target)
	}
	ctx, cancel := context.WithTimeout(ctx, seekTime)
	defer cancel()
	yield, err := g.take(ctx)
	if err != nil {
		return err
	}
	defer yield()
	if was == snapshot.Running {
		g.enter(snapshot.Seeking)
	}
	if err = check(); err == nil {
		err = g.anew(ctx, g.settings(), true, func() error { return move(ctx) })
	}
	if g.state() != snapshot.Failed {
		g.enter(was)
	}
	if err != nil {
		return err
	}
	g.beginDrain(ctx)
	return nil
}

// checkSeek refuses a seek that has no meaning for the subscription.
func (g *consumer) checkSeek(to seekTo) error {
	spec := g.settings()
	if !spec.Durable {
		return &broker.Error{Message: g.name + " has durable=off: its subscription keeps no place that could be moved", Try: "set " + g.name + " durable=on"}
	}
	topics := spec.Topics()
	if to.id == nil || topics.Single() {
		return nil
	}
	what := "a pattern"
	if !topics.Pattern() {
		what = fmt.Sprintf("%d topics", len(topics.Names()))
	}
	return &broker.Error{Message: fmt.Sprintf("%s receives from %s, and message %s is in one of them at most", g.name, what, to.id), Try: "seek " + g.name + " -5m"}
}

// move moves the subscription on all topics side by side.
func (g *consumer) move(ctx context.Context, to seekTo) error {
	spec := g.settings()
	if to.id != nil {
		return g.link.Admin.SeekID(ctx, spec.Topic, spec.Subscription, *to.id)
	}
	moving, seeking := errgroup.WithContext(ctx)
	moving.SetLimit(askedAtOnce)
	for _, topic := range g.topics() {
		moving.Go(func() error {
			err := g.link.Admin.SeekTime(seeking, topic, spec.Subscription, to.time)
			if missing(err) && spec.Topics().Pattern() {
				return nil // gone since it was listed
			}
			return err
		})
	}
	return moving.Wait()
}

// beginDrain notes how much there is to receive after a seek.
func (g *consumer) beginDrain(ctx context.Context) {
	full := broker.FullTopics(g.topics())
	got, failed := ask(ctx, g.link.Admin, full)
	if own, ok := got.of(full, failed); ok {
		g.learn(ctx, g.link.Admin, own) // what else has happened shows in the next answer
	}
	if n := g.truth.known().BacklogMessages; n > 0 {
		g.drain.Store(&snapshot.Drain{From: time.Now(), Start: n})
	}
}
