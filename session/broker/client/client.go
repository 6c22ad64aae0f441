// Package client is the engine that an application with the Go client would
// have: every message goes through pulsar-client-go's SendAsync and Receive.
package client

import (
	"context"
	"crypto/tls"
	"strings"
	"time"

	"github.com/apache/pulsar-client-go/pulsar"
	"github.com/apache/pulsar-client-go/pulsar/backoff"

	"pulsh/session/broker"
)

// The client's timings, shorter than its own defaults: a load shell must notice
// a broker that is gone, and be back within a second of its return.
const (
	retryFirst    = 50 * time.Millisecond
	retryMost     = time.Second
	discoverEvery = time.Minute // of new partitions; one request per producer and interval
)

// Options say how to reach and enter a cluster.
type Options struct {
	URL string // pulsar://host:port or pulsar+ssl://host:port
	// Credentials are presented at each connection; nil presents none. Client
	// certificates are those of TLS.
	Credentials *broker.Credentials
	TLS         *tls.Config // for pulsar+ssl://; nil means the system's roots
	Clock       broker.Clock
	Tuning      broker.Tuning

	transactions bool // of a client that begins them, and connects to all coordinators
}

// Client is a broker.Broker over several pulsar.Clients, each with connections of its
// own: one for each group, so that none waits for another that the broker throttles;
// and for what belongs to no group, one for sending and one for receiving, so that
// acknowledgements never wait behind received messages.
type Client struct {
	clock           broker.Clock
	options         Options
	sending, taking linked
	sets            sets
	coordinator     coordinator
}

// linked is a client whose connections are counted and watched.
type linked struct {
	pulsar.Client
	*connectionCount
	links *links
}

var (
	_ broker.Broker            = (*Client)(nil)
	_ broker.ConnectionCounter = (*Client)(nil)
)

// New makes a client. It does not connect: the first producer or consumer does.
func New(o Options) (*Client, error) {
	sending, err := connect(o, 1)
	if err != nil {
		return nil, sentence(err, broker.Subject{})
	}
	taking, err := connect(o, 1)
	if err != nil {
		sending.Close()
		return nil, sentence(err, broker.Subject{})
	}
	return &Client{clock: o.Clock, options: o, sending: sending, taking: taking, sets: sets{shared: map[set]*sharedClient{}}}, nil
}

// connect makes a client with so many connections to each broker.
func connect(o Options, connections int) (linked, error) {
	count, links := newConnectionCount(), newLinks()
	tuning := o.Tuning.WithDefaults()
	options := pulsar.ClientOptions{
		URL:                     o.URL,
		ListenerName:            tuning.Listener,
		ConnectionTimeout:       tuning.ConnectionTimeout,
		OperationTimeout:        tuning.OperationTimeout, // also bounds a close with a dead broker
		KeepAliveInterval:       tuning.KeepAlive,
		MaxConnectionsPerBroker: connections,
		MemoryLimitBytes:        -1, // the producers of pulsh bound what is in flight
		ConnectionMaxIdleTime:   -1,
		Logger:                  &line{links: links},
		MetricsCardinality:      pulsar.MetricsCardinalityNone,
		MetricsRegisterer:       count,
		TLSConfig:               o.TLS,
		TLSValidateHostname:     true,
		EnableTransaction:       o.transactions,
	}
	if o.Credentials != nil {
		options.Authentication = &presenter{o.Credentials}
	}
	made, err := pulsar.NewClient(options)
	return linked{made, count, links}, err
}

// Partitions looks a topic up.
func (c *Client) Partitions(ctx context.Context, topic string) (int, error) {
	names, err := within(ctx, func() ([]string, error) { return c.sending.TopicPartitions(topic) }, nil)
	if err != nil {
		return 0, sentence(err, broker.Subject{Topic: topic})
	}
	if len(names) == 1 && !strings.Contains(names[0], "-partition-") {
		return 0, nil
	}
	return len(names), nil
}

// Close ends both connections. With a silent broker it may take the operation
// timeout; the caller bounds it.
func (c *Client) Close() {
	c.taking.Close()
	c.sending.Close()
	c.coordinator.close()
	c.sets.closeAll()
}

// within runs a call of the client that knows no context. When ctx ends first
// the call is left to finish by itself, and what it then brings is undone.
func within[T any](ctx context.Context, call func() (T, error), undo func(T)) (T, error) {
	type answer struct {
		value T
		err   error
	}
	answered := make(chan answer, 1)
	go func() {
		value, err := call()
		answered <- answer{value, err}
	}()
	select {
	case a := <-answered:
		return a.value, a.err
	case <-ctx.Done():
		go func() {
			if a := <-answered; a.err == nil && undo != nil {
				undo(a.value)
			}
		}()
		var none T
		return none, context.Cause(ctx)
	}
}

// retry is the back-off of reconnections: fast at first, never more than a
// second apart.
type retry struct{ next time.Duration }

func newRetry() backoff.Policy { return &retry{next: retryFirst} }

// Next is how long to wait before the next attempt.
func (r *retry) Next() time.Duration {
	wait := r.next
	r.next = min(2*r.next, retryMost)
	return wait
}

// IsMaxBackoffReached says that the wait no longer grows.
func (r *retry) IsMaxBackoffReached() bool { return r.next >= retryMost }

// Reset starts over after a success.
func (r *retry) Reset() { r.next = retryFirst }
