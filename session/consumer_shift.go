package session

import (
	"context"

	"pulsh/session/broker"
)

// shift moves the subscription by about so many messages, back if they are
// negative.
func (g *consumer) shift(ctx context.Context, messages int64) (shift Shift, err error) {
	err = g.reposition(ctx, func() error { return g.checkShift(messages) }, func(ctx context.Context) error {
		spec := g.settings()
		p, err := cursorAt(ctx, g.cluster.Admin, g.cluster.Target, spec.Topic, spec.Subscription)
		if err == nil {
			shift, err = p.by(ctx, messages)
		}
		return err
	})
	return shift, err
}

// checkShift refuses to count messages where there is no one order of them.
func (g *consumer) checkShift(messages int64) error {
	if g.settings().Topics().Single() {
		return g.checkSeek(seekTo{})
	}
	try := "seek " + g.name + " -5m"
	if messages > 0 {
		try = "clear " + g.name
	}
	return &broker.Error{Message: g.name + " receives from several topics, and messages are counted in one", Try: try}
}

// clearBacklog moves the subscription to the end of all its topics.
func (g *consumer) clearBacklog(ctx context.Context) (all Shift, err error) {
	err = g.reposition(ctx, func() error { return g.checkSeek(seekTo{}) }, func(ctx context.Context) error {
		topics := g.topics()
		for _, topic := range topics {
			p, err := cursorAt(ctx, g.cluster.Admin, g.cluster.Target, topic, g.settings().Subscription)
			if err != nil {
				return err
			}
			one, err := p.clear(ctx)
			if err != nil {
				return err
			}
			all.Entries, all.Messages = all.Entries+one.Entries, all.Messages+one.Messages
			if len(topics) == 1 {
				all.Parts = one.Parts
			}
		}
		return nil
	})
	return all, err
}
