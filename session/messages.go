package session

import "pulsh/session/broker"

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
