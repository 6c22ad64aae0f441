package connect

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"pulsh/session/broker/protocol"
	"pulsh/session/broker/protocol/conn"
)

// Owner is a producer's or a consumer's end of a connection.
type Owner interface {
	// Handle is called by the reader of the connection, without locks. The event
	// is valid until it returns.
	Handle(c *Connection, e *conn.Event)
	// Lost is called once when the connection has ended and nothing of it runs
	// any more.
	Lost(c *Connection, cause error)
}

// Connection drives one connection: a reader and a writer around a conn.Conn, and the
// clock of the cluster.
type Connection struct {
	cluster *Cluster
	running atomic.Int32 // of reader and writer
	socket  net.Conn
	wake    chan struct{} // of the writer
	done    chan struct{} // closed when the connection has ended
	up      chan struct{} // closed when the broker has greeted

	mu     sync.Mutex
	state  *conn.Conn
	output output
	first  []byte // received bytes, to explain an answer that is not Pulsar's
}

// firstMost is how many bytes of an answer are kept to explain it.
const firstMost = 16

// answer is the outcome of a request.
type answer struct {
	body protocol.Body
	err  error
}

// newConnection greets the broker on a fresh socket. The connection ends by itself
// or by Fail.
func newConnection(e *Cluster, socket net.Conn, proxyTo, method string, data []byte) *Connection {
	c := &Connection{cluster: e, socket: socket, wake: make(chan struct{}, 1), done: make(chan struct{}), up: make(chan struct{})}
	c.state = conn.NewClient(conn.Config{
		Version: clientVersion, Proxy: proxyTo, KeepAlive: e.options.Tuning.KeepAlive, Handshake: e.options.Tuning.ConnectionTimeout,
		Flags: protocol.FeatureFlags{AuthRefresh: true, BrokerEntryMetadata: true, PartitionsWithoutCreation: true},
	}, e.Now(), method, data)
	c.output.direct = newDirectWriter(socket)
	e.ticking.add(c)
	c.running.Store(2)
	e.running.Go(func() { c.read(); c.leave() })
	e.running.Go(func() { c.write(); c.leave() })
	return c
}

// leave is called when the reader or the writer has ended; the last one reports it.
func (c *Connection) leave() {
	if c.running.Add(-1) == 0 {
		c.cluster.ticking.drop(c)
		c.notifyOwners()
	}
}

// Fail ends the connection.
func (c *Connection) Fail(cause error) {
	c.mu.Lock()
	c.ended(cause)
	c.mu.Unlock()
}

// ended notes the end under mu and lets everybody go.
func (c *Connection) ended(cause error) {
	c.state.Fail(cause)
	select {
	case <-c.done:
	default:
		close(c.done)
		c.socket.Close()
	}
}

// notifyOwners reports the end of the connection. Its goroutines have ended, so the
// frames that it was given can be reused.
func (c *Connection) notifyOwners() {
	c.mu.Lock()
	cause, owners, orphans := c.state.Err(), c.state.Owners(), c.state.Orphans()
	c.mu.Unlock()
	for _, waiting := range orphans {
		if reply, ok := waiting.(chan answer); ok {
			reply <- answer{err: LostError{cause}}
		}
	}
	for _, o := range owners {
		o.(Owner).Lost(c, cause)
	}
}

// LostError says that a request died with its connection: it may be asked again.
type LostError struct{ Cause error }

func (e LostError) Error() string { return e.Cause.Error() }
func (e LostError) Unwrap() error { return e.Cause }

func (c *Connection) read() {
	for {
		c.mu.Lock()
		room := c.state.Room()
		c.mu.Unlock()
		n, err := c.socket.Read(room)
		now := c.cluster.Now()
		c.mu.Lock()
		if n > 0 && len(c.first) < firstMost {
			c.first = append(c.first, room[:min(n, firstMost-len(c.first))]...)
		}
		c.state.Filled(n)
		c.mu.Unlock()
		for c.deliver(now) {
		}
		if err != nil {
			if errors.Is(err, io.EOF) {
				err = fmt.Errorf("the broker has closed the connection: %w", err)
			}
			c.Fail(err)
			return
		}
	}
}

// deliver passes on the next event, and reports whether there may be another.
func (c *Connection) deliver(now int64) bool {
	c.mu.Lock()
	event := c.state.Next(now)
	if err := c.state.Err(); err != nil {
		c.ended(err)
	}
	if event == nil {
		c.mu.Unlock()
		c.Push()
		return false
	}
	c.mu.Unlock()
	switch event.Kind {
	case conn.Up:
		close(c.up)
	case conn.Challenged:
		c.authenticate()
	case conn.Answered, conn.Overdue:
		if reply, ok := event.Owner.(chan answer); ok {
			reply <- answerOf(event)
		} else if o, ok := event.Owner.(Owner); ok {
			o.Handle(c, event)
		}
	default:
		event.Owner.(Owner).Handle(c, event)
	}
	return true
}

// answerOf is the answer in an event: an ERROR is one.
func answerOf(event *conn.Event) answer {
	if event.Kind == conn.Overdue {
		return answer{err: ErrOverdue}
	}
	if refused, ok := event.Body.(*protocol.Error); ok {
		return answer{err: &conn.Refusal{Code: refused.Error, Message: refused.Message}}
	}
	return answer{body: event.Body}
}

// ErrOverdue is the lack of an answer.
var ErrOverdue = errors.New("the broker does not answer")

// authenticate answers a challenge.
func (c *Connection) authenticate() {
	method, data, err := c.cluster.options.Auth()
	if err != nil {
		c.Fail(err)
		return
	}
	c.Tell(&protocol.AuthResponse{
		ClientVersion: clientVersion, ProtocolVersion: protocol.Version,
		Response: &protocol.AuthData{Method: method, Data: append([]byte{}, data...)},
	})
}

// Tell sends a command that nothing answers.
func (c *Connection) Tell(m protocol.Body) {
	c.mu.Lock()
	if c.state.Err() == nil {
		c.state.Tell(m)
	}
	c.mu.Unlock()
	c.Push()
}

// TellSoon sends a command that nothing answers with the next that is sent, or after
// Push.
func (c *Connection) TellSoon(m protocol.Body) {
	c.mu.Lock()
	if c.state.Err() == nil {
		c.state.Tell(m)
	}
	c.mu.Unlock()
}

// Send queues a frame, which must not change until it is answered or the
// connection is lost. An ended connection drops it.
func (c *Connection) Send(frame []byte) {
	c.mu.Lock()
	if c.state.Err() == nil {
		c.state.Send(frame)
	}
	c.mu.Unlock()
	c.Push()
}

// Ask sends a question and waits for its answer. After ctx has ended the
// answer is dropped.
func (c *Connection) Ask(ctx context.Context, q protocol.Question) (protocol.Body, error) {
	return c.AskWithin(ctx, q, c.cluster.OperationTimeout())
}

// AskWithin is Ask with another timeout.
func (c *Connection) AskWithin(ctx context.Context, q protocol.Question, timeout time.Duration) (protocol.Body, error) {
	reply := make(chan answer, 1)
	c.mu.Lock()
	if err := c.state.Err(); err != nil {
		c.mu.Unlock()
		return nil, LostError{err}
	}
	id := c.state.Ask(c.cluster.Now(), q, timeout, reply)
	c.mu.Unlock()
	c.Push()
	select {
	case a := <-reply:
		return a.body, a.err
	case <-ctx.Done():
		c.mu.Lock()
		c.state.Forget(id)
		c.mu.Unlock()
		return nil, context.Cause(ctx)
	}
}

// Add routes what comes for a producer or a consumer to its owner. It fails if
// the connection has ended: Lost would not be called.
func (c *Connection) Add(id uint64, o Owner, consumer bool) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.state.Err(); err != nil {
		return LostError{err}
	}
	if consumer {
		c.state.AddConsumer(id, o)
	} else {
		c.state.AddProducer(id, o)
	}
	return nil
}

func (c *Connection) Remove(id uint64, consumer bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if consumer {
		c.state.RemoveConsumer(id)
	} else {
		c.state.RemoveProducer(id)
	}
}

// MaxMessage is the largest message in bytes that the broker takes.
func (c *Connection) MaxMessage() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.state.MaxMessage()
}

// Hold keeps the memory of the present event.
func (c *Connection) Hold() {
	c.mu.Lock()
	c.state.Hold()
	c.mu.Unlock()
}

// Alive reports whether the connection has not ended.
func (c *Connection) Alive() bool {
	select {
	case <-c.done:
		return false
	default:
		return true
	}
}

// Forget closes a producer or a consumer without waiting for the answer.
func (c *Connection) Forget(q protocol.Question) {
	c.mu.Lock()
	if c.state.Err() == nil {
		c.state.Ask(c.cluster.Now(), q, c.cluster.OperationTimeout(), nil)
	}
	c.mu.Unlock()
	c.Push()
}
