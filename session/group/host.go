package group

import (
	"time"

	"pulsh/session/broker"
	"pulsh/session/delivery"
	"pulsh/session/pacing"
	"pulsh/session/payload"
	"pulsh/session/snapshot"
)

// Host is the session as its groups see it. Any goroutine may use it.
type Host struct {
	Clock  broker.Clock
	Base   time.Time                                 // the instant at which Clock is 0
	Say    func(format string, args ...any)          // shows the user a line; never blocks
	Mark   func(kind snapshot.MarkKind, text string) // puts an event on the time axis
	Sample func(name string) (snapshot.Group, bool)  // returns the latest sample of a group
	Audits *delivery.Registry
	Bodies *payload.Budget      // of the memory for the bodies of all groups
	Engine func() broker.Engine // returns the engine of groups that choose none
	// Allow refuses a rate of a producer group that a protected cluster does not
	// allow, together with those of the other groups; nil allows all.
	Allow func(name string, peak pacing.Rate) error
}

// Cluster is the open cluster as groups see it.
type Cluster struct {
	Name   string        // by which groups choose it
	Broker broker.Broker // the Go client
	Wire   broker.Broker // the wire engine, nil if there is none
	Admin  broker.Admin  // nil if there is no admin URL
	Target broker.Target
	Now    func() snapshot.Cluster // returns the state at this moment
}

// EngineOf returns the engine that a group has chosen, or else that of the session.
func (h *Host) EngineOf(chosen broker.Engine) broker.Engine {
	if chosen != broker.ClientEngine && chosen != broker.WireEngine {
		return h.Engine()
	}
	return chosen
}

// Broker returns the connection of the engine that the group has chosen.
func (b *Base[Settings]) Broker(chosen broker.Engine) (broker.Broker, error) {
	c := b.Cluster()
	if b.host.EngineOf(chosen) != broker.WireEngine {
		return c.Broker, nil
	}
	if c.Wire == nil {
		return nil, &broker.Error{Message: "this connection has no wire engine", Try: "set session engine=client"}
	}
	return c.Wire, nil
}

// Connections returns how many connections the group has open with the engine that it
// has chosen, 0 if the engine cannot tell.
func (b *Base[Settings]) Connections(chosen broker.Engine, kind snapshot.Kind) int {
	c := b.Cluster()
	if c == nil {
		return 0
	}
	engine, err := b.Broker(chosen)
	counter, knows := engine.(broker.ConnectionCounter)
	switch {
	case err != nil || !knows:
		return 0
	case kind == snapshot.Consume:
		return counter.ReceivingConnections(b.name)
	}
	return counter.SendingConnections(b.name)
}
