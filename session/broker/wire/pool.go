package wire

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"sync"
	"sync/atomic"
)

// place is a broker and the way to it.
type place struct {
	dial   string // host:port
	broker string // host:port behind a proxy at dial, or ""
}

// slot names one of the connections to a place.
type slot struct {
	place
	number int
}

// pool has the connections for one purpose, sending or receiving.
type pool struct {
	engine *Engine
	turn   atomic.Uint32

	mu     sync.Mutex
	links  map[slot]*dialing
	closed bool
}

// dialing is a connection, or an attempt at one that several may wait for.
type dialing struct {
	done chan struct{}
	link *link
	err  error
}

// link returns a live connection to a place. Whoever comes while one is being
// made waits for the same.
func (p *pool) link(ctx context.Context, to place) (*link, error) {
	key := slot{to, int(p.turn.Add(1)) % p.engine.options.Connections}
	for {
		p.mu.Lock()
		if p.closed {
			p.mu.Unlock()
			return nil, errClosed
		}
		d := p.links[key]
		if d == nil {
			if p.links == nil {
				p.links = map[slot]*dialing{}
			}
			d = &dialing{done: make(chan struct{})}
			p.links[key] = d
			p.engine.running.Go(func() { p.dial(key, d) })
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

var errClosed = errors.New("the engine is closed")

func (p *pool) forget(key slot, d *dialing) {
	p.mu.Lock()
	if p.links[key] == d {
		delete(p.links, key)
	}
	p.mu.Unlock()
}

// dial makes a connection and leaves it in d.
func (p *pool) dial(key slot, d *dialing) {
	ctx, cancel := context.WithTimeout(p.engine.ctx, connectTimeout)
	defer cancel()
	d.link, d.err = p.engine.connect(ctx, key.place)
	if d.err != nil {
		p.forget(key, d)
	}
	close(d.done)
}

// connect opens a socket and greets the broker.
func (e *Engine) connect(ctx context.Context, to place) (*link, error) {
	socket, err := (&net.Dialer{}).DialContext(ctx, "tcp", to.dial)
	if err != nil {
		return nil, err
	}
	if e.address.secure {
		config := e.options.TLS.Clone()
		if config == nil {
			config = &tls.Config{MinVersion: tls.VersionTLS12}
		}
		if config.ServerName == "" {
			config.ServerName, _, _ = net.SplitHostPort(to.dial)
		}
		secure := tls.Client(socket, config)
		if err := secure.HandshakeContext(ctx); err != nil {
			socket.Close()
			return nil, err
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
		return nil, l.c.Err()
	case <-ctx.Done():
		l.fail(context.Cause(ctx))
		return nil, context.Cause(ctx)
	}
}

// close ends all connections.
func (p *pool) close() {
	p.mu.Lock()
	p.closed = true
	all := make([]*dialing, 0, len(p.links))
	for _, d := range p.links {
		all = append(all, d)
	}
	p.mu.Unlock()
	for _, d := range all {
		<-d.done
		if d.link != nil {
			d.link.fail(errClosed)
		}
	}
}
