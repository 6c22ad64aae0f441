package connect

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"sync"
	"sync/atomic"
)

// Endpoint is a broker and the way to it.
type Endpoint struct {
	Address string // host:port
	broker  string // host:port behind a proxy at dial, or ""
}

// connectionKey names one of the connections to a place.
type connectionKey struct {
	Endpoint
	number int
}

// pool has the connections for one purpose, sending or receiving.
type pool struct {
	cluster *Cluster
	turn    atomic.Uint32

	mu     sync.Mutex
	links  map[connectionKey]*attempt
	closed bool
}

// attempt is a connection, or an attempt at one that several may wait for.
type attempt struct {
	done chan struct{}
	link *Connection
	err  error
}

// Link returns a live connection to a place. Whoever comes while one is being
// made waits for the same.
func (p *pool) Link(ctx context.Context, to Endpoint) (*Connection, error) {
	key := connectionKey{to, int(p.turn.Add(1)) % p.cluster.options.Connections}
	for {
		p.mu.Lock()
		if p.closed {
			p.mu.Unlock()
			return nil, ErrClosed
		}
		d := p.links[key]
		if d == nil {
			if p.links == nil {
				p.links = map[connectionKey]*attempt{}
			}
			d = &attempt{done: make(chan struct{})}
			p.links[key] = d
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
		case <-d.link.done:
			p.forget(key, d)
		default:
			return d.link, nil
		}
	}
}

var ErrClosed = errors.New("the engine is closed")

func (p *pool) forget(key connectionKey, d *attempt) {
	p.mu.Lock()
	if p.links[key] == d {
		delete(p.links, key)
	}
	p.mu.Unlock()
}

// dial makes a connection and leaves it in d.
func (p *pool) dial(key connectionKey, d *attempt) {
	ctx, cancel := context.WithTimeout(p.cluster.ctx, connectTimeout)
	defer cancel()
	d.link, d.err = p.cluster.connect(ctx, key.Endpoint)
	if d.err != nil {
		p.forget(key, d)
	}
	close(d.done)
}

// connect opens a socket and greets the broker.
func (e *Cluster) connect(ctx context.Context, to Endpoint) (*Connection, error) {
	socket, err := (&net.Dialer{}).DialContext(ctx, "tcp", to.Address)
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
	l := newLink(e, socket, to.broker, method, data)
	select {
	case <-l.up:
		return l, nil
	case <-l.done:
		l.mu.Lock()
		defer l.mu.Unlock()
		return nil, e.unopened(to, l.first, l.c.Err())
	case <-ctx.Done():
		l.Fail(context.Cause(ctx))
		return nil, context.Cause(ctx)
	}
}

// close ends all connections.
func (p *pool) close() {
	p.mu.Lock()
	p.closed = true
	all := make([]*attempt, 0, len(p.links))
	for _, d := range p.links {
		all = append(all, d)
	}
	p.mu.Unlock()
	for _, d := range all {
		<-d.done
		if d.link != nil {
			d.link.Fail(ErrClosed)
		}
	}
}
