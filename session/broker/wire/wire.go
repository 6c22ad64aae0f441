// Package wire is the engine that speaks Pulsar's binary protocol itself: it
// writes batches as bytes straight into frames and reads entries where they
// arrive, so that a load costs a twentieth of what it costs with a client.
//
// The protocol is that of packages protocol and conn; here are the sockets, the
// timers and what a group wants to know of each message. Locks are taken in the
// order producer, part, link, and never the other way.
package wire

import (
	"context"
	"sync/atomic"

	"pulsh/session/broker"
	"pulsh/session/broker/protocol"
)

// Engine is a broker.Broker that speaks the protocol itself.
type Engine struct {
	*Cluster
	ids atomic.Uint64 // of producers and consumers
}

var _ broker.Broker = (*Engine)(nil)

// New makes an engine. It does not connect: the first producer or consumer does.
func New(o Options) (*Engine, error) {
	c, err := NewCluster(o)
	if err != nil {
		return nil, err
	}
	return &Engine{Cluster: c}, nil
}

// Partitions asks how many partitions a topic has, and looks it up so that the
// broker creates it where it may.
func (e *Engine) Partitions(ctx context.Context, topic string) (int, error) {
	n, err := e.partitions(ctx, &e.sending, protocol.FullTopic(topic))
	if err == nil && n == 0 {
		_, err = e.lookup(ctx, &e.sending, protocol.FullTopic(topic))
	}
	if err != nil {
		return 0, sentence(err, topic)
	}
	return n, nil
}
