package consume

import (
	"context"

	"pulsh/session/broker"
	"pulsh/session/cursor"
)

// MoveBy moves the subscription by about so many messages, back if they are
// negative.
func (g *Group) MoveBy(ctx context.Context, messages int64) (MoveBy cursor.Move, err error) {
	err = g.moveCursor(ctx, func() error { return g.checkShift(messages) }, func(ctx context.Context) error {
		spec := g.Settings()
		p, err := cursor.At(ctx, g.cluster.Admin, g.cluster.Target, spec.Topic, spec.Subscription)
		if err == nil {
			MoveBy, err = p.By(ctx, messages)
		}
		return err
	})
	return MoveBy, err
}

// checkShift refuses to count messages where there is no one order of them.
func (g *Group) checkShift(messages int64) error {
	if g.Settings().Topics().Single() {
		return g.checkSeek(SeekTo{})
	}
	try := "seek " + g.name + " -5m"
	if messages > 0 {
		try = "clear " + g.name
	}
	return &broker.Error{Message: g.name + " receives from several topics, and messages are counted in one", Try: try}
}

// ClearBacklog moves the subscription to the end of all its topics.
func (g *Group) ClearBacklog(ctx context.Context) (all cursor.Move, err error) {
	err = g.moveCursor(ctx, func() error { return g.checkSeek(SeekTo{}) }, func(ctx context.Context) error {
		topics := g.Topics()
		for _, topic := range topics {
			p, err := cursor.At(ctx, g.cluster.Admin, g.cluster.Target, topic, g.Settings().Subscription)
			if err != nil {
				return err
			}
			one, err := p.Clear(ctx)
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
