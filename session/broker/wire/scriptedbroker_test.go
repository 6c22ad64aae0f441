package wire

import (
	"net"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pulsh/session/broker/protocol"
	"pulsh/session/broker/protocol/conn"
)

// scriptedBroker is a broker that does as a test tells it. Left alone it knows every
// topic, takes every producer and consumer, and answers every SEND.
type scriptedBroker struct {
	t        *testing.T
	listener net.Listener
	running  sync.WaitGroup

	mu       sync.Mutex
	hooks    map[protocol.Type]func(p *peer, m protocol.Body, rest []byte) bool // true: it was dealt with
	received []protocol.Body
	greet    func(p *peer, m *protocol.Connect) bool
	peers    []*peer
}

// peer is one connection of a scripted broker.
type peer struct {
	*scriptedBroker
	socket net.Conn
	mu     sync.Mutex
	c      *conn.Conn
}

func newScriptedBroker(t *testing.T) *scriptedBroker {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	return scriptedBrokerOn(t, l)
}

// scriptedBrokerOn is a scripted broker behind a listener of the test's own.
func scriptedBrokerOn(t *testing.T, l net.Listener) *scriptedBroker {
	s := &scriptedBroker{t: t, listener: l, hooks: map[protocol.Type]func(*peer, protocol.Body, []byte) bool{}}
	s.running.Go(func() {
		for {
			socket, err := l.Accept()
			if err != nil {
				return
			}
			p := &peer{scriptedBroker: s, socket: socket, c: conn.NewServer(conn.Config{Version: "scripted", KeepAlive: time.Hour}, 0)}
			s.mu.Lock()
			s.peers = append(s.peers, p)
			s.mu.Unlock()
			s.running.Go(p.serve)
		}
	})
	t.Cleanup(func() {
		l.Close()
		s.closeConnections()
		s.running.Wait()
	})
	return s
}

func (s *scriptedBroker) url() string { return "pulsar://" + s.listener.Addr().String() }

// on hooks a command. It may be called at any time.
func (s *scriptedBroker) on(kind protocol.Type, hook func(p *peer, m protocol.Body, rest []byte) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hooks[kind] = hook
}

// onGreet takes greetings; true: it was answered. It may be called at any time.
func (s *scriptedBroker) onGreet(hook func(p *peer, m *protocol.Connect) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.greet = hook
}

// closeConnections closes every connection.
func (s *scriptedBroker) closeConnections() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range s.peers {
		p.socket.Close()
	}
}

// commandsOf are the commands of a type that were heard.
func commandsOf[T protocol.Body](s *scriptedBroker) (all []T) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, m := range s.received {
		if one, ok := m.(T); ok {
			all = append(all, one)
		}
	}
	return all
}

// awaitCommands waits until n commands of a type were heard, and returns them.
func awaitCommands[T protocol.Body](s *scriptedBroker, n int) []T {
	s.t.Helper()
	require.Eventually(s.t, func() bool { return len(commandsOf[T](s)) >= n }, soon, time.Millisecond)
	return commandsOf[T](s)
}

func (p *peer) serve() {
	for {
		n, err := p.socket.Read(p.c.Room())
		if err != nil {
			return
		}
		p.mu.Lock()
		p.c.Filled(n)
		p.mu.Unlock()
		for {
			p.mu.Lock()
			e := p.c.Next(0)
			p.mu.Unlock()
			if e == nil {
				break
			}
			if p.c.Err() != nil {
				return
			}
			p.scriptedBroker.mu.Lock()
			p.received = append(p.received, e.Body)
			hook := p.hooks[e.Body.Type()]
			greet := p.greet
			p.scriptedBroker.mu.Unlock()
			switch {
			case e.Kind == conn.Greeted:
				if greet == nil || !greet(p, e.Body.(*protocol.Connect)) {
					p.mu.Lock()
					p.c.Accept(protocol.MaxMessageSize, protocol.Version)
					p.mu.Unlock()
				}
			case hook == nil || !hook(p, e.Body, e.Rest):
				p.answer(e.Body)
			}
			p.flush()
		}
	}
}

// send sends commands.
func (p *peer) send(all ...protocol.Body) {
	p.mu.Lock()
	for _, m := range all {
		p.c.Tell(m)
	}
	p.mu.Unlock()
	p.flush()
}

func (p *peer) flush() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for p.c.Waiting() > 0 {
		for _, chunk := range p.c.Take(nil, 1<<20) {
			_, _ = p.socket.Write(chunk) // whoever has gone hears nothing
		}
	}
}

// answer does what a broker does.
func (p *peer) answer(m protocol.Body) {
	switch m := m.(type) {
	case *protocol.PartitionedMetadata:
		p.send(&protocol.PartitionedMetadataAnswer{Numbered: m.Numbered, Error: protocol.NoError})
	case *protocol.Lookup:
		p.send(&protocol.LookupAnswer{Numbered: m.Numbered, URL: p.url(), Response: protocol.LookupConnect, Authoritative: true, Error: protocol.NoError})
	case *protocol.Producer:
		p.send(&protocol.ProducerSuccess{Numbered: m.Numbered, Name: m.Name, LastSequence: -1, TopicEpoch: protocol.NoEpoch})
	case *protocol.Send:
		p.send(receiptOf(m))
	case *protocol.Ack:
		if m.Asks {
			p.send(&protocol.AckResponse{Numbered: protocol.Numbered{RequestID: m.RequestID}, ConsumerID: m.ConsumerID, Error: protocol.NoError})
		}
	case *protocol.Subscribe:
		p.send(&protocol.Success{Numbered: m.Numbered})
	case *protocol.CloseProducer:
		p.send(&protocol.Success{Numbered: m.Numbered})
	case *protocol.CloseConsumer:
		p.send(&protocol.Success{Numbered: m.Numbered})
	}
}

func receiptOf(m *protocol.Send) *protocol.SendReceipt {
	return &protocol.SendReceipt{ProducerID: m.ProducerID, Sequence: m.Sequence, HighestSequence: m.HighestSequence,
		Stored: true, ID: protocol.MessageID{Ledger: 1, Entry: m.Sequence, Partition: -1, BatchIndex: -1}}
}

// noAnswer answers: a hook that says nothing.
func noAnswer(*peer, protocol.Body, []byte) bool { return true }
