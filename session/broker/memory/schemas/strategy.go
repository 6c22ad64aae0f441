package schemas

import (
	"fmt"
	"slices"
	"strings"

	"pulsh/session/broker/protocol"
)

// Strategy says which schemas may follow those that a topic has, by Pulsar's names.
type Strategy string

// The strategies. Undefined leaves it to the next level: a topic's namespace, the broker.
const (
	Undefined          Strategy = "UNDEFINED"
	AlwaysIncompatible Strategy = "ALWAYS_INCOMPATIBLE"
	AlwaysCompatible   Strategy = "ALWAYS_COMPATIBLE"
	Backward           Strategy = "BACKWARD"
	Forward            Strategy = "FORWARD"
	Full               Strategy = "FULL"
	BackwardTransitive Strategy = "BACKWARD_TRANSITIVE"
	ForwardTransitive  Strategy = "FORWARD_TRANSITIVE"
	FullTransitive     Strategy = "FULL_TRANSITIVE"
)

// strategies are all of them, in Pulsar's order.
var strategies = []Strategy{Undefined, AlwaysIncompatible, AlwaysCompatible, Backward, Forward, Full, BackwardTransitive, ForwardTransitive, FullTransitive}

// Known reports whether s is a strategy.
func (s Strategy) Known() bool { return slices.Contains(strategies, s) }

// transitive reports whether all versions count, not the last alone.
func (s Strategy) transitive() bool { return strings.HasSuffix(string(s), "_TRANSITIVE") }

// backward reports whether the next schema must read what the old one has written, and
// forward the opposite.
func (s Strategy) backward() bool { return strings.HasPrefix(string(s), "BACKWARD") || s.full() }
func (s Strategy) forward() bool  { return strings.HasPrefix(string(s), "FORWARD") || s.full() }
func (s Strategy) full() bool     { return strings.HasPrefix(string(s), "FULL") }

// kindIn returns the kind of a key or a value from the properties of their pair, NONE if
// they do not say it.
func kindIn(s *protocol.Schema, property string) int32 {
	for _, p := range s.Properties {
		if p.Key == property {
			if kind, known := KindOf(p.Value); known {
				return kind
			}
		}
	}
	return schemaNone
}

// words is an error in the words of Pulsar's brokers, which are not always ours.
type words string

// Error returns the words.
func (w words) Error() string { return string(w) }

func say(format string, args ...any) error { return words(fmt.Sprintf(format, args...)) }
