package session

import (
	"context"
	"fmt"
	"time"

	"pulsh/session/broker"
)

// seekTime bounds the broker's part of a seek: measured, 10 to 330 ms.
const seekTime = 10 * time.Second

// seekTo is where a subscription is moved: to a message if there is one.
type seekTo struct {
	time time.Time
	id   *broker.MessageID
}

// seek moves the subscription while none of its consumers is there, and opens
// a new epoch in the ledger: what comes again after a seek is no duplicate.
func (g *consumer) seek(ctx context.Context, to seekTo) error {
	was := g.state()
	if was != Running && was != Paused {
		return &broker.Error{Message: fmt.Sprintf("%s is %s", g.name, was), Try: "consume start " + g.name}
	}
	if g.link.Admin == nil {
		return &broker.Error{Message: "a seek needs the admin API", Try: "connect " + g.link.target.URL + " admin=http://127.0.0.1:8080"}
	}
	ctx, cancel := context.WithTimeout(ctx, seekTime)
	defer cancel()
	yield, err := g.take(ctx)
	if err != nil {
		return err
	}
	defer yield()
	if was == Running {
		g.enter(Seeking)
	}
	err = g.anew(ctx, g.settings(), true, func() error { return g.move(ctx, to) })
	if g.state() != Failed {
		g.enter(was)
	}
	if err != nil {
		return err
	}
	g.beginDrain(ctx)
	return nil
}

func (g *consumer) move(ctx context.Context, to seekTo) error {
	spec := g.settings()
	if to.id != nil {
		return g.link.Admin.SeekID(ctx, spec.Topic, spec.Subscription, *to.id)
	}
	return g.link.Admin.SeekTime(ctx, spec.Topic, spec.Subscription, to.time)
}

// beginDrain notes how much there is to receive after a seek.
func (g *consumer) beginDrain(ctx context.Context) {
	if stats, err := g.link.Admin.Stats(ctx, g.topic()); err == nil {
		g.learn(ctx, g.link.Admin, stats)
	}
	if n := g.truth.known().BacklogMessages; n > 0 {
		g.drain.Store(&Drain{From: time.Now(), Start: n})
	}
}
