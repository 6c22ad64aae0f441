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
	"crypto/tls"
	"errors"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"pulsh/session/broker"
	"pulsh/session/broker/protocol"
	"pulsh/session/broker/protocol/conn"
)

// Timings, as those of the client engine: a load shell must notice a broker that
// is gone, and be back within a second of its return.
const (
	connectTimeout   = 5 * time.Second
	operationTimeout = 5 * time.Second // of lookups and creations
	keepAlive        = 10 * time.Second
	retryFirst       = 50 * time.Millisecond
	retryMost        = time.Second
	discoverEvery    = time.Minute // of new partitions; one request per producer and interval
)

// clientVersion is how brokers see this engine in their statistics.
const clientVersion = "pulsh-wire"

// Options say how to reach and enter a cluster.
type Options struct {
	URL         string      // pulsar://host:port[,host:port…] or pulsar+ssl://…
	Auth        Auth        // nil for none
	TLS         *tls.Config // for pulsar+ssl://; nil means the system's roots
	Listener    string      // which of a broker's addresses is wanted; "" for its default
	Connections int         // to each broker for sending, and as many for receiving; 0 is 1
	Clock       broker.Clock
}

// Auth is how a connection proves who it is. It is asked at each connection and
// at each challenge, so that nothing keeps a secret.
type Auth func() (method string, data []byte, err error)

// Token proves with a token, of JWT or OAuth2.
func Token(token func() (string, error)) Auth {
	return func() (string, []byte, error) {
		text, err := token()
		return "token", []byte(text), err
	}
}

// Basic proves with a name and a password.
func Basic(user, password string) Auth {
	return func() (string, []byte, error) { return "basic", []byte(user + ":" + password), nil }
}

// Certificate proves with the client certificate of Options.TLS.
func Certificate() Auth {
	return func() (string, []byte, error) { return "tls", nil, nil }
}

// Engine is a broker.Broker that speaks the protocol itself. Sending and
// receiving have connections of their own, so that acknowledgements never wait
// behind messages.
type Engine struct {
	options Options
	address address
	clock   broker.Clock
	base    time.Time

	ids     atomic.Uint64 // of producers and consumers
	sending pool
	taking  pool
	ctx     context.Context // ends with the engine
	end     context.CancelFunc
	running sync.WaitGroup // goroutines that connect, or discover partitions
}

var _ broker.Broker = (*Engine)(nil)

// New makes an engine. It does not connect: the first producer or consumer does.
func New(o Options) (*Engine, error) {
	where, err := parseAddress(o.URL)
	if err != nil {
		return nil, err
	}
	if o.Auth == nil {
		o.Auth = func() (string, []byte, error) { return "none", nil, nil }
	}
	o.Connections = max(o.Connections, 1)
	e := &Engine{options: o, address: where, clock: o.Clock, base: time.Now()}
	e.ctx, e.end = context.WithCancel(context.Background())
	e.sending.engine, e.taking.engine = e, e
	return e, nil
}

// now is the engine's own monotonic time in ns, for deadlines.
func (e *Engine) now() int64 { return int64(time.Since(e.base)) }

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

// Close ends all connections and waits for what runs.
func (e *Engine) Close() {
	e.end()
	e.sending.close()
	e.taking.close()
	e.running.Wait()
}

// retry runs attempt until it succeeds, its error is final or ctx ends, with a
// growing pause between attempts.
func retry(ctx context.Context, attempt func(ctx context.Context) error, final func(error) bool) error {
	pause := conn.Backoff{First: retryFirst, Most: retryMost}
	for {
		err := attempt(ctx)
		if err == nil || final(err) {
			return err
		}
		if !sleep(ctx, pause.Next(rand.Float64())) {
			return errors.Join(context.Cause(ctx), err)
		}
	}
}

// sleep waits, and tells whether ctx has not ended meanwhile.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
