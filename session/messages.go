package session

import (
	"context"
	"fmt"
	"time"

	"pulsh/session/broker"
	"pulsh/session/spec"
)

// Engine returns the connection of an engine to a cluster, of that of the session for
// broker.SessionEngine.
func Engine(s *Session, cluster string, chosen broker.Engine) (broker.Broker, error) {
	c, err := s.Clusters.Of(cluster)
	if err != nil {
		return nil, err
	}
	return c.Engine(s.host.EngineOf(chosen))
}

// CheckBegin refuses a reader that is to begin at a message behind the last one of its
// topic: the engines differ in what they make of it, and none finds it. What cannot be
// asked is left to the engine.
func CheckBegin(ctx context.Context, s *Session, name string, settings spec.Consumer) error {
	start, err := settings.Reader.Start(time.Now())
	if err != nil || start.ID == nil {
		return nil // the start says what is wrong
	}
	engine, err := Engine(s, settings.Cluster, broker.ClientEngine)
	if err != nil {
		return nil
	}
	asked, ok := engine.(broker.Laster)
	if !ok {
		return nil
	}
	topic := settings.Topics().String()
	if admin := adminOf(s, settings.Cluster); admin != nil { // asking makes the topic
		if _, err := admin.Stats(ctx, topic); broker.IsMissing(err) {
			return &broker.Error{Message: fmt.Sprintf("from=%s is no message of %s, which does not exist", start.ID, topic), Try: "set " + name + " from=latest"}
		}
	}
	last, err := asked.LastMessage(ctx, topic)
	switch {
	case err != nil || !last.Before(*start.ID):
		return nil
	case last.Entry < 0:
		return &broker.Error{Message: fmt.Sprintf("from=%s is no message of %s, which has none", start.ID, topic), Try: "set " + name + " from=latest"}
	}
	return &broker.Error{Message: fmt.Sprintf("from=%s is behind the last message of %s, %d:%d", start.ID, topic, last.Ledger, last.Entry), Try: "set " + name + " from=latest"}
}
