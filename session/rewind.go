package session

import (
	"context"

	"pulsh/session/broker"
)

// AckKept acknowledges the oldest messages that a consumer group keeps under
// ack=delayed or ack=manual, at most limit of them, and tells how many. What a
// broker refused is among the group's failures.
func (s *Session) AckKept(ctx context.Context, name string, limit int) (int, error) {
	g, err := named[*consumer](s, name)
	if err != nil {
		return 0, err
	}
	return g.acknowledgeOldest(ctx, limit)
}

// Rewind moves a consumer group's subscription back by about so many messages,
// as a seek does.
func (s *Session) Rewind(ctx context.Context, name string, messages int64) (Shift, error) {
	return s.shift(ctx, name, -messages)
}

// Skip moves a consumer group's subscription forward by about so many messages,
// as a seek does. It is an error if fewer wait.
func (s *Session) Skip(ctx context.Context, name string, messages int64) (Shift, error) {
	return s.shift(ctx, name, messages)
}

// Clear moves a consumer group's subscription behind all that waits, on all of
// its topics. The parts of the Shift are those of its only topic.
func (s *Session) Clear(ctx context.Context, name string) (all Shift, err error) {
	g, err := named[*consumer](s, name)
	if err != nil {
		return Shift{}, err
	}
	return all, g.reposition(ctx, func() error { return g.checkSeek(seekTo{}) }, func(ctx context.Context) error {
		topics := g.topics()
		for _, topic := range topics {
			p, err := g.link.place(topic, g.settings().Subscription)
			if err == nil {
				err = p.look(ctx)
			}
			if err != nil {
				return err
			}
			one, err := p.watched(ctx, func() error { return p.admin.ClearBacklog(ctx, p.topic.String(), p.subscription) })
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
}

// SkipOn takes about so many messages off a subscription that no group of this
// session receives through. In a topic with partitions each gives its share.
func (s *Session) SkipOn(ctx context.Context, topic, subscription string, messages int64) (Shift, error) {
	link := s.connected()
	if link == nil {
		return Shift{}, &broker.Error{Message: "not connected to a cluster", Try: "local start"}
	}
	p, err := link.place(topic, subscription)
	if err != nil {
		return Shift{}, err
	}
	if err := p.look(ctx); err != nil {
		return Shift{}, err
	}
	entries, err := p.divide(messages)
	if err != nil {
		return Shift{}, err
	}
	return p.watched(ctx, func() error {
		for i, n := range entries {
			if n == 0 {
				continue
			}
			if err := p.admin.SkipEntries(ctx, p.part(i), subscription, int(n)); err != nil {
				return err
			}
		}
		return nil
	})
}

// shift moves a group by messages.
func (s *Session) shift(ctx context.Context, name string, messages int64) (shift Shift, err error) {
	g, err := named[*consumer](s, name)
	if err != nil {
		return Shift{}, err
	}
	return shift, g.reposition(ctx, func() error { return g.checkShift(messages) }, func(ctx context.Context) error {
		spec := g.settings()
		p, err := g.link.place(spec.Topic, spec.Subscription)
		if err == nil {
			err = p.look(ctx)
		}
		if err == nil {
			shift, err = p.by(ctx, messages)
		}
		return err
	})
}
