// Package pipes is a network in memory: its connections are pipes with a latency, so
// that an embedded broker and its clients work in the virtual time of
// testing/synctest, and tests can cut them off.
package pipes

import (
	"context"
	"net"
	"sync"
	"syscall"
	"time"
)

// Network joins clients with listeners by name.
type Network struct {
	down chan struct{} // closed by Close

	mu        sync.Mutex // guards the fields below
	latency   time.Duration
	until     time.Time // stalled until then
	listeners map[string]*Listener
}

// New returns a network on which bytes travel for so long.
func New(latency time.Duration) *Network {
	return &Network{down: make(chan struct{}), latency: latency, listeners: map[string]*Listener{}}
}

// arrival is when bytes arrive that leave now.
func (n *Network) arrival() time.Time {
	n.mu.Lock()
	defer n.mu.Unlock()
	return time.Now().Add(n.latency)
}

// stalled is until when nothing arrives.
func (n *Network) stalled() time.Time {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.until
}

// Stall holds everything back for a time. Stalls that overlap end together.
func (n *Network) Stall(d time.Duration) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if until := time.Now().Add(d); until.After(n.until) {
		n.until = until
	}
}

// Close ends the network, and all attempts to connect.
func (n *Network) Close() { close(n.down) }

// SetLatency changes how long bytes travel that leave from now on.
func (n *Network) SetLatency(d time.Duration) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.latency = d
}

// Listener accepts connections to one name.
type Listener struct {
	name  string
	queue chan *end
	done  chan struct{}

	mu      sync.Mutex // guards the fields below
	closed  bool
	refuses bool
	ends    map[*end]bool // the server's, of all connections since the last Cut
}

// Listen opens a name, as host:port. It replaces a listener that was there.
func (n *Network) Listen(name string) *Listener {
	l := &Listener{name: name, queue: make(chan *end, 1024), done: make(chan struct{}), ends: map[*end]bool{}}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.listeners[name] = l
	return l
}

// Dial connects to a listener, as net.Dialer.DialContext does.
func (n *Network) Dial(ctx context.Context, _, name string) (net.Conn, error) {
	n.mu.Lock()
	l, latency := n.listeners[name], n.latency
	n.mu.Unlock()
	timer := time.NewTimer(latency) // also while the network is stalled: the system accepts for a program that hangs
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
		return nil, &net.OpError{Op: "dial", Net: "tcp", Addr: address(name), Err: context.Cause(ctx)}
	case <-n.down:
		return nil, &net.OpError{Op: "dial", Net: "tcp", Addr: address(name), Err: syscall.ENETDOWN}
	}
	if l == nil || !l.open() {
		return nil, &net.OpError{Op: "dial", Net: "tcp", Addr: address(name), Err: syscall.ECONNREFUSED}
	}
	client, server := n.connect("127.0.0.1:1", name)
	l.mu.Lock()
	l.ends[server] = true
	l.mu.Unlock()
	select {
	case l.queue <- server:
		return client, nil
	case <-l.done:
		return nil, &net.OpError{Op: "dial", Net: "tcp", Addr: address(name), Err: syscall.ECONNREFUSED}
	}
}

// open reports whether the listener takes connections.
func (l *Listener) open() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return !l.closed && !l.refuses
}

// Accept waits for a connection.
func (l *Listener) Accept() (net.Conn, error) {
	select {
	case c := <-l.queue:
		return c, nil
	case <-l.done:
		return nil, net.ErrClosed
	}
}

// Refuse refuses new connections, or takes them again.
func (l *Listener) Refuse(on bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.refuses = on
}

// Cut closes all connections that have come in.
func (l *Listener) Cut() {
	l.mu.Lock()
	all := l.ends
	l.ends = map[*end]bool{}
	l.mu.Unlock()
	for e := range all {
		e.Close()
	}
}

// Close ends the listener. Its connections stay.
func (l *Listener) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.closed {
		l.closed = true
		close(l.done)
	}
	return nil
}

// Addr returns the name.
func (l *Listener) Addr() net.Addr { return address(l.name) }
