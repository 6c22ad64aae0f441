package broker

import "fmt"

// Engine is what speaks Pulsar's protocol for a group.
type Engine string

// The engines. A group with SessionEngine uses the one that the session is set
// to. ClientEngine shows what an application with the Go client would see;
// WireEngine costs a fraction of it.
const (
	SessionEngine Engine = "session"
	ClientEngine  Engine = "client" // pulsar-client-go
	WireEngine    Engine = "wire"   // pulsh's own, package wire
)

// UnmarshalText reads an engine's name.
func (e *Engine) UnmarshalText(text []byte) error {
	switch got := Engine(text); got {
	case SessionEngine, ClientEngine, WireEngine:
		*e = got
		return nil
	}
	return fmt.Errorf("%q is not an engine: %s, %s or %s", text, ClientEngine, WireEngine, SessionEngine)
}
