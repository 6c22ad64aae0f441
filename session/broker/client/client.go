// Package client is the engine over the Go client: every message goes through
// SendAsync and Receive of pulsar-client-go, as in an application.
package client

import (
	"context"
	"crypto/tls"
	"strings"
	"time"

	"github.com/apache/pulsar-client-go/pulsar"
	"github.com/apache/pulsar-client-go/pulsar/backoff"
	"github.com/apache/pulsar-client-go/pulsar/log"
	"github.com/prometheus/client_golang/prometheus"

	"pulsh/session/broker"
)

// The client's timings. They are shorter than its defaults, because a load
// shell must notice a broker that is gone and be back within a second of its
// return.
const (
	connectTimeout   = 5 * time.Second
	operationTimeout = 5 * time.Second // of lookups and creations; also bounds a close with a dead broker
	keepAlive        = 10 * time.Second
	retryFirst       = 50 * time.Millisecond
	retryMost        = time.Second
	discoverEvery    = time.Minute // of new partitions; one request per producer and interval
)

// Options say how to reach a cluster and how to authenticate.
type Options struct {
	URL   string                 // pulsar://host:port or pulsar+ssl://host:port
	Token func() (string, error) // called for each connection, so that nothing keeps the token; nil for no token
	TLS   *tls.Config            // for pulsar+ssl://; nil means the system's roots
	Clock broker.Clock
	Log   log.Logger // nil for silence
}

// Client is a broker.Broker with two pulsar.Clients, one for sending and one
// for receiving, so that acknowledgements never wait behind received messages.
type Client struct {
	clock           broker.Clock
	sending, taking pulsar.Client
}

var _ broker.Broker = (*Client)(nil)

// New makes a client. It does not connect: the first producer or consumer does.
func New(o Options) (*Client, error) {
	sending, err := connect(o)
	if err != nil {
		return nil, sentence(err, "")
	}
	taking, err := connect(o)
	if err != nil {
		sending.Close()
		return nil, sentence(err, "")
	}
	return &Client{clock: o.Clock, sending: sending, taking: taking}, nil
}

func connect(o Options) (pulsar.Client, error) {
	logger := o.Log
	if logger == nil {
		logger = log.DefaultNopLogger()
	}
	options := pulsar.ClientOptions{
		URL:                     o.URL,
		ConnectionTimeout:       connectTimeout,
		OperationTimeout:        operationTimeout,
		KeepAliveInterval:       keepAlive,
		MaxConnectionsPerBroker: 1,
		MemoryLimitBytes:        -1, // producers bound what is in flight themselves
		ConnectionMaxIdleTime:   -1,
		Logger:                  logger,
		MetricsCardinality:      pulsar.MetricsCardinalityNone,
		MetricsRegisterer:       prometheus.NewRegistry(), // never the process-wide one
		TLSConfig:               o.TLS,
		TLSValidateHostname:     true,
	}
	if o.Token != nil {
		options.Authentication = pulsar.NewAuthenticationTokenFromSupplier(o.Token)
	}
	return pulsar.NewClient(options)
}

// Partitions looks a topic up.
func (c *Client) Partitions(ctx context.Context, topic string) (int, error) {
	names, err := within(ctx, func() ([]string, error) { return c.sending.TopicPartitions(topic) }, nil)
	if err != nil {
		return 0, sentence(err, topic)
	}
	if len(names) == 1 && !strings.Contains(names[0], "-partition-") {
		return 0, nil
	}
	return len(names), nil
}

// Close ends both connections. With a broker that does not answer it may take
// the operation timeout; the caller bounds it.
func (c *Client) Close() {
	c.taking.Close()
	c.sending.Close()
}

// within makes a call that takes no context. If ctx ends first, the call goes
// on in the background, and undo reverts its result.
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

// retry is the back-off of reconnections: fast at first, at most a second.
type retry struct{ next time.Duration }

func newRetry() backoff.Policy { return &retry{next: retryFirst} }

// Next returns how long to wait before the next attempt.
func (r *retry) Next() time.Duration {
	wait := r.next
	r.next = min(2*r.next, retryMost)
	return wait
}

// IsMaxBackoffReached reports whether the wait has reached its maximum.
func (r *retry) IsMaxBackoffReached() bool { return r.next >= retryMost }

// Reset starts over after a success.
func (r *retry) Reset() { r.next = retryFirst }
