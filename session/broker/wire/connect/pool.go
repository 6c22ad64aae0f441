package connect

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"sync"

	"pulsh/session/broker"
)

// Endpoint is a broker and the way to it.
type Endpoint struct {
	Address string // host:port
	proxied string // host:port behind a proxy at dial, or ""
}

// connectionKey names one of the connections to an endpoint.
type connectionKey struct {
	Endpoint
	set    Set
	number int
}

// Set is a set of connections that no others use. It is made by NewSet; the zero Set
// is what all without a group share.
type Set struct {
	broker.Sharing
	alone uint64 // of an isolated producer or consumer
}

// NewSet returns the set of a producer or a consumer: its group's, or one of its own.
func (e *Cluster) NewSet(of broker.Sharing) Set {
	switch {
	case of.Isolated:
		return Set{of, e.isolated.Add(1)}
	case of.Group == "":
		return Set{}
	}
	return Set{Sharing: of}
}

// pool has the connections for one purpose, sending or receiving.
type pool struct {
	cluster *Cluster

	mu          sync.Mutex
	connections map[connectionKey]*attempt
	users       map[Set]int
	turns       map[Set]int // whose turn it is among a set's connections
	closed      bool
}

// Join notes one more user of a set.
func (p *pool) Join(set Set) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.users == nil {
		p.users = map[Set]int{}
	}
	p.users[set]++
}

// Leave must be called once for each Join. After the last one it closes the set's
// connections: what the broker does with one group must not outlast it.
func (p *pool) Leave(set Set) {
	p.mu.Lock()
	if p.users[set] == 0 {
		p.mu.Unlock()
		return
	}
	p.users[set]--
	var idle []*attempt
	if p.users[set] == 0 {
		delete(p.users, set)
		delete(p.turns, set)
		for key, d := range p.connections {
			if set != (Set{}) && key.set == set {
				idle = append(idle, d)
				delete(p.connections, key)
			}
		}
	}
	p.mu.Unlock()
	end(idle)
}

// Count returns how many connections of a group are open.
func (p *pool) Count(group string) (n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for key, d := range p.connections {
		if key.set.Group == group && d.open() {
			n++
		}
	}
	return n
}

// attempt is a connection, or an attempt at one that several may wait for.
type attempt struct {
	done       chan struct{}
	connection *Connection
	err        error
}

// open reports whether the attempt has made a connection that has not ended.
func (d *attempt) open() bool {
	select {
	case <-d.done:
		return d.err == nil && d.connection.Alive()
	default:
		return false
	}
}

// Connect returns a live connection to an endpoint, for all that belong to no group.
func (p *pool) Connect(ctx context.Context, to Endpoint) (*Connection, error) {
	return p.ConnectSet(ctx, Set{}, to)
}

// ConnectSet returns a live connection of a set to an endpoint: its connections take
// turns. Callers share an attempt that is under way.
func (p *pool) ConnectSet(ctx context.Context, set Set, to Endpoint) (*Connection, error) {
	key := connectionKey{to, set, p.next(set)}
	for {
		p.mu.Lock()
		if p.closed {
			p.mu.Unlock()
			return nil, ErrClosed
		}
		d := p.connections[key]
		if d == nil {
			if p.connections == nil {
				p.connections = map[connectionKey]*attempt{}
			}
			d = &attempt{done: make(chan struct{})}
			p.connections[key] = d
			p.cluster.running.Go(func() { p.dial(key, d) })
		}
		p.mu.Unlock()
		select {
		case <-d.done:
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
		if d.err != nil {
			return nil, d.err
		}
		select {
		case <-d.connection.done:
			p.forget(key, d)
		default:
			return d.connection, nil
		}
	}
}

var ErrClosed = errors.New("the engine is closed")

func (p *pool) forget(key connectionKey, d *attempt) {
	p.mu.Lock()
	if p.connections[key] == d {
		delete(p.connections, key)
	}
	p.mu.Unlock()
}

// next returns the number of the connection of a set whose turn it is. Each set has turns of
// its own: lookups, which come before each producer and each consumer, would take every other one.
func (p *pool) next(set Set) int {
	if set.Connections < 2 {
		return 0
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.turns == nil {
		p.turns = map[Set]int{}
	}
	p.turns[set] = (p.turns[set] + 1) % set.Connections
	return p.turns[set]
}

// dial makes a connection and leaves it in d.
func (p *pool) dial(key connectionKey, d *attempt) {
	ctx, cancel := context.WithTimeout(p.cluster.ctx, p.cluster.options.Tuning.ConnectionTimeout)
	defer cancel()
	d.connection, d.err = p.cluster.connect(ctx, key.Endpoint)
	if d.err != nil {
		p.forget(key, d)
	}
	close(d.done)
}

// connect opens a socket and greets the broker.
func (e *Cluster) connect(ctx context.Context, to Endpoint) (*Connection, error) {
	socket, err := e.options.Dial(ctx, "tcp", to.Address)
	if err != nil {
		return nil, err
	}
	if e.address.Secure {
		config := e.options.TLS.Clone()
		if config == nil {
			config = &tls.Config{MinVersion: tls.VersionTLS12}
		}
		if config.ServerName == "" {
			config.ServerName, _, _ = net.SplitHostPort(to.Address)
		}
		secure := tls.Client(socket, config)
		if err := secure.HandshakeContext(ctx); err != nil {
			socket.Close()
			return nil, e.unopened(to, nil, err)
		}
		socket = secure
	}
	method, data, err := e.options.Auth()
	if err != nil {
		socket.Close()
		return nil, err
	}
	c := newConnection(e, socket, to.proxied, method, data)
	select {
	case <-c.up:
		return c, nil
	case <-c.done:
		c.mu.Lock()
		defer c.mu.Unlock()
		return nil, e.unopened(to, c.first, c.state.Err())
	case <-ctx.Done():
		c.Fail(context.Cause(ctx))
		return nil, context.Cause(ctx)
	}
}

// close ends all connections.
func (p *pool) close() {
	p.mu.Lock()
	p.closed = true
	all := make([]*attempt, 0, len(p.connections))
	for _, d := range p.connections {
		all = append(all, d)
	}
	p.mu.Unlock()
	end(all)
}

// end ends connections.
func end(all []*attempt) {
	for _, d := range all {
		<-d.done
		if d.connection != nil {
			d.connection.Fail(ErrClosed)
		}
	}
}
