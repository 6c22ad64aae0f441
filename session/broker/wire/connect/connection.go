package connect

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"time"

	"pulsh/session/broker/protocol"
	"pulsh/session/broker/protocol/conn"
)

const (
	// turnBytes is how much is written at a time.
	turnBytes = 256 << 10
	// tickEvery is how often deadlines are looked at.
	tickEvery = 100 * time.Millisecond
)

// Owner is a producer's or a consumer's end of a connection.
type Owner interface {
	// happened is called by the reader of the link, without locks. The event is
	// valid until it returns.
	Handle(l *Connection, e *conn.Event)
	// lost is called once when the connection has ended and nothing of it runs
	// any more.
	Lost(l *Connection, cause error)
}

// Connection drives one connection: a reader, a writer and a clock around a conn.Conn.
type Connection struct {
	cluster *Cluster
	socket  net.Conn
	wake    chan struct{} // of the writer
	done    chan struct{} // closed when the connection has ended
	up      chan struct{} // closed when the broker has greeted

	mu    sync.Mutex
	c     *conn.Conn
	first []byte // of what came, to explain an answer that is not Pulsar's
}

// firstMost is how many bytes of an answer are kept to explain it.
const firstMost = 16

// answer is what a request gets.
type answer struct {
	body protocol.Body
	err  error
}

// newLink greets the broker on a fresh socket. The link ends by itself, or by
// fail.
func newLink(e *Cluster, socket net.Conn, proxyTo, method string, data []byte) *Connection {
	l := &Connection{cluster: e, socket: socket, wake: make(chan struct{}, 1), done: make(chan struct{}), up: make(chan struct{})}
	l.c = conn.NewClient(conn.Config{
		Version: clientVersion, Proxy: proxyTo, KeepAlive: keepAlive, Handshake: connectTimeout,
		Flags: protocol.FeatureFlags{AuthRefresh: true, BrokerEntryMetadata: true, PartitionsWithoutCreation: true},
	}, e.Now(), method, data)
	var all sync.WaitGroup
	all.Go(l.read)
	all.Go(l.write)
	all.Go(l.tick)
	e.running.Go(func() {
		all.Wait()
		l.bury()
	})
	return l
}

// Fail ends the connection.
func (l *Connection) Fail(cause error) {
	l.mu.Lock()
	l.ended(cause)
	l.mu.Unlock()
}

// ended notes the end under mu and lets everybody go.
func (l *Connection) ended(cause error) {
	l.c.Fail(cause)
	select {
	case <-l.done:
	default:
		close(l.done)
		l.socket.Close()
	}
}

// bury tells those who relied on the connection. Nothing of it runs any more, so
// what it was given to send is free.
func (l *Connection) bury() {
	l.mu.Lock()
	cause, owners, orphans := l.c.Err(), l.c.Owners(), l.c.Orphans()
	l.mu.Unlock()
	for _, waiting := range orphans {
		if reply, ok := waiting.(chan answer); ok {
			reply <- answer{err: LostError{cause}}
		}
	}
	for _, o := range owners {
		o.(Owner).Lost(l, cause)
	}
}

// LostError says that a request died with its connection: it may be asked again.
type LostError struct{ Cause error }

func (e LostError) Error() string { return e.Cause.Error() }
func (e LostError) Unwrap() error { return e.Cause }

func (l *Connection) read() {
	for {
		l.mu.Lock()
		room := l.c.Room()
		l.mu.Unlock()
		n, err := l.socket.Read(room)
		now := l.cluster.Now()
		l.mu.Lock()
		if n > 0 && len(l.first) < firstMost {
			l.first = append(l.first, room[:min(n, firstMost-len(l.first))]...)
		}
		l.c.Filled(n)
		l.mu.Unlock()
		for l.deliver(now) {
		}
		if err != nil {
			if errors.Is(err, io.EOF) {
				err = fmt.Errorf("the broker has closed the connection: %w", err)
			}
			l.Fail(err)
			return
		}
	}
}

// deliver hands the next event on, and tells whether there may be another.
func (l *Connection) deliver(now int64) bool {
	l.mu.Lock()
	event := l.c.Next(now)
	if err := l.c.Err(); err != nil {
		l.ended(err)
	}
	if event == nil {
		wake := l.c.Waiting() > 0
		l.mu.Unlock()
		if wake {
			l.rouse()
		}
		return false
	}
	l.mu.Unlock()
	switch event.Kind {
	case conn.Up:
		close(l.up)
	case conn.Challenged:
		l.prove()
	case conn.Answered, conn.Overdue:
		if reply, ok := event.Owner.(chan answer); ok {
			reply <- answerOf(event)
		} else if o, ok := event.Owner.(Owner); ok {
			o.Handle(l, event)
		}
	default:
		event.Owner.(Owner).Handle(l, event)
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

// prove answers a challenge.
func (l *Connection) prove() {
	method, data, err := l.cluster.options.Auth()
	if err != nil {
		l.Fail(err)
		return
	}
	l.Tell(&protocol.AuthResponse{
		ClientVersion: clientVersion, ProtocolVersion: protocol.Version,
		Response: &protocol.AuthData{Method: method, Data: append([]byte{}, data...)},
	})
}

func (l *Connection) write() {
	var chunks [][]byte
	for {
		l.mu.Lock()
		chunks = l.c.Take(chunks[:0], turnBytes)
		l.mu.Unlock()
		if len(chunks) == 0 {
			select {
			case <-l.wake:
				continue
			case <-l.done:
				return
			}
		}
		buffers := net.Buffers(chunks)
		if _, err := buffers.WriteTo(l.socket); err != nil {
			l.Fail(err)
			return
		}
	}
}

// rouse wakes the writer.
func (l *Connection) rouse() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// tick looks at the deadlines. What is overdue becomes an event, which the
// reader alone hands on; it may be waiting for bytes, so tick answers for it.
func (l *Connection) tick() {
	ticker := time.NewTicker(tickEvery)
	defer ticker.Stop()
	for {
		select {
		case <-l.done:
			return
		case <-ticker.C:
		}
		now := l.cluster.Now()
		l.mu.Lock()
		var late []any
		if now >= l.c.Deadline() {
			l.c.Tick(now)
			late = l.c.Late()
		}
		if err := l.c.Err(); err != nil {
			l.ended(err)
		}
		wake := l.c.Waiting() > 0
		l.mu.Unlock()
		if wake {
			l.rouse()
		}
		for _, waiting := range late {
			if reply, ok := waiting.(chan answer); ok {
				reply <- answer{err: ErrOverdue}
			} else if o, ok := waiting.(Owner); ok {
				o.Handle(l, &conn.Event{Kind: conn.Overdue, Owner: waiting})
			}
		}
	}
}

// Tell sends a command that nothing answers.
func (l *Connection) Tell(m protocol.Body) {
	l.mu.Lock()
	if l.c.Err() == nil {
		l.c.Tell(m)
	}
	l.mu.Unlock()
	l.rouse()
}

// Send queues a frame, which must not change until it is answered or the link is
// lost. An ended link forgets it.
func (l *Connection) Send(frame []byte) {
	l.mu.Lock()
	wake := l.c.Waiting() == 0
	if l.c.Err() == nil {
		l.c.Send(frame)
	}
	l.mu.Unlock()
	if wake {
		l.rouse()
	}
}

// Ask sends a question and waits for its answer. An answer that nobody waits for
// any more is dropped.
func (l *Connection) Ask(ctx context.Context, q protocol.Question) (protocol.Body, error) {
	reply := make(chan answer, 1)
	l.mu.Lock()
	if err := l.c.Err(); err != nil {
		l.mu.Unlock()
		return nil, LostError{err}
	}
	id := l.c.Ask(l.cluster.Now(), q, OperationTimeout, reply)
	l.mu.Unlock()
	l.rouse()
	select {
	case a := <-reply:
		return a.body, a.err
	case <-ctx.Done():
		l.mu.Lock()
		l.c.Forget(id)
		l.mu.Unlock()
		return nil, context.Cause(ctx)
	}
}

// Add routes what comes for a producer or a consumer to its owner. It fails if
// the link has ended: lost would not be called.
func (l *Connection) Add(id uint64, o Owner, consumer bool) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.c.Err(); err != nil {
		return LostError{err}
	}
	if consumer {
		l.c.AddConsumer(id, o)
	} else {
		l.c.AddProducer(id, o)
	}
	return nil
}

func (l *Connection) Remove(id uint64, consumer bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if consumer {
		l.c.RemoveConsumer(id)
	} else {
		l.c.RemoveProducer(id)
	}
}

// MaxMessage is the largest message in bytes that the broker takes.
func (l *Connection) MaxMessage() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.c.MaxMessage()
}

// Hold keeps what the present event points to.
func (l *Connection) Hold() {
	l.mu.Lock()
	l.c.Hold()
	l.mu.Unlock()
}

// Alive tells whether the link has not ended.
func (l *Connection) Alive() bool {
	select {
	case <-l.done:
		return false
	default:
		return true
	}
}

// Forget closes a producer or a consumer that nobody waits for.
func (l *Connection) Forget(q protocol.Question) {
	l.mu.Lock()
	if l.c.Err() == nil {
		l.c.Ask(l.cluster.Now(), q, OperationTimeout, nil)
	}
	l.mu.Unlock()
	l.rouse()
}
