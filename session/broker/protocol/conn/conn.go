// Package conn is one connection of Pulsar's binary protocol as a state machine
// without I/O. It takes bytes and the time, and gives bytes, events and the next
// instant at which it wants to be asked again.
//
// It greets and is greeted, keeps the connection alive, matches answers with
// requests, bounds how long these wait, and routes what comes for producers and
// consumers to their owners. A driver with a socket and a timer carries it out;
// tests drive two of them against each other. Times are nanoseconds of any clock
// that does not go back.
package conn

import (
	"errors"
	"fmt"
	"math"
	"time"

	"pulsh/session/broker/protocol"
)

// Config holds the settings of a connection. Durations of 0 are the defaults.
type Config struct {
	Version   string // client_version, or server_version of a server
	Proxy     string // the broker's host:port, if a proxy is to lead to it
	Flags     protocol.FeatureFlags
	KeepAlive time.Duration // without a word from the peer, until a PING; the peer is dead after a second one
	Handshake time.Duration // until CONNECTED
}

// Defaults of Config, those of Pulsar's own clients.
const (
	DefaultKeepAlive = 30 * time.Second
	DefaultHandshake = 30 * time.Second
)

// never is the deadline of requests without one.
const never = math.MaxInt64

// Reasons for the end of a connection, besides refusals and malformed bytes.
var (
	ErrClosed = errors.New("the connection was closed")
	ErrSilent = errors.New("the peer has fallen silent")
	ErrSlow   = errors.New("the peer does not answer a greeting")
	ErrOrder  = errors.New("the peer answers out of order")
)

// Refusal is an ERROR of a broker.
type Refusal struct {
	Code    protocol.ServerError
	Message string
}

// Error is the broker's name of the error and its words.
func (r *Refusal) Error() string { return fmt.Sprintf("%v: %s", r.Code, r.Message) }

type state uint8

const (
	greeting state = iota // CONNECT was not answered
	ready
	ended
)

// Conn is one connection, of either side. It is for one goroutine at a time.
type Conn struct {
	cfg    Config
	server bool
	state  state
	err    error
	peer   protocol.Connected // the broker's CONNECTED

	input
	output

	maxMessage int
	quiet      int64 // time of the last received bytes or the last PING
	pinged     bool
	greetBy    int64

	requests  map[uint64]request
	lastID    uint64
	earliest  int64 // no request ends before
	overdue   []any
	producers map[uint64]any
	consumers map[uint64]any
	event     Event
	receipt   protocol.SendReceipt
	message   protocol.Message
}

// request is a question that waits for its answer.
type request struct {
	owner any
	by    int64
}

func newConn(cfg Config, now int64) *Conn {
	if cfg.KeepAlive == 0 {
		cfg.KeepAlive = DefaultKeepAlive
	}
	if cfg.Handshake == 0 {
		cfg.Handshake = DefaultHandshake
	}
	return &Conn{
		cfg: cfg, maxMessage: protocol.MaxMessageSize, quiet: now, greetBy: now + int64(cfg.Handshake), earliest: never,
		requests: map[uint64]request{}, producers: map[uint64]any{}, consumers: map[uint64]any{},
	}
}

// NewClient makes the client's side and greets the broker, with what the
// authentication method says first; the method is "none" for none.
func NewClient(cfg Config, now int64, method string, data []byte) *Conn {
	c := newConn(cfg, now)
	flags := c.cfg.Flags
	c.command(&protocol.Connect{
		ClientVersion: cfg.Version, ProtocolVersion: protocol.Version,
		AuthMethod: method, AuthData: data, ProxyToBroker: cfg.Proxy, Flags: &flags,
	})
	return c
}

// NewServer makes the broker's side, which waits to be greeted.
func NewServer(cfg Config, now int64) *Conn {
	c := newConn(cfg, now)
	c.server = true
	return c
}

// Accept answers the greeting of a client.
func (c *Conn) Accept(maxMessage int, clientVersion int32) {
	flags := c.cfg.Flags
	c.state, c.maxMessage = ready, maxMessage
	c.command(&protocol.Connected{
		ServerVersion: c.cfg.Version, ProtocolVersion: min(protocol.Version, clientVersion),
		MaxMessageSize: int32(maxMessage), Flags: &flags,
	})
}

// Ready reports whether the broker has greeted and the connection has not ended.
func (c *Conn) Ready() bool { return c.state == ready }

// Err is why the connection has ended, nil while it has not.
func (c *Conn) Err() error { return c.err }

// Peer returns the broker's CONNECTED.
func (c *Conn) Peer() protocol.Connected { return c.peer }

// MaxMessage is the largest message in bytes that the broker takes.
func (c *Conn) MaxMessage() int { return c.maxMessage }

// Fail ends the connection for a cause outside of it. The first cause counts.
func (c *Conn) Fail(cause error) {
	if c.state != ended {
		c.state, c.err = ended, cause
	}
}

// Orphans are the owners of requests that will not be answered any more. It is
// asked once, after the end.
func (c *Conn) Orphans() (owners []any) {
	for id, r := range c.requests {
		owners = append(owners, r.owner)
		delete(c.requests, id)
	}
	return owners
}

// Owners are those to whom something was routed, producers and consumers. Who
// drives the connection tells them of its end.
func (c *Conn) Owners() (owners []any) {
	for _, owner := range c.producers {
		owners = append(owners, owner)
	}
	for _, owner := range c.consumers {
		owners = append(owners, owner)
	}
	return owners
}

// Ask sends a question and returns its request id. The answer comes as an event
// with owner, or Overdue after the timeout.
func (c *Conn) Ask(now int64, q protocol.Question, timeout time.Duration, owner any) uint64 {
	c.lastID++
	*q.Request() = c.lastID
	by := now + int64(timeout)
	c.requests[c.lastID] = request{owner, by}
	c.earliest = min(c.earliest, by)
	c.command(q)
	return c.lastID
}

// Forget lets go of a question. Its answer will be dropped.
func (c *Conn) Forget(id uint64) { delete(c.requests, id) }

// Tell sends a command that has no answer.
func (c *Conn) Tell(m protocol.Body) { c.command(m) }

// AddProducer routes the commands for a producer to its owner.
func (c *Conn) AddProducer(id uint64, owner any) { c.producers[id] = owner }

// RemoveProducer drops further commands for a producer.
func (c *Conn) RemoveProducer(id uint64) { delete(c.producers, id) }

// AddConsumer routes the commands for a consumer to its owner. It is called before
// SUBSCRIBE is sent: the broker may push at once.
func (c *Conn) AddConsumer(id uint64, owner any) { c.consumers[id] = owner }

// RemoveConsumer drops further commands for a consumer.
func (c *Conn) RemoveConsumer(id uint64) { delete(c.consumers, id) }

// Deadline is when Tick is to be called next.
func (c *Conn) Deadline() int64 {
	switch c.state {
	case greeting:
		return c.greetBy
	case ready:
		return min(c.quiet+int64(c.cfg.KeepAlive), c.earliest)
	}
	return never
}

// Tick does what is due at now. Events may follow.
func (c *Conn) Tick(now int64) {
	switch {
	case c.state == greeting && now >= c.greetBy:
		c.Fail(ErrSlow)
	case c.state == ready:
		c.keepAlive(now)
		c.expire(now)
	}
}

// keepAlive sends a PING after silence, and ends the connection after twice as
// much.
func (c *Conn) keepAlive(now int64) {
	if now-c.quiet < int64(c.cfg.KeepAlive) {
		return
	}
	if c.pinged {
		c.Fail(ErrSilent)
		return
	}
	c.pinged, c.quiet = true, now
	c.first(&protocol.Ping{})
}

// expire takes the requests that have waited too long.
func (c *Conn) expire(now int64) {
	if now < c.earliest {
		return
	}
	c.earliest = never
	for id, r := range c.requests {
		if now >= r.by {
			c.overdue = append(c.overdue, r.owner)
			delete(c.requests, id)
		} else {
			c.earliest = min(c.earliest, r.by)
		}
	}
}
