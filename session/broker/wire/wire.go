// Package wire is the engine that speaks Pulsar's binary protocol itself: it
// writes batches as bytes straight into frames and reads entries where they
// arrive, so that a load costs a twentieth of what it costs with a client.
//
// The protocol is that of packages protocol and conn, the sockets are in package
// connect; here are batches, windows, acknowledgements and the account of each
// message. Locks are taken in the
// order producer, partition, connection, and never the other way.
package wire

import (
	"context"
	"sync/atomic"

	"pulsh/session/broker"
	"pulsh/session/broker/protocol"
	"pulsh/session/broker/wire/connect"
)

// Engine is a broker.Broker that speaks the protocol itself.
type Engine struct {
	*connect.Cluster
	ids atomic.Uint64 // of producers and consumers
}

var (
	_ broker.Broker            = (*Engine)(nil)
	_ broker.ConnectionCounter = (*Engine)(nil)
)

// New makes an engine. It does not connect: the first producer or consumer does.
func New(o connect.Options) (*Engine, error) {
	c, err := connect.NewCluster(o)
	if err != nil {
		return nil, err
	}
	return &Engine{Cluster: c}, nil
}

// SendingConnections counts the connections of a group's producers.
func (e *Engine) SendingConnections(group string) int { return e.Sending.Count(group) }

// ReceivingConnections counts the connections of a group's consumers.
func (e *Engine) ReceivingConnections(group string) int { return e.Receiving.Count(group) }

// Partitions asks how many partitions a topic has, and looks it up so that the
// broker creates it where it may.
func (e *Engine) Partitions(ctx context.Context, topic string) (int, error) {
	n, err := e.PartitionsOf(ctx, &e.Sending, protocol.FullTopic(topic))
	if err == nil && n == 0 {
		_, err = e.Lookup(ctx, &e.Sending, protocol.FullTopic(topic))
	}
	if err != nil {
		return 0, connect.Sentence(err, broker.Subject{Topic: topic})
	}
	return n, nil
}
