package connect

import (
	"context"
	"crypto/tls"
	"errors"
	"math/rand/v2"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"pulsh/session/broker"
	"pulsh/session/broker/protocol/conn"
)

// Timings, as those of the client engine: a load shell must notice a broker that
// is gone, and be back within a second of its return.
const (
	OperationTimeout = broker.OperationTimeout // of attempts to connect again, and of transactions
	RetryFirst       = 50 * time.Millisecond
	RetryMost        = time.Second
	DiscoverEvery    = time.Minute // of new partitions; one request per producer and interval
)

// clientVersion is how brokers see this engine in their statistics.
const clientVersion = "pulsh-wire"

// Options say how to reach and enter a cluster.
type Options struct {
	URL    string      // pulsar://host:port[,host:port…] or pulsar+ssl://…
	Auth   Auth        // nil for none
	TLS    *tls.Config // for pulsar+ssl://; nil means the system's roots
	Dial   broker.Dial // opens sockets; nil means those of the system
	Tuning broker.Tuning
	Clock  broker.Clock
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

// Cluster is the connections to one Pulsar cluster. Sending and receiving have
// connections of their own, so that acknowledgements never wait behind messages.
type Cluster struct {
	options Options
	address Address
	Clock   broker.Clock
	base    time.Time

	isolated atomic.Uint64 // sets of one producer or consumer so far

	Sending   pool
	Receiving pool
	ctx       context.Context // ends with the cluster
	end       context.CancelFunc
	ticking   ticking
	running   sync.WaitGroup // goroutines that connect, or discover partitions
}

// OperationTimeout returns the time-out of lookups and of creating producers and
// consumers.
func (e *Cluster) OperationTimeout() time.Duration { return e.options.Tuning.OperationTimeout }

// NewCluster makes a Cluster. It does not connect: the first producer or consumer
// does.
func NewCluster(o Options) (*Cluster, error) {
	where, err := ParseAddress(o.URL)
	if err != nil {
		return nil, err
	}
	if o.Auth == nil {
		o.Auth = func() (string, []byte, error) { return "none", nil, nil }
	}
	if o.Dial == nil {
		o.Dial = (&net.Dialer{}).DialContext
	}
	o.Tuning = o.Tuning.WithDefaults()
	c := &Cluster{options: o, address: where, Clock: o.Clock, base: time.Now()}
	c.ctx, c.end = context.WithCancel(context.Background())
	c.Sending.cluster, c.Receiving.cluster = c, c
	c.running.Go(func() { c.ticking.run(c.ctx, c.Now) })
	return c, nil
}

// Now is the cluster's own monotonic time in ns, for deadlines.
func (c *Cluster) Now() int64 { return int64(time.Since(c.base)) }

// Start runs f beside the caller; Close waits for it.
func (c *Cluster) Start(f func()) { c.running.Go(f) }

// Life returns a context that ends with the cluster.
func (c *Cluster) Life() context.Context { return c.ctx }

// Close ends all connections and waits for the goroutines.
func (c *Cluster) Close() {
	c.end()
	c.Sending.close()
	c.Receiving.close()
	c.running.Wait()
}

// Retry runs attempt until it succeeds, its error is final or ctx ends, with a
// growing pause between attempts.
func Retry(ctx context.Context, attempt func(ctx context.Context) error, final func(error) bool) error {
	pause := conn.Backoff{First: RetryFirst, Most: RetryMost}
	for {
		err := attempt(ctx)
		if err == nil || final(err) {
			return err
		}
		if !Sleep(ctx, pause.Next(rand.Float64())) {
			return errors.Join(context.Cause(ctx), err)
		}
	}
}

// Sleep waits, and reports whether ctx has not ended meanwhile.
func Sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
