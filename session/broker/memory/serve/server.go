// Package serve puts a memory.Broker on sockets: it speaks Pulsar's binary protocol
// with any number of clients.
//
// A connection has one reader, which carries its commands out in order, and a
// writer for as long as there is something to write. A client that does not read
// gets nothing more: its queue is bounded, and in the end it is not read from
// either. It holds nobody else up.
package serve

import (
	"context"
	"crypto/subtle"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"pulsh/session/broker/memory"
	"pulsh/session/broker/memory/fault"
)

const (
	// keepAlive is after how much silence a client is asked whether it lives, and
	// after as much again is given up.
	keepAlive = 30 * time.Second
	// connectionsMax bounds the connections, so that a flood of them does not
	// exhaust the memory.
	connectionsMax = 20_000
)

// Options say how a server listens. The zero value is a port of its choice on
// loopback, for everybody.
type Options struct {
	Listen string          // host:port; "" is 127.0.0.1:0
	Accept net.Listener    // instead of an address; nil opens Listen
	TLS    *tls.Config     // for pulsar+ssl; nil serves plain
	Token  string          // that clients must present, or ""
	Remote bool            // allows an address that other machines can reach
	Faults *fault.Set      // what goes wrong on purpose; nil for nothing
	Labels context.Context // of the goroutines that write, see runtime/pprof; nil for none
}

// Server serves a broker on one address.
type Server struct {
	broker   *memory.Broker
	options  Options
	listener net.Listener
	running  sync.WaitGroup // of connections and the keeper
	done     chan struct{}
	queued   atomic.Int64 // bytes in all queues
	held     held

	mu     sync.Mutex // guards the fields below
	conns  map[*connection]bool
	closed bool
	keeper bool
}

// RemoteError says that an address can be reached by other machines.
type RemoteError struct{ Address string }

// Error returns the sentence.
func (e *RemoteError) Error() string {
	return fmt.Sprintf("other machines could reach %s, and whoever does can read and write everything", e.Address)
}

// Listen opens an address. It refuses one that other machines can reach, unless
// remote is true.
func Listen(address string, remote bool) (net.Listener, error) {
	if address == "" {
		address = "127.0.0.1:0"
	}
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	if ip := net.ParseIP(host); !remote && host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil, &RemoteError{address}
	}
	return net.Listen("tcp", address)
}

// New opens the address and serves until Close.
func New(b *memory.Broker, o Options) (*Server, error) {
	listener := o.Accept
	if listener == nil {
		var err error
		if listener, err = Listen(o.Listen, o.Remote); err != nil {
			return nil, err
		}
	}
	if o.Faults == nil {
		o.Faults = fault.New(time.Now)
	}
	s := &Server{broker: b, options: o, listener: listener, done: make(chan struct{}), conns: map[*connection]bool{}}
	s.running.Go(s.accept)
	return s, nil
}

// URL returns the service URL.
func (s *Server) URL() string { return s.scheme() + s.listener.Addr().String() }

func (s *Server) scheme() string {
	if s.options.TLS != nil {
		return "pulsar+ssl://"
	}
	return "pulsar://"
}

// Connections returns how many clients are connected.
func (s *Server) Connections() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.conns)
}

// Close disconnects all clients and waits until nothing runs any more.
func (s *Server) Close() {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return
	}
	s.closed = true
	close(s.done)
	s.mu.Unlock()
	s.listener.Close()
	s.Disconnect()
	s.running.Wait()
}

// Disconnect closes all connections, which clients open anew.
func (s *Server) Disconnect() (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.conns {
		c.close()
		n++
	}
	return n
}

func (s *Server) accept() {
	pause := time.Millisecond
	for {
		socket, err := s.listener.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil { // too many open files, as a rule
			select {
			case <-time.After(pause):
			case <-s.done:
				return
			}
			pause = min(2*pause, time.Second)
			continue
		}
		pause = time.Millisecond
		if s.options.TLS != nil {
			socket = tls.Server(socket, s.options.TLS)
		}
		s.Serve(socket)
	}
}

// Serve serves one client on a connection of any kind.
func (s *Server) Serve(socket net.Conn) {
	c := newConnection(s, socket)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed || len(s.conns) >= connectionsMax {
		socket.Close()
		return
	}
	s.conns[c] = true
	if !s.keeper {
		s.keeper = true
		s.running.Go(s.keep)
	}
	s.running.Go(func() {
		c.read()
		s.mu.Lock()
		delete(s.conns, c)
		s.mu.Unlock()
	})
}

// keep looks after silent connections, for as long as there are any.
func (s *Server) keep() {
	ticker := time.NewTicker(keepAlive)
	defer ticker.Stop()
	for {
		select {
		case <-s.done:
			return
		case <-ticker.C:
		}
		s.mu.Lock()
		if len(s.conns) == 0 {
			s.keeper = false
			s.mu.Unlock()
			return
		}
		all := make([]*connection, 0, len(s.conns))
		for c := range s.conns {
			all = append(all, c)
		}
		s.mu.Unlock()
		for _, c := range all {
			c.keepAlive()
		}
	}
}

// admits reports whether a client may enter with what it presents.
func (s *Server) admits(method string, data []byte) bool {
	want := s.options.Token
	return want == "" || method == "token" && subtle.ConstantTimeCompare(data, []byte(want)) == 1
}
