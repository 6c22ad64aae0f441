package session

import (
	"context"

	"pulsh/session/broker"
	"pulsh/session/consume"
	"pulsh/session/cursor"
)

// AckKept acknowledges the oldest messages that a consumer group keeps under
// ack=delayed or ack=manual, at most limit of them, and tells how many. What a
// broker refused is among the group's failures.
func (s *Session) AckKept(ctx context.Context, name string, limit int) (int, error) {
	g, err := named[*consume.Group](s, name)
	if err != nil {
		return 0, err
	}
	return g.AckOldest(ctx, limit)
}

// Rewind moves a consumer group's subscription back by about so many messages,
// as a seek does.
func (s *Session) Rewind(ctx context.Context, name string, messages int64) (cursor.Move, error) {
	g, err := named[*consume.Group](s, name)
	if err != nil {
		return cursor.Move{}, err
	}
	return g.MoveBy(ctx, -messages)
}

// Skip moves a consumer group's subscription forward by about so many messages,
// as a seek does. It is an error if fewer wait.
func (s *Session) Skip(ctx context.Context, name string, messages int64) (cursor.Move, error) {
	g, err := named[*consume.Group](s, name)
	if err != nil {
		return cursor.Move{}, err
	}
	return g.MoveBy(ctx, messages)
}

// Clear moves a consumer group's subscription to the end of all of its topics.
// The parts of the Shift are those of its only topic.
func (s *Session) Clear(ctx context.Context, name string) (cursor.Move, error) {
	g, err := named[*consume.Group](s, name)
	if err != nil {
		return cursor.Move{}, err
	}
	return g.ClearBacklog(ctx)
}

// SkipOn takes about so many messages off a subscription that no group of this
// session receives through. In a topic with partitions each gives its share.
func (s *Session) SkipOn(ctx context.Context, topic, subscription string, messages int64) (cursor.Move, error) {
	link := s.connected()
	if link == nil {
		return cursor.Move{}, &broker.Error{Message: "not connected to a cluster", Try: "local start"}
	}
	p, err := cursor.At(ctx, link.Admin, link.target, topic, subscription)
	if err != nil {
		return cursor.Move{}, err
	}
	return p.Skip(ctx, messages)
}
