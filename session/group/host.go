package group

import (
	"time"

	"pulsh/session/broker"
	"pulsh/session/delivery"
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
}

// Cluster is the open cluster as groups see it.
type Cluster struct {
	Broker broker.Broker
	Admin  broker.Admin // nil if there is no admin URL
	Target broker.Target
	Now    func() snapshot.Cluster // returns the state at this moment
}
