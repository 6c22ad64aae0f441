package session

import (
	"context"

	"pulsh/session/broker"
	"pulsh/session/consume"
	"pulsh/session/snapshot"
)

// Keys tells how messages and keys are distributed over the workers of a
// consumer group. The hash values are the broker's, where there is an admin API.
func (s *Session) Keys(ctx context.Context, name string) ([]snapshot.KeyShare, error) {
	g, err := named[*consume.Group](s, name)
	if err != nil {
		return nil, err
	}
	return g.KeyShares(ctx), nil
}

// TopicAnswers asks the admin API about each topic of a consumer group, and
// about all of them as if they were one. Topics that have gone are left out.
func (s *Session) TopicAnswers(ctx context.Context, name string) (each []snapshot.TopicAnswer, sum broker.TopicStats, err error) {
	g, err := named[*consume.Group](s, name)
	if err != nil {
		return nil, sum, err
	}
	return g.TopicAnswers(ctx, s.Admin())
}
