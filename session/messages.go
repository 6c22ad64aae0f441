package session

import (
	"context"
	"fmt"
	"time"

	"pulsh/session/broker"
	"pulsh/session/spec"
)

// Engine returns the connection of an engine, of that of the session for
// broker.SessionEngine.
func Engine(s *Session, chosen broker.Engine) (broker.Broker, error) {
	c := s.connected()
	switch {
	case c == nil:
		return nil, notConnected()
	case s.host.EngineOf(chosen) != broker.WireEngine:
		return c.Broker, nil
	case c.Wire == nil:
		return nil, &broker.Error{Message: "this connection has no wire engine", Try: "set session engine=client"}
	}
	return c.Wire, nil
}

// Looking returns the connection with which people look at messages: the wire engine,
// which shows what the Go client throws away as damaged, such as a message without body
// and properties, and one that is encrypted with a key that is not here.
func Looking(s *Session) (broker.Broker, error) {
	if c := s.connected(); c != nil && c.Wire != nil {
		return c.Wire, nil
	}
	return Engine(s, broker.SessionEngine)
}

// CheckBegin refuses a reader that is to begin at a message behind the last one of its
// topic: the engines differ in what they make of it, and none finds it. What cannot be
// asked is left to the engine.
func CheckBegin(ctx context.Context, s *Session, name string, settings spec.Consumer) error {
	start, err := settings.Reader.Start(time.Now())
	if err != nil || start.ID == nil {
		return nil // the start says what is wrong
	}
	engine, err := Engine(s, broker.ClientEngine)
	if err != nil {
		return nil
	}
	asked, ok := engine.(broker.Laster)
	if !ok {
		return nil
	}
	topic := settings.Topics().String()
	if admin := s.Admin(); admin != nil { // asking makes the topic
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
