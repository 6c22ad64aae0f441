package serve

import (
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"pulsh/session/broker/memory"
	"pulsh/session/broker/protocol"
)

// The buffer of a reader grows while reads fill it, and shrinks while they do not,
// so that thousands of idle connections take little.
const (
	bufferLeast = 4 << 10
	bufferMost  = 256 << 10
)

// lingerTime is for how long messages for a producer are dropped that the broker
// has closed: the client may not have heard of it.
const lingerTime = 30 * time.Second

// closedMost bounds how many such producers a connection remembers.
const closedMost = 10_000

// connection is one client.
type connection struct {
	server *Server
	socket net.Conn
	output
	greeted atomic.Bool
	version int32
	client  string

	heard  atomic.Bool // something has come since the last look
	pinged bool        // of the keeper alone
	looks  int
	paused atomic.Bool // the reader waits for the client to read

	mu        sync.Mutex // guards the maps
	producers map[uint64]*memory.Producer
	consumers map[uint64]*memory.Consumer
	watchers  map[uint64]*memory.Watcher
	closed    map[uint64]time.Time // producers that the broker has closed
	opening   map[opening]bool     // producers and consumers whose creation waits

	// What the reader uses again for each command.
	command struct {
		send protocol.Send
		ack  protocol.Ack
		flow protocol.Flow
		meta protocol.Metadata
	}
	moved []*memory.Consumer
}

var _ memory.Peer = (*connection)(nil)

// opening names a producer or a consumer that is being created.
type opening struct {
	id       uint64
	consumer bool
}

func newConnection(s *Server, socket net.Conn) *connection {
	c := &connection{
		server: s, socket: socket, producers: map[uint64]*memory.Producer{}, consumers: map[uint64]*memory.Consumer{},
		watchers: map[uint64]*memory.Watcher{}, closed: map[uint64]time.Time{}, opening: map[opening]bool{},
	}
	c.output.init(c)
	return c
}

// close ends the connection; its reader does the rest.
func (c *connection) close() {
	c.output.stop()
	c.socket.Close()
}

// read carries out what the client says until the connection ends.
func (c *connection) read() {
	defer c.cleanUp()
	buf := make([]byte, bufferLeast)
	start, end := 0, 0
	for {
		n, err := c.socket.Read(buf[end:])
		end += n
		if n > 0 {
			c.heard.Store(true)
		}
		for start < end {
			frame, length, err := protocol.NextFrame(buf[start:end], protocol.MaxMessageSize)
			if err == nil && length > 0 {
				err = c.take(frame)
			}
			if err != nil {
				return // Pulsar closes a connection that does not make sense
			}
			if length == 0 {
				break
			}
			start += length
		}
		if err != nil || !c.mayRead() {
			return
		}
		buf, start, end = room(buf, start, end, n)
	}
}

// room makes space for the next read behind what is left in a buffer of which the
// last read has filled n bytes. It grows only with what has come: a client that
// announces a long frame and sends nothing costs nothing.
func room(buf []byte, start, end, n int) ([]byte, int, int) {
	left := buf[start:end]
	size := len(buf)
	longest := max(bufferMost, min(protocol.Wanted(left), protocol.MaxMessageSize+protocol.FrameSlack))
	switch {
	case end == size && size < longest:
		size = min(2*size, longest)
	case len(left) == 0 && n < size/8 && size > bufferLeast:
		size = max(size/2, bufferLeast)
	case len(left) > 0 && size-end >= size/2:
		return buf, start, end
	}
	if size != len(buf) {
		fresh := make([]byte, size)
		copy(fresh, left)
		return fresh, 0, len(left)
	}
	copy(buf, left)
	return buf, 0, len(left)
}

// take carries out one command.
func (c *connection) take(f protocol.Frame) error {
	if !c.greeted.Load() {
		return c.greet(f)
	}
	if skip, err := c.fail(f); skip || err != nil {
		return err
	}
	switch f.Type {
	case protocol.TypeSend:
		return c.publish(f)
	case protocol.TypeAck:
		return c.ack(f)
	case protocol.TypeFlow:
		return c.flow(f)
	case protocol.TypePing:
		c.Tell(&protocol.Pong{})
		return nil
	case protocol.TypePong:
		return nil
	}
	m := protocol.New(f.Type)
	if m == nil {
		return fmt.Errorf("%w: %v is unknown", protocol.ErrMalformed, f.Type)
	}
	if err := protocol.Decode(f.Body, m); err != nil {
		return err
	}
	return c.carryOut(m)
}

// greet takes CONNECT.
func (c *connection) greet(f protocol.Frame) error {
	var m protocol.Connect
	if f.Type != protocol.TypeConnect {
		return fmt.Errorf("%w: a %v stands before the greeting", protocol.ErrMalformed, f.Type)
	}
	if err := protocol.Decode(f.Body, &m); err != nil {
		return err
	}
	if !c.server.admits(m.AuthMethod, m.AuthData) {
		c.Tell(&protocol.Error{Numbered: protocol.Numbered{RequestID: ^uint64(0)}, Error: protocol.AuthenticationError, Message: "Unable to authenticate: the token is missing or wrong"})
		c.output.flush(time.Second)
		return errRefused
	}
	c.version, c.client = m.ProtocolVersion, m.ClientVersion
	c.greeted.Store(true)
	c.Tell(&protocol.Connected{
		ServerVersion: "Pulsar Server" + memory.Version, ProtocolVersion: min(protocol.Version, m.ProtocolVersion), MaxMessageSize: protocol.MaxMessageSize,
		Flags: &protocol.FeatureFlags{TopicWatchers: true, PartitionsWithoutCreation: true, ReplicationDedupByPosition: true},
	})
	return nil
}

var errRefused = fmt.Errorf("the client is refused")

// cleanUp ends what the client had, after its reader has ended.
func (c *connection) cleanUp() {
	c.close()
	c.mu.Lock()
	producers, consumers, watchers := c.producers, c.consumers, c.watchers
	c.producers, c.consumers, c.watchers, c.opening = nil, nil, nil, nil
	c.mu.Unlock()
	for _, consumer := range consumers {
		consumer.Close()
	}
	for _, p := range producers {
		p.Close()
	}
	for _, w := range watchers {
		w.Close()
	}
	c.output.wait()
}

// keepAlive asks a silent client whether it lives, and gives up one that does not
// answer.
func (c *connection) keepAlive() {
	c.looks++
	switch {
	case c.heard.Swap(false) || c.paused.Load():
		c.pinged = false
		if c.looks > 1 && !c.greeted.Load() {
			c.close() // it talks, and does not greet
		}
	case c.pinged || c.looks > 1 && !c.greeted.Load():
		c.close()
	case c.greeted.Load():
		c.pinged = true
		c.Tell(&protocol.Ping{})
	}
}

// alive asks whether the client lives, and waits for the answer.
func (c *connection) alive(within time.Duration) bool {
	c.heard.Store(false)
	c.Tell(&protocol.Ping{})
	for deadline := time.Now().Add(within); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if c.heard.Load() {
			return true
		}
		if c.output.stopped() {
			return false
		}
	}
	return false
}

// Address returns where the client is and what it calls itself.
func (c *connection) Address() (text, client string) {
	return "/" + c.socket.RemoteAddr().String(), c.client
}

// ProducerClosed tells the client that the broker has closed a producer.
func (c *connection) ProducerClosed(id uint64) {
	c.mu.Lock()
	if _, ok := c.producers[id]; ok {
		delete(c.producers, id)
		if len(c.closed) >= closedMost {
			clear(c.closed)
		}
		c.closed[id] = time.Now()
	}
	c.mu.Unlock()
	c.Tell(&protocol.CloseProducer{Numbered: protocol.Numbered{RequestID: ^uint64(0)}, ProducerID: id})
}

// ConsumerClosed tells the client that the broker has closed a consumer.
func (c *connection) ConsumerClosed(id uint64) {
	c.mu.Lock()
	delete(c.consumers, id)
	c.mu.Unlock()
	c.Tell(&protocol.CloseConsumer{Numbered: protocol.Numbered{RequestID: ^uint64(0)}, ConsumerID: id})
}

// resume lets the consumers go on after the queue has become shorter.
func (c *connection) resume() {
	c.mu.Lock()
	list := c.moved[:0]
	for _, consumer := range c.consumers {
		list = append(list, consumer)
	}
	c.mu.Unlock()
	for _, consumer := range list {
		consumer.Resume()
	}
	clear(list)
	c.moved = list
}
