// Package fault says what a broker does wrong on purpose: rules that delay, drop,
// refuse, corrupt or slow down what clients and broker say to each other.
package fault

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"pulsh/session/broker/protocol"
)

// Point is a kind of commands that a rule is about.
type Point string

// The points. All is each of them.
const (
	All      Point = "all"
	Send     Point = "send"     // SEND, of clients
	Acks     Point = "acks"     // ACK, of clients
	Flow     Point = "flow"     // FLOW, of clients
	Lookups  Point = "lookups"  // questions for brokers and partitions, of clients
	Creates  Point = "creates"  // PRODUCER and SUBSCRIBE, of clients
	Receipts Point = "receipts" // SEND_RECEIPT, of the broker
	Messages Point = "messages" // MESSAGE, of the broker
	Answers  Point = "answers"  // what else the broker answers
	Pings    Point = "pings"    // PING and PONG, of both
)

// Points lists the points.
func Points() []Point {
	return []Point{All, Send, Acks, Flow, Lookups, Creates, Receipts, Messages, Answers, Pings}
}

// FromClient reports whether clients say what the point is about.
func (p Point) FromClient() bool {
	return slices.Contains([]Point{All, Send, Acks, Flow, Lookups, Creates, Pings}, p)
}

// PointOf is the point of a command.
func PointOf(t protocol.Type) Point {
	switch t {
	case protocol.TypeSend:
		return Send
	case protocol.TypeAck:
		return Acks
	case protocol.TypeFlow:
		return Flow
	case protocol.TypeLookup, protocol.TypePartitionedMetadata:
		return Lookups
	case protocol.TypeProducer, protocol.TypeSubscribe:
		return Creates
	case protocol.TypeSendReceipt:
		return Receipts
	case protocol.TypeMessage:
		return Messages
	case protocol.TypePing, protocol.TypePong:
		return Pings
	}
	return Answers
}

// Rule is one thing that goes wrong.
type Rule struct {
	At      Point
	Type    protocol.Type // of the commands, if it is not for each that At is about
	Share   float64       // of the commands, from 0 to 1
	Delay   time.Duration
	Drop    bool
	Corrupt bool                 // a bit of the entry is turned
	Close   bool                 // the connection is closed
	Refuse  bool                 // with Code
	Code    protocol.ServerError // see Refuse
	Message string               // see Refuse; "" says that it is on purpose
	Lose    bool                 // the entry is acknowledged and not stored
	Double  bool                 // the entry is stored twice
	Swap    bool                 // the entry is stored after the next one of its topic
	After   int                  // how many commands pass before the first that is treated
	Times   int                  // how many are treated; 0 for no bound
	Rate    float64              // bytes per second that a connection sends, 0 for no bound
	Until   time.Time            // zero for as long as it is not taken back
}

// OfEntries reports whether the rule is about what becomes of an entry that has come.
func (r Rule) OfEntries() bool { return r.Lose || r.Double || r.Swap }

// Impossible is why the rule cannot do anything, "" if it can.
func (r Rule) Impossible() string {
	switch {
	case r.Corrupt && r.At != Send && r.At != Messages:
		return "only send and messages carry entries that can be corrupt"
	case r.Refuse && r.At != Send && r.At != Acks && r.At != Lookups && r.At != Creates && r.At != All:
		return "only send, acks, lookups and creates can be refused with an error"
	case r.OfEntries() && r.At != Send:
		return "only what is sent can be lost, doubled or swapped"
	}
	return ""
}

// String describes the rule in a few words.
func (r Rule) String() string {
	var what string
	switch {
	case r.Drop:
		what = "drop " + string(r.At)
	case r.Corrupt:
		what = "corrupt " + string(r.At)
	case r.Close:
		what = "close the connection at " + string(r.At)
	case r.Refuse:
		what = fmt.Sprintf("refuse %s with %v", r.At, r.Code)
	case r.Lose:
		what = "ack and lose what is sent"
	case r.Double:
		what = "store what is sent twice"
	case r.Swap:
		what = "store what is sent after the next"
	case r.Rate > 0:
		what = fmt.Sprintf("throttle to %.0f B/s", r.Rate)
	default:
		what = fmt.Sprintf("delay %s by %v", r.At, r.Delay)
	}
	if r.Share < 1 {
		what += fmt.Sprintf(", %g %% of them", r.Share*100)
	}
	return what
}

// Set is the rules in force. It is safe for concurrent use.
type Set struct {
	now    func() time.Time
	active atomic.Bool
	hits   atomic.Int64

	mu    sync.Mutex
	rules []Rule
}

// New returns a set without rules.
func New(now func() time.Time) *Set { return &Set{now: now} }

// Active reports whether there may be rules; it is cheap.
func (s *Set) Active() bool { return s.active.Load() }

// Add adds a rule.
func (s *Set) Add(r Rule) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rules = append(s.expired(), r)
	s.active.Store(true)
}

// Clear removes all rules and returns how many there were.
func (s *Set) Clear() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := len(s.expired())
	s.rules = nil
	s.active.Store(false)
	return n
}

// Rules lists the rules in force.
func (s *Set) Rules() []Rule {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rules = s.expired()
	return slices.Clone(s.rules)
}

// Hits returns how many commands were treated by a rule.
func (s *Set) Hits() int64 { return s.hits.Load() }

// Counts reports whether the rule is about commands of a type, beside its point.
func (r Rule) Counts(t protocol.Type) bool { return r.Type == 0 || r.Type == t }

// expired removes the rules whose time is over. The lock is held.
func (s *Set) expired() []Rule {
	now := s.now()
	s.rules = slices.DeleteFunc(s.rules, func(r Rule) bool { return !r.Until.IsZero() && now.After(r.Until) })
	s.active.Store(len(s.rules) > 0)
	return s.rules
}

// Find returns the first rule for a command that want accepts, as far as chance
// has it.
func (s *Set) Find(p Point, want func(*Rule) bool) (Rule, bool) {
	if !s.active.Load() {
		return Rule{}, false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rules = s.expired()
	used := -1
	for i := range s.rules {
		r := &s.rules[i]
		switch {
		case r.At != p && (r.At != All || p == Pings) || !want(r):
		case r.After > 0:
			r.After-- // each rule counts for itself
		case used < 0 && (r.Share >= 1 || rand.Float64() < r.Share):
			used = i
		}
	}
	if used < 0 {
		return Rule{}, false
	}
	s.hits.Add(1)
	found := s.rules[used]
	if found.Times == 1 {
		s.rules = slices.Delete(s.rules, used, used+1)
		s.active.Store(len(s.rules) > 0)
	} else if found.Times > 1 {
		s.rules[used].Times--
	}
	return found, true
}

// Text lists rules on one line, "" if there are none.
func Text(rules []Rule) string {
	var all []string
	for _, r := range rules {
		all = append(all, r.String())
	}
	return strings.Join(all, "; ")
}
