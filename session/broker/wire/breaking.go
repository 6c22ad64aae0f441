package wire

import (
	"errors"

	"pulsh/session/broker"
	"pulsh/session/broker/wire/connect"
)

var (
	_ broker.Breaker = (*producer)(nil)
	_ broker.Breaker = (*consumer)(nil)
)

var errBroken = errors.New("the connection was closed on command")

// sockets are live connections, each once.
type sockets map[*connect.Connection]bool

func (all sockets) add(c *connect.Connection) {
	if c != nil && c.Alive() {
		all[c] = true
	}
}

// fail ends the connections and returns their number.
func (all sockets) fail() int {
	for c := range all {
		c.Fail(errBroken)
	}
	return len(all)
}

// Break closes the sockets of all partitions. What is in flight is sent again.
func (p *producer) Break() int {
	used := sockets{}
	for _, part := range *p.parts.Load() {
		part.mu.Lock()
		used.add(part.connection)
		part.mu.Unlock()
	}
	return used.fail()
}

// Break closes the sockets of all subscriptions.
func (c *consumer) Break() int {
	used := sockets{}
	for _, s := range c.subscriptions() {
		s.mu.Lock()
		used.add(s.connection)
		s.mu.Unlock()
	}
	return used.fail()
}
