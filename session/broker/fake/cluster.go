// Package fake is a Pulsar in memory, for tests. It has topics, partitions, the
// four subscription types, redelivery, seek and statistics, and tests can make
// it fail in the ways that a load shell must survive.
//
// It opens no socket and reads no clock but time.Now, so it works in the
// virtual time of testing/synctest. One goroutine runs it; Close ends the
// goroutine and waits for it. Events that are due at the same time run in the
// order in which they were scheduled, so a test with one sender is the same
// each time.
//
// It keeps only the stamp, the first bytes of each body. A delivered body has
// the length of the sent one, with zeros after the stamp.
package fake

import (
	"context"
	"fmt"
	"sync"
	"time"

	"pulsh/session/broker"
)

// Version is the release that the admin API reports.
const Version = "4.0.8"

const (
	// latencyDefault lets virtual time pass even for a load without a rate.
	// Without any latency everything would happen at one instant.
	latencyDefault = time.Millisecond
	// sizeMaxDefault is Pulsar's own limit of a message, in bytes.
	sizeMaxDefault = 5 << 20
	// keepDefault is enough for some ten seconds of a fast test. A kept message
	// takes about 150 bytes.
	keepDefault = 100_000
)

// Options describe a cluster.
type Options struct {
	Latency   time.Duration // from a send to its receipt; 0 is 1 ms
	SizeMax   int           // bytes of the largest body; 0 is 5 MiB, Pulsar's own
	Keep      int           // messages kept in a partition after all have acked them; 0 is 100,000
	Breakable bool          // producers and consumers are Breakers, as those of the wire engine are

	NoTransactions bool // there is no transaction coordinator
}

// Cluster is one Pulsar as a test holds it: it connects clients, and causes
// faults.
type Cluster struct{ core }

// core is the state of a cluster. All of it, and of its topics, subscriptions,
// producers and consumers, is guarded by mu.
type core struct {
	mu            sync.Mutex
	options       Options
	topics        map[string]*topic
	schemas       map[string][]broker.Schema // by topic
	subscriptions []*subscription            // in the order of their creation
	producers     []*producer
	agenda        agenda
	order         uint64 // of events that are due at the same time
	ledgers       int64  // the number of the last ledger
	faults        faults
	closed        bool
	calls         []func() // calls of callbacks, made while mu is free

	wake chan struct{} // of capacity one: the agenda has changed
	done chan struct{} // closed when run has returned
}

// New starts a cluster without topics.
func New(o Options) *Cluster {
	if o.Latency == 0 {
		o.Latency = latencyDefault
	}
	if o.SizeMax == 0 {
		o.SizeMax = sizeMaxDefault
	}
	if o.Keep == 0 {
		o.Keep = keepDefault
	}
	c := &Cluster{core{
		options: o,
		topics:  map[string]*topic{},
		schemas: map[string][]broker.Schema{},
		wake:    make(chan struct{}, 1),
		done:    make(chan struct{}),
	}}
	c.faults.responsive = make(chan struct{})
	close(c.faults.responsive)
	go c.run() // ends with Close
	return c
}

// Close ends the cluster and waits for its goroutine. Close producers and
// consumers before; those that are left get no more answers.
func (c *Cluster) Close() {
	c.mu.Lock()
	was := c.closed
	c.closed = true
	c.mu.Unlock()
	if !was {
		c.wakeRun()
	}
	<-c.done
}

// Connect connects a client. Its deliveries carry readings of the given clock.
// It fails while the cluster is dead or refuses connections.
func (c *Cluster) Connect(_ context.Context, clock broker.Clock) (broker.Broker, broker.Admin, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.reachable(); err != nil {
		return nil, nil, err
	}
	return &connection{cluster: &c.core, clock: clock}, &admin{cluster: &c.core}, nil
}

// connection is the Broker of one client.
type connection struct {
	cluster *core
	clock   broker.Clock
}

var _ broker.Broker = (*connection)(nil)

// Partitions returns how many partitions a topic has, and creates the topic as
// Pulsar does by default.
func (n *connection) Partitions(_ context.Context, name string) (int, error) {
	c := n.cluster
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.reachable(); err != nil {
		return 0, err
	}
	t, err := c.find(name, true)
	if err != nil {
		return 0, err
	}
	if !t.partitioned {
		return 0, nil
	}
	return len(t.partitions), nil
}

// Close does nothing: producers and consumers are closed one by one.
func (n *connection) Close() {}

// reachable returns an error while no new client may connect.
func (c *core) reachable() error {
	if c.closed || c.faults.dead || c.faults.refuses {
		return unreachable()
	}
	return nil
}

func unreachable() error {
	return &broker.Error{Category: broker.Disconnected, Message: "the fake broker refuses connections"}
}

func refusal(category broker.Category, format string, args ...any) error {
	return &broker.Error{Category: category, Message: fmt.Sprintf(format, args...)}
}
