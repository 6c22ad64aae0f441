// Package fake is a Pulsar in memory, for tests: topics, partitions, the four
// subscription types, redelivery, seek and statistics, and the faults that a
// load shell must survive, on order.
//
// It opens no socket and reads no clock but time.Now, so that it lives in the
// virtual time of testing/synctest. One goroutine moves it; Close ends it and
// waits. What happens at one instant happens in the order in which it was
// caused: with one sender a run is the same each time.
//
// It keeps the first bytes of each body, the stamp; what is delivered is as
// long as what was sent, and zero behind them.
package fake

import (
	"container/heap"
	"context"
	"fmt"
	"sync"
	"time"

	"pulsh/session/broker"
)

// Version is what the fake says it is.
const Version = "4.0.8"

const (
	// latencyDefault lets virtual time pass even for a load without a rate:
	// with no latency at all everything would happen at one instant.
	latencyDefault = time.Millisecond
	// sizeMaxDefault is Pulsar's own bound of a message, in bytes.
	sizeMaxDefault = 5 << 20
	// keepDefault is some ten seconds of a brisk test; a kept message takes
	// about 150 bytes.
	keepDefault = 100_000
)

// Options describe a cluster.
type Options struct {
	Latency time.Duration // from a send to its receipt; 0 is 1 ms
	SizeMax int           // bytes of the largest body; 0 is 5 MiB, Pulsar's own
	Keep    int           // messages kept in a partition after all have acked them; 0 is 100,000
}

// Cluster is one Pulsar. Connect gives doors to it.
type Cluster struct {
	mu      sync.Mutex
	options Options
	topics  map[string]*topic
	subs    []*subscription // in the order in which they were made
	lanes   []*producer
	agenda  agenda
	order   uint64 // of what is due at one instant
	ledgers int64  // the last ledger's number
	faults  faults
	closed  bool
	told    []func() // calls to the outside, made when mu is free

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
	c := &Cluster{
		options: o,
		topics:  map[string]*topic{},
		wake:    make(chan struct{}, 1),
		done:    make(chan struct{}),
	}
	c.faults.well = make(chan struct{})
	close(c.faults.well)
	go c.run() // ends with Close
	return c
}

// Close ends the cluster and waits for its goroutine. Lanes and subscribers
// should be closed before; those that are not get no answer any more.
func (c *Cluster) Close() {
	c.mu.Lock()
	was := c.closed
	c.closed = true
	c.mu.Unlock()
	if !was {
		c.stir()
	}
	<-c.done
}

// Connect opens a door for one client, whose deliveries carry readings of its
// clock. It fails while the cluster is dead or refuses.
func (c *Cluster) Connect(_ context.Context, clock broker.Clock) (broker.Broker, broker.Admin, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.reachable(); err != nil {
		return nil, nil, err
	}
	return &connection{cluster: c, clock: clock}, &admin{cluster: c}, nil
}

// connection is one client's door.
type connection struct {
	cluster *Cluster
	clock   broker.Clock
}

var _ broker.Broker = (*connection)(nil)

// Partitions looks a topic up, and creates it as Pulsar's default does.
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

// Close does nothing: lanes and subscribers are closed on their own.
func (n *connection) Close() {}

// happening is something that will be done at its time.
type happening struct {
	at    time.Time
	order uint64
	do    func()
}

// agenda is a heap of happenings, the next one first.
type agenda []happening

func (a agenda) Len() int      { return len(a) }
func (a agenda) Swap(i, j int) { a[i], a[j] = a[j], a[i] }
func (a agenda) Less(i, j int) bool {
	if !a[i].at.Equal(a[j].at) {
		return a[i].at.Before(a[j].at)
	}
	return a[i].order < a[j].order
}
func (a *agenda) Push(x any) { *a = append(*a, x.(happening)) }
func (a *agenda) Pop() any {
	last := len(*a) - 1
	h := (*a)[last]
	(*a)[last] = happening{}
	*a = (*a)[:last]
	return h
}

// at plans something, under mu.
func (c *Cluster) at(when time.Time, do func()) {
	c.order++
	heap.Push(&c.agenda, happening{when, c.order, do})
	if c.agenda[0].order == c.order {
		c.stir()
	}
}

// stir lets run look at the agenda again.
func (c *Cluster) stir() {
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// run does what is on the agenda, each at its time, until Close.
func (c *Cluster) run() {
	defer close(c.done)
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		wait, open := c.step()
		if !open {
			return
		}
		timer.Reset(wait)
		select {
		case <-timer.C:
		case <-c.wake:
		}
	}
}

// step does what is due and tells how long there is nothing to do.
func (c *Cluster) step() (wait time.Duration, open bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for !c.closed {
		if len(c.agenda) == 0 {
			return time.Hour, true
		}
		if wait = time.Until(c.agenda[0].at); wait > 0 {
			return wait, true
		}
		heap.Pop(&c.agenda).(happening).do()
		c.tell()
	}
	return 0, false
}

// tell makes the calls to the outside, with mu free meanwhile: whoever is
// called may hold locks under which it calls the cluster.
func (c *Cluster) tell() {
	calls := c.told
	c.told = nil
	if len(calls) == 0 {
		return
	}
	c.mu.Unlock()
	for _, call := range calls {
		call()
	}
	c.mu.Lock()
}

// reachable says whether somebody may come in.
func (c *Cluster) reachable() error {
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
