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
	g, err := named[*consumer](s, name)
	if err != nil {
		return Shift{}, err
	}
	return g.shift(ctx, -messages)
}

// Skip moves a consumer group's subscription forward by about so many messages,
// as a seek does. It is an error if fewer wait.
func (s *Session) Skip(ctx context.Context, name string, messages int64) (Shift, error) {
	g, err := named[*consumer](s, name)
	if err != nil {
		return Shift{}, err
	}
	return g.shift(ctx, messages)
}

// Clear moves a consumer group's subscription to the end of all of its topics.
// The parts of the Shift are those of its only topic.
func (s *Session) Clear(ctx context.Context, name string) (Shift, error) {
	g, err := named[*consumer](s, name)
	if err != nil {
		return Shift{}, err
	}
	return g.clearBacklog(ctx)
}

// SkipOn takes about so many messages off a subscription that no group of this
// session receives through. In a topic with partitions each gives its share.
func (s *Session) SkipOn(ctx context.Context, topic, subscription string, messages int64) (Shift, error) {
	link := s.connected()
	if link == nil {
		return Shift{}, &broker.Error{Message: "not connected to a cluster", Try: "local start"}
	}
	p, err := cursorAt(ctx, link.Admin, link.target, topic, subscription)
	if err != nil {
		return Shift{}, err
	}
	return p.skip(ctx, messages)
}
